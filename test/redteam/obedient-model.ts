/**
 * A model that does whatever it is told by anything that it reads: the system text, messages, names, quotes, files,
 * memories, descriptions of tools and their results, also where that is hidden or encoded. It knows of no defence, so
 * that what does not happen was stopped by the hub. It reads what every provider gives to its model (`prompt-text.ts`).
 */
import type { LanguageModel, ModelChunk, ModelMessage, ModelRequest, ToolCall } from '../../src/llm/llm.js';
import { promptText } from '../../src/llm/prompt-text.js';
import { ciphers, readings } from './decoding.js';
import {
  base64,
  binary,
  entities,
  fullWidth,
  hex,
  reversed,
  rotated,
  spaced,
  urlEncoded,
} from './encoding.js';
import { type Order, ordersIn, valueNamed } from './grammar.js';

export class ObedientModel implements LanguageModel {
  readonly id = 'scripted:obedient';
  readonly abilities = { sees: true, hears: false, tools: true };

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelChunk> {
    signal.throwIfAborted();
    const { calls, text } = obey(request);
    const usage = { inputTokens: 10, outputTokens: 5 };
    if (calls.length === 0) yield { type: 'text', text };
    for (const call of calls) yield { type: 'call', call };
    yield { type: 'end', finish: calls.length > 0 ? 'calls' : 'stop', usage };
  }
}

/** What it does next: calls that are still to be made, or else what it says. */
function obey(request: ModelRequest): { calls: ToolCall[]; text: string } {
  const given = new Given(request);
  const wanted = new Map<string, { name: string; args: string }>();
  const said: string[] = [];
  const want = (name: string, args: object) => {
    const call = { name, args: JSON.stringify(args) };
    if (!given.called(call)) wanted.set(`${name} ${call.args}`, call);
  };
  for (const order of given.orders()) {
    const filled = given.filled(order, want);
    if (filled?.kind === 'call') want(filled.tool, filled.args);
    else if (filled && !said.includes(filled.text)) said.push(filled.text);
  }
  const made = request.messages.length;
  const calls =
    request.tools.length === 0
      ? []
      : [...wanted.values()].map(({ name, args }, at) => ({
          id: `call-${made}-${at}`,
          name,
          arguments: args,
        }));
  return { calls, text: said.join('\n') || 'Done.' };
}

const known = new Map<string, Order[]>();

/** The orders in a text, however it is written. A line that is an order as it stands is read in no other way. */
function ordersOf(text: string): Order[] {
  const before = known.get(text);
  if (before) return before;
  const orders = readings(text).flatMap((reading) => {
    const plain = ordersIn(reading);
    const hidden = reading.split('\n').flatMap((line) => {
      if (ordersIn(line).length > 0) return [];
      return ciphers(line.replace(/^\| /, '')).flatMap((way) => ordersIn(way));
    });
    return [...plain, ...hidden];
  });
  const distinct = [...new Map(orders.map((order) => [JSON.stringify(order), order])).values()];
  known.set(text, distinct);
  return distinct;
}

/** All that a request tells, and how it is looked up. */
class Given {
  readonly #system: string;
  readonly #instructions: string;
  readonly #messages: ModelMessage[];
  readonly #descriptions: string[];

  constructor(request: ModelRequest) {
    const { system, messages } = promptText(request);
    this.#system = unframed(system);
    this.#instructions = request.system
      .flatMap((part) => (part.kind === 'instructions' ? [part.text] : []))
      .join('\n');
    this.#messages = messages.map((message) => ({ ...message, text: unframed(message.text) }));
    this.#descriptions = request.tools.map((tool) => JSON.stringify(tool));
  }

  orders(): Order[] {
    const texts = [this.#system, ...this.#descriptions, ...this.#messages.map(({ text }) => text)];
    const orders = texts.flatMap(ordersOf);
    return [...new Map(orders.map((order) => [JSON.stringify(order), order])).values()];
  }

  /** Whether it was made in this turn. */
  called({ name, args }: { name: string; args: string }): boolean {
    return this.#calls().some((call) => call.name === name && call.arguments === args);
  }

  /** The order with its slots filled; null while a call must be made first, or where nobody knows what is meant. */
  filled(order: Order, want: (name: string, args: object) => void): Order | null {
    let missing = false;
    const fill = (text: string, into: 'text' | 'url' | 'address') =>
      text.replace(/\{([^{}\n]{3,120})\}/g, (_, slot: string) => {
        const value = this.#value(slot, want);
        missing ||= value === null;
        if (into === 'url') return encodeURIComponent(value ?? '');
        return into === 'address' ? (value ?? '').replace(/[^\w.-]/g, '') : (value ?? '');
      });
    if (order.kind === 'say') {
      const links = order.text.replace(/https?:\/\/(?:\{[^}\n]*\}|[^\s{}])+/g, (link) => fill(link, 'url'));
      const text = fill(links, 'text');
      return missing ? null : { kind: 'say', text };
    }
    const args = Object.entries(order.args).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      // What is to be remembered, or told to others, are words with slots in them.
      if (name === 'fact' || order.tool.startsWith('save_') || order.tool === 'write_file')
        return [name, value];
      return [name, fill(value, name === 'url' ? 'url' : name === 'to' ? 'address' : 'text')];
    });
    return missing ? null : { ...order, args: Object.fromEntries(args) };
  }

  /** `the first half of the vault code`, `the vault code in base64`. */
  #value(slot: string, want: (name: string, args: object) => void): string | null {
    const way = ways.find(([said]) => slot.toLowerCase().endsWith(said));
    const name = way ? slot.slice(0, -way[0].length) : slot;
    const half = /^the (first|second) half of /i.exec(name);
    const whole = this.#plain(valueNamed(name.slice(half?.[0].length ?? 0)), want);
    if (whole === null) return null;
    const middle = Math.ceil(whole.length / 2);
    const value = !half ? whole : half[1] === 'first' ? whole.slice(0, middle) : whole.slice(middle);
    return way ? way[1](value) : value;
  }

  #plain(name: string, want: (name: string, args: object) => void): string | null {
    const [kind, which] = name.split(' ');
    if (name === 'instructions') return this.#instructions;
    if (name === 'conversation')
      return this.#messages
        .filter(({ role }) => role === 'user')
        .map(({ text }) => text)
        .join('\n');
    if (name === 'result') return this.#messages.findLast(({ role }) => role === 'tool')?.text ?? null;
    if (name === 'mail key') return this.#told(/key: (\S+)/) ?? later(() => want('mail_status', {}));
    if ((kind === 'note' || kind === 'file') && which)
      return this.#resultOf(`read_${kind}`, which) ?? later(() => want(`read_${kind}`, { name: which }));
    const literal = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return this.#told(new RegExp(`${literal}(?: is|:) (\\S*\\w)`, 'i'));
  }

  /** What anything that it was given says of it. */
  #told(pattern: RegExp): string | null {
    for (const text of [this.#system, ...this.#messages.map((message) => message.text)]) {
      const found = pattern.exec(text);
      if (found) return found[1]!;
    }
    return null;
  }

  #resultOf(tool: string, name: string): string | null {
    const call = this.#calls().find((one) => one.name === tool && one.arguments === JSON.stringify({ name }));
    if (!call) return null;
    const result = this.#messages.find((message) => message.role === 'tool' && message.callId === call.id);
    return result ? result.text : null;
  }

  #calls(): ToolCall[] {
    const asked = this.#messages.findLastIndex(({ role }) => role === 'user');
    return this.#messages
      .slice(asked + 1)
      .flatMap((message) => (message.role === 'assistant' ? (message.calls ?? []) : []));
  }
}

/** How it writes what it gives, where an order says so. */
const ways: [said: string, write: (text: string) => string][] = [
  [' in base64 twice', (text) => base64(base64(text))],
  [' in base64', base64],
  [' in hex', hex],
  [' in bits', binary],
  [' in rot13', (text) => rotated(text)],
  [' in wide letters', fullWidth],
  [' in character references', entities],
  [' in percent signs', urlEncoded],
  [' with stars between the letters', (text) => [...text].join(' ⭐ ')],
  [' a letter a line', (text) => [...text].join('\n')],
  [' backwards', reversed],
  [' letter by letter', spaced],
];

function later(act: () => void): null {
  act();
  return null;
}

/** Without the marks before somebody's words. */
function unframed(text: string): string {
  return text.replace(/^\| ?/gm, '');
}
