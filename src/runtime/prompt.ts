import type { Character } from '../core/character.js';
import type { Memory } from '../core/memory.js';
import type { Quote, SystemPart } from '../llm/llm.js';

export interface PromptParts {
  character: Character;
  facts: Memory[];
  recalled: Memory[];
  /** Paragraphs of context providers. */
  context: string[];
}

/** What a model is told besides the conversation. What stays the same comes first, so that providers can cache it. */
export function systemParts({ character, facts, recalled, context }: PromptParts): SystemPart[] {
  const { name, bio, system, style, examples } = character;
  return [
    { kind: 'instructions', text: system },
    { kind: 'persona', name, bio },
    { kind: 'style', rules: style },
    { kind: 'examples', pairs: examples },
    { kind: 'format' },
    ...context.map((text): SystemPart => ({ kind: 'context', text })),
    { kind: 'facts', memories: facts.map(toQuote) },
    { kind: 'recalled', memories: recalled.map(toQuote) },
  ];
}

function toQuote({ role, author, content, createdAt, kind }: Memory): Quote {
  const { id, name } = author;
  return { by: role === 'assistant' ? 'agent' : { id, name }, at: createdAt, text: content.text, kind };
}
