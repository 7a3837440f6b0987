import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline/promises';
import type { Config } from '../config.js';
import { startHub } from '../hub.js';
import { createLogger } from '../logger.js';
import { addressOf } from './address.js';
import { type Address, type StreamEvent, say } from './client.js';
import { paint, print } from './output.js';

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

async function converse(lines: Interface, say: Say, agent: string): Promise<void> {
  let waiting: AbortController | undefined;
  lines.on('SIGINT', () => {
    if (waiting) waiting.abort();
    else lines.close();
  });
  lines.prompt();
  for await (const line of lines) {
    const text = line.trim();
    if (text === '/quit' || text === '/exit') return;
    if (text === '/help') print(help);
    else if (text !== '') {
      waiting = new AbortController();
      await tell(say(text, waiting.signal), agent, waiting.signal);
      waiting = undefined;
    }
    lines.prompt();
  }
}

const help = paint.dim(
  '/quit or Ctrl-D ends; Ctrl-C stops waiting for an answer; the arrow keys bring back what you said.',
);

/** Prints an answer as it comes. What goes wrong is told, and the conversation goes on. */
async function tell(events: AsyncIterable<StreamEvent>, agent: string, signal: AbortSignal): Promise<void> {
  let column = 0;
  const begin = () => {
    if (column > 0) process.stdout.write('\n');
    column = 0;
  };
  try {
    for await (const { event, data } of events) {
      if (event === 'turn.started') begin();
      else if (event === 'text.delta') {
        if (column === 0) process.stdout.write(paint.bold(`${agent} › `));
        column++;
        process.stdout.write(String(data.text));
      } else if (event === 'action.started') {
        begin();
        print(paint.dim(`· ${data.name} ${JSON.stringify(data.arguments)}`));
      } else if (event === 'turn.failed') {
        begin();
        print(paint.red(`! ${(data.error as { message: string }).message}`));
      }
    }
    begin();
  } catch (error) {
    begin();
    if (signal.aborted) print(paint.dim('(no longer waiting; the answer will be in the history)'));
    else print(paint.red(`! ${(error as Error).message}`));
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
