import { createHash } from 'node:crypto';
import type { ModelMessage } from './llm.js';

/**
 * The same messages with ids of calls that a provider takes, each of them once: another model may have made them up,
 * and some begin to count anew in each answer. Results go with their calls.
 * @param taken what the provider takes; nine letters and digits must be among it.
 */
export function withCallIds(messages: ModelMessage[], taken: RegExp): ModelMessage[] {
  const used = new Set<string>();
  const idFor = (id: string): string => {
    let found = id;
    for (let tries = 0; used.has(found) || !taken.test(found); tries++) found = madeOf(id, tries);
    used.add(found);
    return found;
  };
  let calls: { id: string; as: string }[] = [];
  return messages.map((message) => {
    if (message.role === 'assistant' && message.calls?.length) {
      calls = message.calls.map(({ id }) => ({ id, as: idFor(id) }));
      return { ...message, calls: message.calls.map((call, i) => ({ ...call, id: calls[i]!.as })) };
    }
    if (message.role !== 'tool') return message;
    const at = calls.findIndex(({ id }) => id === message.callId);
    const [call] = at < 0 ? [] : calls.splice(at, 1);
    return { ...message, callId: call?.as ?? idFor(message.callId) };
  });
}

function madeOf(id: string, tries: number): string {
  return createHash('sha256').update(`${tries}:${id}`).digest('hex').slice(0, 9);
}
