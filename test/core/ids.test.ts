import { describe, expect, it, vi } from 'vitest';
import { derivedId, newId } from '../../src/core/ids.js';

describe('newId', () => {
  it('makes valid UUIDv7s that sort in the order they were made, and never the same twice', () => {
    const ids = Array.from({ length: 20_000 }, newId);
    const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(ids.every((id) => shape.test(id))).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('goes on sorting when the clock is set back', () => {
    const before = newId();
    vi.useFakeTimers({ now: Date.now() - 60_000 });
    expect(newId() > before).toBe(true);
    vi.useRealTimers();
  });

  it('carries the time it was made', () => {
    const made = Number.parseInt(newId().replaceAll('-', '').slice(0, 12), 16);
    expect(Math.abs(made - Date.now())).toBeLessThan(1000);
  });
});

describe('derivedId', () => {
  it('is the same for the same parts, and keeps parts apart', () => {
    expect(derivedId('room', 'a', 'b')).toBe(derivedId('room', 'a', 'b'));
    const ids = [
      derivedId('room', 'ab', 'c'),
      derivedId('room', 'a', 'bc'),
      derivedId('room', 'a', 'b', 'c'),
      derivedId('turn', 'ab', 'c'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
