/** Phrases: whether they are well formed, and which tools a text asks for by them. The grammar is told at `Phrase`. */
import type { Phrase, Tool } from './llm.js';

export interface Wish {
  name: string;
  /** JSON text. */
  arguments: string;
}

interface Compiled {
  pattern: RegExp;
  /** The parameter of each slot, in order. */
  slots: string[];
}

type Schema = Record<string, unknown>;

/** Longer texts ask for no tool. */
const maxChars = 1000;
const opening =
  '(?:(?:hi|hello|hey|ok|okay|oh|also|and|now|so|please|excuse me)\\b[\\s,!.]*)*(?:(?:can|could|would|will) you\\s(?:please,?\\s)?)?(?:(?:please|tell me),?\\s)*';
const closing = '(?:,?\\s?(?:please|thanks|thank you))?[\\s?.!=]*';
/** A space, or where no word goes on. */
const gap = '(?:\\s|(?<![\\p{L}\\p{N}])|(?![\\p{L}\\p{N}]))';

const compiled = new WeakMap<Tool, Compiled[]>();

/** What a text asks for, by one phrase of each tool that knows it. */
export function wishesIn(tools: Tool[], text: string): Wish[] {
  if (text.length > maxChars) return [];
  // Every run of white space is one character: no pattern has more than one way to match it.
  const words = text.trim().replace(/\s+/g, (run) => (run.includes('\n') ? '\n' : ' '));
  const plain = words.replaceAll('’', "'");
  return tools.flatMap((tool) => {
    for (const phrase of phrasesOf(tool)) {
      const found = argumentsIn(words, phrase.pattern.exec(plain), phrase.slots, tool.parameters);
      if (found) return [{ name: tool.name, arguments: JSON.stringify(found) }];
    }
    return [];
  });
}

function phrasesOf(tool: Tool): Compiled[] {
  let known = compiled.get(tool);
  if (!known) {
    const { phrases = [], parameters } = tool;
    known = phrases
      .filter((phrase) => problemOfPhrase(phrase, parameters) === null)
      .map((phrase) => compile(phrase, parameters));
    compiled.set(tool, known);
  }
  return known;
}

/** What is wrong with a phrase of a tool that takes these parameters; null: nothing. */
export function problemOfPhrase(phrase: Phrase, parameters: Schema): string | null {
  try {
    const { slots } = compile(phrase, parameters);
    const named = [...slots, ...Object.keys(typeof phrase === 'string' ? {} : phrase.where)];
    const unknown = named.find((slot) => !isIn(parameters, slot));
    return unknown === undefined ? null : `names "${unknown}", which is not a parameter`;
  } catch (error) {
    return `cannot be matched: ${(error as Error).message}`;
  }
}

/** @throws SyntaxError where the phrase is not well formed. */
function compile(phrase: Phrase, schema: Schema): Compiled {
  const { say, where } = typeof phrase === 'string' ? { say: phrase, where: {} } : phrase;
  const slots: string[] = [];
  const source = say.replace(/\{(\w+)\}|[[\](|)]|\s+|[^[\](|){\s]+/g, (token, slot?: string) => {
    if (slot !== undefined) {
      slots.push(slot);
      const own = (where as Record<string, string>)[slot];
      return `(?<s${slots.length - 1}>(?!\\s)(?:${own ?? slotPattern(propertyOf(schema, slot))}))`;
    }
    if (/^\s/.test(token)) return gap;
    if (token === '[' || token === '(') return '(?:';
    if (token === ']') return ')?';
    return token === ')' || token === '|' ? token : token.replace(/[\\^$.*+?/-]/g, '\\$&');
  });
  return { pattern: new RegExp(`^${opening}(?:${source})${closing}$`, 'disu'), slots };
}

function slotPattern({ type }: Schema): string {
  return type === 'integer' || type === 'number' ? '-?\\d+(?:\\.\\d+)?' : '.+?';
}

function isIn({ properties }: Schema, name: string): boolean {
  return Object.hasOwn(Object(properties), name);
}

function propertyOf(schema: Schema, name: string): Schema {
  return isIn(schema, name) ? (schema.properties as Record<string, Schema>)[name]! : {};
}

function argumentsIn(
  words: string,
  match: RegExpExecArray | null,
  slots: string[],
  schema: Schema,
): Schema | null {
  if (!match) return null;
  const found: Schema = {};
  for (const [index, slot] of slots.entries()) {
    const place = match.indices?.groups?.[`s${index}`];
    if (!place) continue;
    const value = valueFrom(words.slice(...place).trim(), propertyOf(schema, slot));
    if (value === undefined) return null;
    found[slot] = value;
  }
  const required = Array.isArray(schema.required) ? schema.required : [];
  return required.every((name) => Object.hasOwn(found, name)) ? found : null;
}

/** The words as a value that the JSON Schema takes; undefined: they are none. */
function valueFrom(words: string, schema: Schema): unknown {
  const { type, pattern } = schema;
  const limit = (name: string, none: number) =>
    typeof schema[name] === 'number' ? (schema[name] as number) : none;
  if (Array.isArray(schema.enum))
    return schema.enum.find((one) => String(one).toLowerCase() === words.toLowerCase());
  if (type === 'boolean')
    return /^(yes|true|on)$/i.test(words) ? true : /^(no|false|off)$/i.test(words) ? false : undefined;
  if (type === 'number' || type === 'integer') {
    const number = Number(words);
    const fits = number >= limit('minimum', -Infinity) && number <= limit('maximum', Infinity);
    const above =
      number > limit('exclusiveMinimum', -Infinity) && number < limit('exclusiveMaximum', Infinity);
    return fits && above && (type === 'number' || Number.isInteger(number)) ? number : undefined;
  }
  if (
    type !== 'string' ||
    words.length < limit('minLength', 0) ||
    words.length > limit('maxLength', Infinity)
  )
    return undefined;
  return typeof pattern !== 'string' || fits(words, pattern) ? words : undefined;
}

function fits(words: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(words);
  } catch {
    return false;
  }
}
