/**
 * Pictures in bodies of JSON. As one text they would hold up everything else while they are written down, and fill the
 * heap; so the body is made without them, and they are put in piece by piece as it is sent.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

/** The pictures of one body. */
export interface Pictures {
  /** What stands for the bytes in the body: Base64 takes its place. Nobody else can know it. */
  standIn(bytes: Uint8Array): string;
  /** Call it once the body was sent, or will not be. */
  close(): void;
}

/** Bytes written down at once; a multiple of 3, so that Base64 can be put together. */
const sliceBytes = 3 * 2 ** 17;
const standInPattern = /carrier-picture-[0-9a-f-]{36}/;

/** Of one client: what it makes `fetch` send. */
export class PictureBodies {
  readonly #bytes = new Map<string, Uint8Array>();

  open(): Pictures {
    const names: string[] = [];
    return {
      standIn: (bytes) => {
        const name = `carrier-picture-${randomUUID()}`;
        this.#bytes.set(name, bytes);
        names.push(name);
        return name;
      },
      close: () => {
        for (const name of names) this.#bytes.delete(name);
      },
    };
  }

  /** In the place of the SDK's own. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const { body } = init ?? {};
    if (typeof body !== 'string' || !standInPattern.test(body)) return fetch(input, init);
    return fetch(input, { ...init, body: await this.#filled(body) });
  };

  async #filled(body: string): Promise<Blob> {
    const pieces: (string | Buffer<ArrayBuffer>)[] = [];
    for (const piece of body.split(new RegExp(`(${standInPattern.source})`))) {
      const bytes = this.#bytes.get(piece);
      if (!bytes) pieces.push(piece);
      else
        for (let at = 0; at < bytes.length; at += sliceBytes) {
          const slice = Buffer.from(bytes.subarray(at, at + sliceBytes)).toString('base64');
          pieces.push(Buffer.from(slice, 'latin1'));
          await setImmediate();
        }
    }
    return new Blob(pieces);
  }
}
