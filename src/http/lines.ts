/** Answers that are lines of JSON, as they are made. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/** What fails before the first line is thrown; later, the connection is cut, and the last line is missing. */
export async function sendLines(
  res: Response,
  { lines, name }: { lines: AsyncIterable<string>; name: string },
): Promise<void> {
  const rest = lines[Symbol.asyncIterator]();
  const first = await rest.next();
  res.setHeader('Content-Type', 'application/x-ndjson; charset=utf-8');
  res.setHeader('Content-Disposition', `attachment; filename="${name}"`);
  async function* all(): AsyncGenerator<string> {
    for (let next = first; !next.done; next = await rest.next()) yield next.value;
  }
  await pipeline(Readable.from(all()), res).catch(() => res.destroy());
}
