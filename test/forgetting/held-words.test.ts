import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { noteWords, recordWords } from '../../src/memory/forgetting/held-words.js';

const root = fileURLToPath(new URL('../../src/', import.meta.url));
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(root, name), 'utf8'));

/** What is given to each call of this function. */
function callsOf(name: string, source: string): string[] {
  return [...source.matchAll(new RegExp(`= ${name}(?:<[^(]*>)?\\(\\{`, 'g'))].map(({ index }) => {
    const rest = source.slice(index);
    return rest.slice(0, rest.search(/\n?\}\);\n/));
  });
}

describe('the list of where words lie', () => {
  it('has every sort of record', () => {
    const kinds = sources.flatMap((source) =>
      callsOf('defineRecord', source).map((call) => /kind: '([\w-]+)'/.exec(call)?.[1] ?? call),
    );
    expect(kinds.length).toBeGreaterThan(5);
    expect(kinds.sort()).toEqual(Object.keys(recordWords).sort());
  });

  it('has every sort of note', () => {
    const named = sources.flatMap((source) =>
      callsOf('defineNote', source).map(
        (call) => /(?:=> `|=> '|keyIn\('|derivedId\(')([\w-]+)/.exec(call)?.[1] ?? call,
      ),
    );
    expect(named.length).toBeGreaterThan(25);
    const others = ['connector', 'plugin', 'incoming'];
    expect([...named, ...others].sort()).toEqual(Object.keys(noteWords).sort());
  });
});
