/** Finds the tools that a turn's words ask for. */
import { derivedId } from '../../core/ids.js';
import type { ModelMessage, Tool, ToolCall } from '../llm.js';
import { sentencesOf } from './words.js';

type Wish = Omit<ToolCall, 'id'>;

/** @returns the calls the texts ask for, each once; ids are the same for the same conversation. */
export function callsFor(tools: Tool[], texts: string[], messages: ModelMessage[]): ToolCall[] {
  const wishes = new Map<string, Wish>();
  for (const text of texts)
    for (const wish of recognised(tools, text) ??
      sentencesOf(text).flatMap((s) => recognised(tools, s) ?? []))
      wishes.set(`${wish.name} ${wish.arguments}`, wish);
  if (wishes.size === 0) return [];
  const said = messages.map(({ role, text }) => `${role} ${text}`).join('\n');
  return [...wishes].map(([key, wish]) => ({ id: derivedId('call', said, key), ...wish }));
}

/** Null: no tool knows these words. */
export function recognised(tools: Tool[], text: string): Wish[] | null {
  const wishes = tools.flatMap(({ name, recognise }) => {
    try {
      const parameters = recognise?.(text);
      return parameters ? [{ name, arguments: JSON.stringify(parameters) }] : [];
    } catch {
      // A tool that cannot read a text does not get it.
      return [];
    }
  });
  return wishes.length > 0 ? wishes : null;
}
