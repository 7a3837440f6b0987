/** Everything that is stored says how it is exported and how it is erased. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { collections, tables } from '../../src/governance/holdings.js';
import { noteHoldings } from '../../src/governance/note-holdings.js';
import { recordHoldings } from '../../src/governance/record-holdings.js';
import { noteWords, recordWords } from '../../src/memory/forgetting/held-words.js';
import { steps } from '../../src/store/libsql/schema.js';
import { collections as defined } from '../../src/store/mongodb/indexes.js';

const root = fileURLToPath(new URL('../../src/', import.meta.url));

describe('what is held of people', () => {
  it('is said of every table of the embedded store', () => {
    const made = steps.flatMap((sql) =>
      [...sql.matchAll(/create (?:virtual )?table (?:if not exists )?(\w+)/g)].map(([, name]) => name!),
    );
    expect(made.length).toBeGreaterThan(15);
    expect([...new Set(made)].sort()).toEqual(Object.keys(tables).sort());
  });

  it('is said of every collection, also of those that one file alone names', () => {
    expect([...defined].sort()).toEqual(Object.keys(collections).sort());
    const folder = join(root, 'store/mongodb');
    const named = readdirSync(folder).flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/collection(?:<[^(]*>)?\('(\w+)'\)/g)].map(
        ([, name]) => name!,
      ),
    );
    const others = named.filter(
      (name) => !Object.hasOwn(collections, name) && !['probes', 'collections'].includes(name),
    );
    expect([...new Set(others)]).toEqual([]);
  });

  // `held-words.test.ts` holds those lists against what is defined.
  it('is said of every sort of note and record', () => {
    expect(Object.keys(noteHoldings).sort()).toEqual(Object.keys(noteWords).sort());
    expect(Object.keys(recordHoldings).sort()).toEqual(Object.keys(recordWords).sort());
  });

  it('says what becomes of it, and exports nothing that it does not show', () => {
    for (const holding of [...Object.values(noteHoldings), ...Object.values(recordHoldings)]) {
      expect(holding.erases).not.toBe('');
      expect(holding.shown !== undefined).toBe(holding.exports !== null);
    }
  });
});
