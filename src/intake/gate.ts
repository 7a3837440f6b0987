/**
 * What a message must pass before it is stored: a chain of small rules, asked in order. A rule throws a
 * `FatalError` to refuse with a reason, returns false to drop silently, and true to let pass.
 */
import type { z } from 'zod';
import type { InboundMessage } from '../core/memory.js';
import { FatalError } from '../errors.js';

export type Checked = z.output<typeof InboundMessage>;

export type Rule = (message: Checked) => boolean;

export interface TextLimits {
  /** In UTF-16 code units, as JavaScript counts. */
  maxTextChars: number;
}

/** Bots are not answered: two hubs in one channel would talk for ever. */
export const noBots: Rule = (message) => !message.author.bot;

export function textRules({ maxTextChars }: TextLimits): Rule {
  return ({ text, attachments }) => {
    if (text.trim() === '' && attachments.length === 0) {
      throw new FatalError('text_empty', 'The message is empty: send some text or a file.', {
        field: 'text',
      });
    }
    if (text.length > maxTextChars) {
      throw new FatalError(
        'text_too_long',
        `The text has ${text.length} characters; at most ${maxTextChars} are taken. Send it as a file, or in parts.`,
        { field: 'text' },
      );
    }
    return true;
  };
}

export function passes(rules: Rule[], message: Checked): boolean {
  return rules.every((rule) => rule(message));
}
