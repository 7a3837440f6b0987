/** How much is forgotten, by sort, in words. */

const words: Record<string, [one: string, more: string]> = {
  messages: ['message', 'messages'],
  replies: ['reply', 'replies'],
  facts: ['fact', 'facts'],
  summaries: ['summary', 'summaries'],
  chunks: ['part of a document', 'parts of documents'],
  files: ['file', 'files'],
  masked: ['quote of it by others', 'quotes of it by others'],
  schedules: ['reminder', 'reminders'],
  documents: ['document', 'documents'],
  tasks: ['task', 'tasks'],
  approvals: ['approval', 'approvals'],
  reactions: ['reaction', 'reactions'],
};

/** Sorts without a word here are left out. */
export function countsText(counts: Readonly<Record<string, number | undefined>>): string {
  const parts = Object.entries(words).flatMap(([kind, [one, more]]) => {
    const count = counts[kind] ?? 0;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : more}`];
  });
  return parts.join(', ') || 'nothing';
}
