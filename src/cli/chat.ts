import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline/promises';
import type { Config } from '../config.js';
import { startHub } from '../hub.js';
import { createLogger } from '../logger.js';
import { addressOf } from './address.js';
import { type Address, type StreamEvent, say } from './client.js';
import { harmless, harmlessLines, paint, print } from './output.js';

const historySize = 500;

export interface ChatOptions {
  agent: string;
  room?: string;
  user?: string;
}

/** A conversation in the terminal, line by line, until Ctrl-D or /quit. Works in a pipe too. */
export async function chat(config: Config, { agent, room, user }: ChatOptions): Promise<void> {
  // `carrier chat | head`: nobody reads any more, and what was said is stored.
  process.stdout.on('error', () => process.exit(0));
  const { address, close } = await connect(config);
  const userId = user ?? userInfo().username;
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: process.stdin.isTTY && process.stdout.isTTY,
    history: readHistory(config.dataDir),
    historySize,
    // In a pipe there is nobody to prompt.
    prompt: process.stdin.isTTY ? paint.cyan('you › ') : '',
  });
  lines.on('history', (history) => keepHistory(config.dataDir, history));
  if (process.stdin.isTTY) print(paint.dim(`Talking to ${agent} at ${address.url}. /help tells the rest.`));
  try {
    await converse(
      lines,
      (text, signal) => say(address, agent, { text, userId, roomId: room }, signal),
      agent,
    );
  } finally {
    lines.close();
    await close();
  }
}

type Say = (text: string, signal: AbortSignal) => AsyncIterable<StreamEvent>;

/** What was said and is not answered yet. */
interface Said {
  abort: AbortController;
  /** It is stored with the hub, or will never be. */
  stored: Promise<void>;
}

/** Lines are answered one after the other; `/stop` alone does not wait, since it is about the answer that is written. */
async function converse(lines: Interface, say: Say, agent: string): Promise<void> {
  const screen = new Screen(agent);
  const unanswered: Said[] = [];
  let answered = Promise.resolve();
  lines.on('SIGINT', () => {
    if (unanswered[0]) unanswered[0].abort.abort();
    else lines.close();
  });
  lines.prompt();
  for await (const line of lines) {
    const text = line.trim();
    if (text === '/quit' || text === '/exit') break;
    const [running] = unanswered;
    if (running && /^\/stop\b/i.test(text)) {
      const stopped = running.stored.then(() =>
        screen.tell(say(text, running.abort.signal), running.abort.signal),
      );
      answered = Promise.all([answered, stopped]).then(() => {});
      continue;
    }
    if (text === '') {
      if (!running) lines.prompt();
      continue;
    }
    const abort = new AbortController();
    let store = () => {};
    const said: Said = { abort, stored: new Promise((resolve) => (store = resolve)) };
    unanswered.push(said);
    answered = answered.then(async () => {
      await screen.tell(say(text, abort.signal), abort.signal, store);
      store();
      unanswered.shift();
      if (text === '/help') print(help);
      lines.prompt();
    });
  }
  await answered;
}

const help = paint.dim(
  'And here: /quit or Ctrl-D ends; Ctrl-C stops waiting for an answer; the arrow keys bring back what you said.',
);

/** Where answers are written; several may be. */
class Screen {
  readonly #agent: string;
  #midLine = false;

  constructor(agent: string) {
    this.#agent = agent;
  }

  /** Prints an answer as it comes. What goes wrong is told, and the conversation goes on. */
  async tell(events: AsyncIterable<StreamEvent>, signal: AbortSignal, stored = () => {}): Promise<void> {
    let waits = false;
    try {
      for await (const { event, data } of events) {
        if (event === 'stored') stored();
        else if (event === 'turn.started') this.#begin();
        else if (event === 'text.delta') this.#write(String(data.text));
        else if (event === 'action.started')
          this.#line(paint.dim(harmless(`· ${data.name} ${JSON.stringify(data.arguments)}`)));
        else if (event === 'turn.waiting' && !waits) {
          waits = true;
          this.#line(paint.dim('· The language model cannot be reached; it is asked again.'));
        } else if (event === 'turn.failed' || event === 'error')
          this.#line(paint.red(harmlessLines(`! ${(data.error as { message: string }).message}`)));
      }
      this.#begin();
    } catch (error) {
      if (signal.aborted) this.#line(paint.dim('(no longer waiting; the answer will be in the history)'));
      else this.#line(paint.red(harmlessLines(`! ${(error as Error).message}`)));
    }
  }

  #begin(): void {
    if (this.#midLine) process.stdout.write('\n');
    this.#midLine = false;
  }

  #write(text: string): void {
    if (!this.#midLine) process.stdout.write(paint.bold(`${this.#agent} › `));
    this.#midLine = true;
    process.stdout.write(harmlessLines(text));
  }

  #line(text: string): void {
    this.#begin();
    print(text);
  }
}

/** The hub that runs on this data folder, or, where none runs, one of our own for as long as we talk. */
async function connect(config: Config): Promise<{ address: Address; close(): Promise<void> }> {
  const running = addressOf(config);
  if (running) return { address: running, close: async () => {} };
  const embedded = { ...config, http: { ...config.http, host: '127.0.0.1', port: 0 } };
  const hub = await startHub(embedded, createLogger(config.logLevel));
  return { address: { url: hub.url, token: hub.token.secret }, close: () => hub.stop() };
}

function readHistory(dataDir: string): string[] {
  const path = join(dataDir, 'chat-history');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

function keepHistory(dataDir: string, history: string[]): void {
  writeFileSync(join(dataDir, 'chat-history'), history.slice(0, historySize).join('\n'), { mode: 0o600 });
}
