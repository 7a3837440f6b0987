import type { Character } from '../core/character.js';
import type { Memory } from '../core/memory.js';
import { type PromptSlot, promptSlots, templatePieces } from '../core/prompt-template.js';
import type { Quote, SystemPart } from '../llm/llm.js';

export interface PromptParts {
  character: Character;
  facts: Memory[];
  recalled: Memory[];
  /** Paragraphs of context providers. */
  context: string[];
}

/** What a model is told besides the conversation: what stays the same first, so that providers can cache it, or as the character's template has it. */
export function systemParts({ character, facts, recalled, context }: PromptParts): SystemPart[] {
  const { name, bio, system, style, examples, prompt } = character;
  const parts: Record<PromptSlot, SystemPart[]> = {
    instructions: [{ kind: 'instructions', text: system }],
    persona: [{ kind: 'persona', name, bio }],
    style: [{ kind: 'style', rules: style }],
    examples: [{ kind: 'examples', pairs: examples }],
    format: [{ kind: 'format' }],
    context: context.map((text) => ({ kind: 'context', text })),
    facts: [{ kind: 'facts', memories: facts.map(toQuote) }],
    recalled: [{ kind: 'recalled', memories: recalled.map(toQuote) }],
  };
  if (prompt.template === undefined) return promptSlots.flatMap((slot) => parts[slot]);
  return templatePieces(prompt.template).flatMap((piece) =>
    'slot' in piece ? parts[piece.slot] : [{ kind: 'instructions', text: piece.text }],
  );
}

function toQuote({ role, author, content, createdAt, kind }: Memory): Quote {
  const { id, name } = author;
  return { by: role === 'assistant' ? 'agent' : { id, name }, at: createdAt, text: content.text, kind };
}
