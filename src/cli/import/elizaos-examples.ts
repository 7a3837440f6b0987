/** Conversations of an ElizaOS character, in each of the shapes that its versions write, as pairs. */
import { z } from 'zod';
import type { Remark } from './plan.js';

interface Pair {
  user: string;
  reply: string;
}

interface Line {
  who: string;
  text: string;
}

const Message = z.looseObject({
  user: z.string().optional(),
  name: z.string().optional(),
  content: z.looseObject({ text: z.string().optional() }),
  response: z.looseObject({ text: z.string() }).optional(),
});

/** Whoever `{{user1}}` and `{{name1}}` stand for; one person has one name within an example. */
const people = ['Alex', 'Sam', 'Kim', 'Robin', 'Noor'];
const placeholder = /\{\{\s*(?:user|name)(\d+)\s*\}\}/g;
const ownPlaceholder = /\{\{\s*(?:agentName|agent|char)\s*\}\}/gi;

export function examplesOf(groups: unknown, agent: string): { examples: Pair[]; remarks: Remark[] } {
  const examples: Pair[] = [];
  const remarks: Remark[] = [];
  if (groups === undefined) return { examples, remarks };
  const path = 'messageExamples';
  if (!Array.isArray(groups)) return { examples, remarks: [{ path, why: 'is no list of conversations' }] };
  for (const [at, group] of groups.entries()) {
    const here = `${path}[${at}]`;
    const lines = linesOf(group, agent, here, remarks);
    if (lines) examples.push(...pairsOf(lines, agent, here, remarks));
  }
  return { examples, remarks };
}

/** Null: it has a shape that nobody knows. */
function linesOf(group: unknown, agent: string, path: string, remarks: Remark[]): Line[] | null {
  const wrapped = group as { examples?: unknown } | null;
  const messages: unknown[] | undefined = Array.isArray(group)
    ? group
    : Array.isArray(wrapped?.examples)
      ? wrapped.examples
      : typeof group === 'object' && group !== null && 'content' in group
        ? [group]
        : undefined;
  if (!messages) {
    remarks.push({ path, why: 'has no shape of an example that is known' });
    return null;
  }
  const lines: Line[] = [];
  for (const [at, message] of messages.entries()) {
    const parsed = Message.safeParse(message);
    const where = Array.isArray(group) || wrapped?.examples ? `${path}[${at}]` : path;
    if (!parsed.success) {
      remarks.push({ path: where, why: 'is no message: it has no `content` with a text' });
      continue;
    }
    const { user, name, content, response } = parsed.data;
    const who = (name ?? user ?? '{{user1}}').trim();
    if (content.text?.trim()) lines.push({ who, text: named(content.text, agent) });
    else remarks.push({ path: where, why: 'has no text' });
    const beside = Object.keys(content).filter((key) => key !== 'text');
    if (beside.length > 0)
      remarks.push({ path: `${where}.content`, why: `only its text is taken, not ${beside.join(', ')}` });
    if (response) lines.push({ who: agent, text: named(response.text, agent) });
  }
  return lines;
}

/** Messages of one side in a row are one; where several people speak, each is named. */
function pairsOf(lines: Line[], agent: string, path: string, remarks: Remark[]): Pair[] {
  const isAgent = ({ who }: Line) =>
    who.toLowerCase() === agent.toLowerCase() || who.replace(ownPlaceholder, '') === '';
  if (lines.length > 0 && !lines.some(isAgent)) {
    remarks.push({
      path,
      why: `nobody in it is called ${agent}, so it is unknown which side is the agent's`,
    });
    return [];
  }
  const others = new Set(lines.filter((line) => !isAgent(line)).map(({ who }) => who));
  const turns: { own: boolean; text: string }[] = [];
  for (const line of lines) {
    const own = isAgent(line);
    const text = own || others.size < 2 ? line.text : `${named(line.who, agent)}: ${line.text}`;
    const last = turns.at(-1);
    if (last?.own === own) last.text += `\n${text}`;
    else turns.push({ own, text });
  }
  if (turns[0]?.own) {
    remarks.push({ path, why: 'its first words are the agent’s own and answer nobody; they are left out' });
    turns.shift();
  }
  if (turns.length % 2 === 1) {
    remarks.push({ path, why: 'its last words are answered by nobody; they are left out' });
    turns.pop();
  }
  return turns.flatMap((turn, at) => (turn.own ? [] : [{ user: turn.text, reply: turns[at + 1]!.text }]));
}

/** A text without placeholders. */
export function named(text: string, agent: string): string {
  return text
    .replace(ownPlaceholder, () => agent)
    .replace(
      placeholder,
      (_, number) => people[(Number(number) + people.length - 1) % people.length] ?? 'Alex',
    );
}
