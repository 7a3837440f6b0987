/** `carrier rooms show ROOM`: what was said there, and what its agent did. */
import type { Config } from '../config.js';
import { CarrierError, FatalError } from '../errors.js';
import type { OutputOf } from '../operations/operations.js';
import { carry } from './carry.js';
import { cells, words } from './cells.js';
import { harmless, harmlessJson, harmlessLines, paint, print } from './output.js';
import { shownTime } from './shown-time.js';
import { laidOut } from './table.js';
import type { Own } from './typed.js';

/** With `--json` the answers of `rooms.messages` (the newest first) and `turns.list` in one. */
export async function showRoom({ config, args: [roomId = ''], options, url }: Own): Promise<void> {
  const limit = String(options.limit);
  const [said, done] = (await Promise.all([
    carry(config, 'rooms.messages', { roomId, order: 'newest', limit }, url),
    carry(config, 'turns.list', { roomId, limit }, url),
  ])) as [OutputOf<'rooms.messages'>, OutputOf<'turns.list'>];
  if (said.messages.length + done.turns.length === 0) throw noRoom();
  if (options.json) return print(harmlessJson({ messages: said.messages, turns: done.turns }));
  print(paint.bold('Messages'));
  if (said.nextCursor) print(paint.dim(`  (more before these: carrier rooms messages ${harmless(roomId)})`));
  for (const { createdAt, author, text, status, attachments } of said.messages.toReversed()) {
    const state = status === 'failed' || status === 'pending' ? ` (${status})` : '';
    print(`  ${paint.dim(shownTime(createdAt))} ${paint.bold(harmless(author.name ?? author.id))}${state}`);
    for (const line of text === '' ? [] : harmlessLines(text).trimEnd().split('\n')) print(`    ${line}`);
    for (const { name, mediaType } of attachments) print(`    ${harmless(`[${name ?? mediaType}]`)}`);
  }
  print(paint.bold('Turns'));
  const rows = done.turns.map(({ turnId, status, model, usage, finishedAt, error }) =>
    cells(
      ...[`  ${turnId}`, status, finishedAt === null ? '' : shownTime(finishedAt), model ?? ''],
      `${usage.inputTokens} in, ${usage.outputTokens} out`,
      words(error ? `${error.code}: ${error.message}` : ''),
    ),
  );
  for (const line of laidOut(rows)) print(line);
  print(paint.dim(rows.length === 0 ? '  None has ended.' : '  carrier turn ID shows one.'));
}

/** @throws FatalError `not_found` for a room in which nothing was said; who may read no messages is not told. */
export async function requireRoom(config: Config, roomId: string, url?: string): Promise<void> {
  const answer = await carry(config, 'rooms.messages', { roomId, limit: '1' }, url).catch(
    (error: unknown) => {
      if (error instanceof CarrierError && error.code === 'permission_denied') return null;
      throw error;
    },
  );
  if ((answer as OutputOf<'rooms.messages'> | null)?.messages.length === 0) throw noRoom();
}

function noRoom(): FatalError {
  return new FatalError('not_found', 'There is no such room. "carrier rooms" lists them.', {
    field: 'roomId',
  });
}
