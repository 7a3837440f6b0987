/** `carrier send AGENT TEXT`: one question, and the answer as it is written. */
import { userInfo } from 'node:os';
import { text as readAll } from 'node:stream/consumers';
import type { Config } from '../config.js';
import { FatalError } from '../errors.js';
import { addressOf } from './address.js';
import { say } from './client.js';
import { harmlessJson, harmlessLines, paint, print } from './output.js';
import { addressField } from './pages.js';

export interface SendOptions {
  /** Who asks; absent: the login name. */
  user?: string;
  /** Absent: the user's direct conversation with the agent. */
  room?: string;
  json?: boolean;
  /** Where the hub listens, as it was typed. */
  url?: string;
}

/** @throws FatalError `text_empty`, `not_found`, or with what the hub says; then the answer is not whole. */
export async function send(
  config: Config,
  agent: string,
  given: string,
  options: SendOptions = {},
): Promise<void> {
  const text = given === '-' ? await readAll(process.stdin) : given;
  if (text.trim() === '') throw new FatalError('text_empty', 'There is nothing to send.', { field: 'text' });
  const address = addressOf(config, options.url);
  if (!address)
    throw new FatalError('not_found', `No hub runs on ${config.dataDir}. Start it: carrier start.`, {
      field: addressField,
    });
  const userId = options.user ?? userInfo().username;
  const room = options.room === undefined ? {} : { roomId: options.room };
  let atEnd = true;
  let failed: string | undefined;
  for await (const { event, data } of say(
    address,
    agent,
    { text, userId, ...room },
    new AbortController().signal,
  )) {
    if (event === 'turn.failed' || event === 'error') failed = (data.error as { message: string }).message;
    if (options.json) {
      if (event !== 'stored') print(harmlessJson({ event, data }, 0));
    } else if (event === 'text.delta') {
      const said = harmlessLines(String(data.text));
      process.stdout.write(said);
      atEnd = said.endsWith('\n');
    } else if (event === 'action.started')
      process.stderr.write(paint.dim(`· ${harmlessLines(String(data.name))}\n`));
  }
  if (!atEnd) print();
  if (failed !== undefined) throw new FatalError('turn_failed', harmlessLines(failed));
}
