/** `carrier people export`: what the hub gives, as it comes, and whether that is all of it. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FatalError } from '../errors.js';
import { addressOf } from './address.js';
import { download } from './client.js';
import { paint, print } from './output.js';
import type { Own } from './typed.js';

/** @throws FatalError where the manifest is missing, or says something else than what has come */
export async function exportPerson({ config, args, options, url }: Own): Promise<void> {
  const address = addressOf(config, url);
  if (!address)
    throw new FatalError(
      'not_found',
      `No hub runs on ${config.dataDir}. Start it, or name its address with --url.`,
    );
  const query = new URLSearchParams({ account: args[0]!, files: String(options.files !== false) });
  if (typeof options.agentId === 'string') query.set('agentId', options.agentId);
  const whole = checked(download(address, `/people/export?${query}`));
  if (typeof options.to !== 'string') return pipeline(Readable.from(whole), process.stdout, { end: false });
  await pipeline(Readable.from(whole), createWriteStream(options.to, { mode: 0o600 }));
  print(paint.dim(`Written to ${options.to}; the last line is a manifest of what is in it.`));
}

/** The same bytes. The last line is held against those before it. */
async function* checked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  const line: Buffer[] = [];
  for await (const chunk of bytes) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const last = line.splice(0);
      // What has another line behind it is not the manifest.
      if (last.length > 0 && last.at(-1)!.at(-1) === 10) for (const part of last) hash.update(part);
      else line.push(...last);
      line.push(Buffer.from(chunk.subarray(from, end + 1)));
      from = end + 1;
    }
    if (from < chunk.length) {
      if (line.at(-1)?.at(-1) === 10) for (const part of line.splice(0)) hash.update(part);
      line.push(Buffer.from(chunk.subarray(from)));
    }
    yield chunk;
  }
  const manifest = readManifest(Buffer.concat(line).toString());
  if (manifest !== hash.digest('hex'))
    throw new FatalError(
      'invalid_request',
      'The export was cut off: its manifest is missing. Ask for it again.',
    );
}

function readManifest(line: string): string | null {
  try {
    const { kind, sha256 } = JSON.parse(line);
    return kind === 'manifest' ? sha256 : null;
  } catch {
    return null;
  }
}
