/** Who gets room for bytes; over HTTP: `limits-tokens.test.ts` and `uploading.test.ts`. */
import { describe, expect, it } from 'vitest';
import { InFlight } from '../../src/connector/kit/in-flight.js';

const tries = (room: InFlight) => (owner: string, bytes: number) => {
  try {
    return room.take(owner, bytes);
  } catch (error) {
    expect(error).toMatchObject({ code: 'uploads_full', retryAfterMs: 3000 });
    return null;
  }
};

describe('room for bytes', () => {
  it('is found in the end for a request of more than half, though another token goes on sending', () => {
    const take = tries(new InFlight(100));
    const held = Array.from({ length: 10 }, () => take('one', 10)!);
    expect(take('other', 75)).toBeNull();
    for (const giveBack of held.splice(0, 7)) {
      giveBack();
      expect(take('one', 10)).toBeNull();
      expect(take('other', 75)).toBeNull();
    }
    held.pop()!();
    const big = take('other', 75);
    expect(big).not.toBeNull();
    const small = take('one', 5)!;
    // Whoever has more than half waits for nobody's room.
    expect(take('other', 20)).toBeNull();
    small();
    expect(take('one', 5)).not.toBeNull();
  });

  it('is there for one that is larger than all of it, once it is alone', () => {
    const take = tries(new InFlight(100));
    const small = take('one', 10)!;
    expect(take('other', 500)).toBeNull();
    expect(take('one', 10)).toBeNull();
    small();
    const large = take('other', 500)!;
    expect(take('one', 10)).toBeNull();
    large();
    large();
    expect(take('one', 100)).not.toBeNull();
  });

  it('is kept for the last thousand who were refused, and no more', () => {
    const take = tries(new InFlight(100));
    const held = Array.from({ length: 10 }, () => take('one', 10)!);
    // All of it was wanted, but by somebody whom a thousand others came after.
    expect(take('first', 100)).toBeNull();
    for (let n = 0; n < 1000; n++) expect(take(`other${n}`, 10)).toBeNull();
    for (const giveBack of held.splice(0, 8)) giveBack();
    // Two of ten: half of it is allowed, and not nothing.
    expect(take('one', 10)).not.toBeNull();
  });
});
