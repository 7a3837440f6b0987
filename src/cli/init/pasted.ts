import { FatalError } from '../../errors.js';

/**
 * A secret without what comes along when people copy it: spaces and ends of lines around it, quotes, its setting's name
 * before it, and characters that nobody sees.
 * @throws FatalError `invalid_field` when there is none, or it has more than one line.
 */
export function pasted(setting: string, text: string): string {
  const seen = text.replace(/[\p{Cf}\uFEFF]/gu, '').trim();
  const bare = seen.replace(new RegExp(`^(?:export\\s+)?${setting}\\s*=\\s*`), '');
  const value = bare.replace(/^(["'`“‘„])(.*)(["'`”’“])$/s, '$2').trim();
  const refuse = (problem: string) =>
    new FatalError('invalid_field', `${setting}: the value ${problem}.`, { field: setting });
  if (value === '') throw refuse('is empty');
  if (/\p{Cc}/u.test(value)) throw refuse('has several lines; copy it again');
  return value;
}
