/** `cat prompt.txt | carrier chat`: one question, its answer, the end. */
import { atMost } from '../../core/deadline.js';
import { FatalError } from '../../errors.js';
import type { StreamEvent } from '../client.js';
import type { Talk } from './hub.js';
import { shown } from './shown.js';

/** More is no question; the hub takes less. In bytes. */
const mostBytes = 16_777_216;
const stopMs = 2000;

/**
 * Asks all that comes through the pipe as one message, and prints the answer as the model wrote it, without colours and
 * marks, once it is whole: nothing printed can be taken back when a model begins anew.
 * @throws FatalError when nothing came, it is no text, or the answer failed
 */
export async function askPiped(talk: Talk, input: AsyncIterable<Buffer | string>): Promise<void> {
  const question = await textOf(input);
  if (question.trim() === '')
    throw new FatalError('invalid_field', 'Nothing came through the pipe, so nothing was asked.', {
      field: 'text',
    });
  const abort = new AbortController();
  const interrupted = () => {
    abort.abort();
    void atMost(
      stopMs,
      talk.stop().catch(() => {}),
    ).then(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  try {
    const answer = await answerTo(talk.say(question, abort.signal));
    if (answer !== '') process.stdout.write(`${shown(answer).trimEnd()}\n`);
  } catch (error) {
    // Ctrl-C ends the process, with its own code.
    if (abort.signal.aborted) await new Promise(() => {});
    throw error;
  } finally {
    process.off('SIGINT', interrupted);
  }
}

async function answerTo(events: AsyncIterable<StreamEvent>): Promise<string> {
  for await (const { event, data } of events) {
    if (event === 'turn.failed' || event === 'error')
      throw new FatalError('turn_failed', shown((data.error as { message: string }).message));
    if (event === 'reply') return (data.reply as { text: string } | null)?.text ?? '';
  }
  throw new FatalError('turn_failed', 'The hub went away before the answer came; it may be in the history.');
}

async function textOf(input: AsyncIterable<Buffer | string>): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of input) {
    const read = Buffer.from(piece as string);
    bytes += read.length;
    if (bytes > mostBytes)
      throw new FatalError('invalid_field', 'What came through the pipe is longer than any message.', {
        field: 'text',
      });
    pieces.push(read);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces)).replace(/\s+$/, '');
  } catch {
    throw new FatalError('invalid_field', 'What came through the pipe is no text in UTF-8.', {
      field: 'text',
    });
  }
}
