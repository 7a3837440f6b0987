import { expect, it } from 'vitest';
import { Cipher } from '../../src/encryption/cipher.js';
import { keyRingOf } from '../../src/encryption/key-ring.js';
import { Sealing } from '../../src/store/mongodb/sealing.js';
import { held, names } from './held.js';

it('no more is held than 20,000 hashes of words (src/store/mongodb/sealing.ts)', async () => {
  const ring = keyRingOf(`first:${Buffer.alloc(32, 1).toString('base64')}`);
  const sealing = new Sealing(ring!, { current: 'first', ids: ['first'], clear: false });
  let made = 0;
  const { token } = Cipher.prototype;
  Cipher.prototype.token = function (word) {
    made++;
    return token.call(this, word);
  };
  try {
    const words = names('word', 20_200);
    sealing.tokens(words);
    expect(
      await held(
        words,
        (word) => sealing.tokens([word]),
        () => made,
      ),
    ).toBe(20_000);
  } finally {
    Cipher.prototype.token = token;
  }
});
