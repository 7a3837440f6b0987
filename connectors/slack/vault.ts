/** Tokens of other people's workspaces are never at rest in clear: AES-256-GCM under the operator's key. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { FatalError } from '../../src/extension-api.js';

const Sealed = z.object({ v: z.literal(1), iv: z.string(), tag: z.string(), data: z.string() });

export class Vault {
  readonly #key: Buffer;

  /** @param passphrase long and random: `openssl rand -base64 32` */
  constructor(passphrase: string) {
    this.#key = Buffer.from(hkdfSync('sha256', passphrase, 'carrier', 'slack installations', 32));
  }

  /** `name` is where it will be kept; it opens nowhere else. */
  seal(name: string, value: unknown): z.infer<typeof Sealed> {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(name));
    const data = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    const text = (bytes: Buffer) => bytes.toString('base64');
    return { v: 1, iv: text(iv), tag: text(cipher.getAuthTag()), data: text(data) };
  }

  /** @throws FatalError `config_invalid` when it was sealed under another key or name, or altered. */
  open(name: string, sealed: unknown): unknown {
    try {
      const { iv, tag, data } = Sealed.parse(sealed);
      const bytes = (value: string) => Buffer.from(value, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes(iv), { authTagLength: 16 });
      decipher.setAAD(Buffer.from(name)).setAuthTag(bytes(tag));
      const text = Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString('utf8');
      return JSON.parse(text);
    } catch (cause) {
      throw new FatalError(
        'config_invalid',
        'A Slack installation cannot be decrypted: the installation key is not the one it was kept with.',
        { cause },
      );
    }
  }
}
