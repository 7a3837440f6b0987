import { FatalError } from '../errors.js';
import { type Checked, pass, type Rule } from './gate.js';

export interface TextLimits {
  /** In UTF-16 code units, as JavaScript counts. */
  maxTextChars: number;
}

export function textRule(limits: TextLimits): Rule {
  return ({ message }) => {
    const problem = textProblem(message, limits);
    if (problem) throw problem;
    return pass;
  };
}

/** Why the text cannot be taken; null when it can. */
export function textProblem(
  {
    text,
    attachments,
    parts = [],
    files = [],
  }: Pick<Checked, 'text' | 'attachments'> & Partial<Pick<Checked, 'files' | 'parts'>>,
  { maxTextChars }: TextLimits,
): FatalError | null {
  if (text.trim() === '' && attachments.length + files.length + parts.length === 0) {
    return new FatalError('text_empty', 'The message is empty: send some text or a file.', { field: 'text' });
  }
  if (text.length > maxTextChars) {
    return new FatalError(
      'text_too_long',
      `The text has ${text.length} characters; at most ${maxTextChars} are taken. Send it as a file, or in parts.`,
      { field: 'text' },
    );
  }
  return null;
}
