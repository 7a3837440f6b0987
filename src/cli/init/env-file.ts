/** Changes settings in the text of a `.env` file; every other byte of it stays. */
import { isDeepStrictEqual } from 'node:util';
import { FatalError } from '../../errors.js';
import { encodingOf, settingsIn } from '../environment-file.js';

/** Means the same to the hub, to a shell and to Docker Compose without quotes. */
const plain = /^[\w.:/@%+,=-]*$/;

/**
 * A value as the hub (Node's parser), a shell (`. ./.env`) and Docker Compose all read it back.
 * @throws FatalError `invalid_field` for one that they would read differently, or that is more than one line.
 */
export function quoted(name: string, value: string): string {
  if (/\p{Cc}/u.test(value)) throw refuse(name, 'has a line break or another character that cannot be seen');
  if (plain.test(value)) return value;
  // Compose takes a backslash before the last quote as part of the text.
  if (!value.includes("'") && !value.endsWith('\\')) return `'${value}'`;
  if (!/["$`\\]/.test(value)) return `"${value}"`;
  throw refuse(name, 'has quotes and signs that no two programs read alike');
}

/**
 * The file with these settings in it: in the place of their last value, else below their remark (`# NAME=`), else at
 * the end. An empty value takes a setting out.
 * @param bytes null: there is no file yet.
 * @throws FatalError `invalid_field` when a value cannot be written, or the file has lines that nobody can be sure of.
 */
export function withSettings(bytes: Buffer | null, settings: Readonly<Record<string, string>>): Buffer {
  const before = bytes ?? Buffer.alloc(0);
  const coding = codingOf(before);
  let text = coding.text;
  for (const [name, value] of Object.entries(settings))
    text = withSetting(text, name, coding.inserted(quoted(name, value)));
  const after = coding.bytes(text);
  const meant = { ...settingsIn(before), ...settings };
  if (!isDeepStrictEqual({ ...settingsIn(after) }, meant))
    throw new FatalError(
      'invalid_field',
      `.env cannot be changed without changing more than ${Object.keys(settings).join(', ')}: a quote may be open in it. Look at it, and try again.`,
      { field: '.env' },
    );
  return after;
}

function withSetting(text: string, name: string, value: string): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const { assigned, remarked } = placesOf(text, name);
  if (assigned) {
    const rest = text.slice(assigned.end, lineEnd(text, assigned.end));
    // What follows the value stays if it is a remark, for which a shell wants a space.
    const kept = /^\s*#/.test(rest) ? rest.replace(/^(?=#)/, ' ') : rest.trim() === '' ? rest : '';
    return `${text.slice(0, assigned.start)}${name}=${value}${kept}${text.slice(assigned.end + rest.length)}`;
  }
  if (remarked !== undefined)
    return `${text.slice(0, remarked)}${newline}${name}=${value}${text.slice(remarked)}`;
  const end = text === '' || text.endsWith('\n') ? '' : newline;
  return `${text}${end}${name}=${value}${newline}`;
}

interface Places {
  /** From the name to behind the value. */
  assigned?: { start: number; end: number };
  /** End of the line that is a remark about it. */
  remarked?: number;
}

/** The last of each, as Node reads the file: a value in quotes may go on over several lines. */
function placesOf(text: string, name: string): Places {
  const places: Places = {};
  for (let at = 0; at < text.length; ) {
    const end = lineEnd(text, at);
    const line = text.slice(at, end);
    const start = /^\uFEFF?[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*/.exec(line);
    if (!start) {
      const remark = /^[ \t]*#[ \t]*([\w.-]+)=/.exec(line);
      if (remark?.[1] === name) places.remarked = end;
      at = next(text, end);
      continue;
    }
    const value = at + start[0].length;
    const closing = /^["'`]/.test(text.slice(value)) ? text.indexOf(text[value]!, value + 1) : -1;
    const valueEnd = closing < 0 ? value + unquotedLength(text.slice(value, end)) : closing + 1;
    if (start[1] === name)
      places.assigned = { start: at + start[0].lastIndexOf(name, start[0].indexOf('=')), end: valueEnd };
    at = next(text, lineEnd(text, valueEnd));
  }
  return places;
}

function unquotedLength(rest: string): number {
  return rest.replace(/(^|[ \t]+)#.*$/s, '').trimEnd().length;
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  if (at < 0) return text.length;
  return text[at - 1] === '\r' && at > from ? at - 1 : at;
}

function next(text: string, end: number): number {
  const at = text.indexOf('\n', end);
  return at < 0 ? text.length : at + 1;
}

/** Text of any encoding is changed as text; what may be UTF-8 as bytes, since remarks may be in another. */
function codingOf(bytes: Buffer) {
  const encoding = encodingOf(bytes);
  if (encoding === 'utf-8')
    return {
      text: bytes.toString('latin1'),
      inserted: (value: string) => Buffer.from(value).toString('latin1'),
      bytes: (text: string) => Buffer.from(text, 'latin1'),
    };
  const turned = (one: Buffer) => (encoding === 'utf-16be' ? Buffer.from(one).swap16() : one);
  return {
    text: turned(bytes).toString('utf16le'),
    inserted: (value: string) => value,
    bytes: (text: string) => turned(Buffer.from(text, 'utf16le')),
  };
}

function refuse(name: string, problem: string): FatalError {
  return new FatalError(
    'invalid_field',
    `${name}: the value ${problem}. Put it into a file, and that file's path into ${name}_FILE.`,
    { field: name },
  );
}
