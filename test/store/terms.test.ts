import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/libsql/database.js';
import { migrate } from '../../src/store/libsql/schema.js';
import { anyOf, indexTerms, queryTerms } from '../../src/store/libsql/terms.js';
import { temporaryFolder } from './folder.js';

const folder = temporaryFolder();
const db = new Database(`${folder.path}/terms.db`);
migrate(db);
afterAll(() => {
  db.close();
  folder.remove();
});

describe('terms', () => {
  it('are salted stems without case and accents', () => {
    expect(indexTerms(12, 'Running DOGS, naïve Straße: 3.5 GB')).toBe(
      '12_run 12_dog 12_naiv 12_straße 12_3 12_5 12_gb',
    );
  });

  it('of scripts without spaces are pairs of letters', () => {
    expect(indexTerms(1, 'AI技術者 です')).toBe('1_ai 1_技術 1_術者 1_です');
    expect(indexTerms(1, '猫')).toBe('1_猫');
    expect(queryTerms([1], '技術')).toEqual(['1_技術']);
  });

  it('keep words of other scripts whole', () => {
    expect(indexTerms(1, 'Привет, мир! हिन्दी')).toBe('1_привет 1_мир 1_हिन्दी');
  });

  it('of a query leave out stop words, unless there is nothing else', () => {
    expect(queryTerms([1], 'where is the dog')).toEqual(['1_dog']);
    expect(queryTerms([1], 'who is it')).toEqual(['1_who', '1_is', '1_it']);
    expect(queryTerms([1], '?!')).toEqual([]);
    expect(queryTerms([], 'dog')).toEqual([]);
  });

  it('of a query are distinct, limited, and asked for in every scope', () => {
    expect(queryTerms([1, 2], 'dog dogs')).toEqual(['1_dog', '2_dog']);
    expect(anyOf(['1_dog', '2_dog'])).toBe('"1_dog" OR "2_dog"');
    const long = Array.from({ length: 100 }, (_, i) => `w${i}`).join(' ');
    expect(queryTerms([1], long)).toHaveLength(24);
  });

  const insert = db.prepare('insert into terms (rowid, words) values (?, ?)');
  const remove = db.prepare('delete from terms where rowid = ?');
  const find = db.prepare('select json_group_array(rowid) from terms where terms match ?');
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.string({
      unit: fc.constantFrom(
        ...'"\'*^:(){}+-_,.;\0 ',
        'a',
        '1',
        'NEAR',
        'OR',
        'NOT',
        'AND',
        'words',
        '\ud800',
        '٣',
      ),
    }),
  );

  it('never reach FTS5 as syntax', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const query = anyOf(queryTerms([7], text));
        if (query === '') return;
        expect(query).toMatch(/^"7_[^"\0]+"( OR "7_[^"\0]+")*$/);
        expect(find.value<string>(query)).toBe('[]');
      }),
      { numRuns: 500 },
    );
  });

  it('find every text by itself, in its own scope only', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const query = anyOf(queryTerms([1], text));
        if (query === '') return;
        insert.run(1, indexTerms(1, text));
        insert.run(2, indexTerms(2, text));
        expect(find.value<string>(query)).toBe('[1]');
        remove.run(1);
        remove.run(2);
      }),
      { numRuns: 300 },
    );
  });
});
