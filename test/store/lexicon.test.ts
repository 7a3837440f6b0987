/** The index of words: whatever it is read from, it finds what comparing every text would. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/libsql/database.js';
import { Lexicon } from '../../src/store/libsql/lexicon.js';
import { MemoryTable } from '../../src/store/libsql/memory-table.js';
import { Names } from '../../src/store/libsql/names.js';
import { rowOf } from '../../src/store/libsql/row.js';
import { migrate } from '../../src/store/libsql/schema.js';
import { bm25, rarity } from '../../src/store/ranking.js';
import { soughtTerms, termsOf } from '../../src/store/words.js';
import { message } from '../contract/store.js';
import { temporaryFolder } from './folder.js';

let folder: ReturnType<typeof temporaryFolder>;
let db: Database;
let memories: MemoryTable;
beforeEach(() => {
  folder = temporaryFolder();
  db = new Database(`${folder.path}/words.db`);
  migrate(db);
  memories = new MemoryTable(db, new Names(db));
});
afterEach(() => {
  db.close();
  folder.remove();
});

const lexiconOf = (follows = true, most = 1_000_000) => new Lexicon(db, { most, follows });
const segments = () => db.prepare('select count(*) from words').value<number>();

interface Said {
  seq: number;
  id: string;
  text: string;
}

function say(texts: string[], scope = 's'): Said[] {
  return db.transaction(() =>
    texts.map((text) => {
      const memory = message({ text, scope, status: 'kept' });
      return { seq: memories.insert(rowOf(memory))!, id: memory.id, text };
    }),
  );
}

/** Goes on in steps, as the lexicon does. */
function* searching(
  lexicon: Lexicon,
  text: string,
  { scope = 1, limit = 10, exclude = [] as string[], kinds = [0] },
) {
  const filter = { kinds, exclude: new Set(exclude) };
  const matches = yield* lexicon.match(scope, [soughtTerms(text)], filter);
  return matches.best(matches.scores(0), limit).map((place) => matches.seq(place));
}

function find(lexicon: Lexicon, text: string, limit = 10, exclude: string[] = [], kinds = [0]): number[] {
  const steps = searching(lexicon, text, { limit, exclude, kinds });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const worded = (seq: number, text: string, id = `${seq}`) => ({
  seq,
  room: 1,
  memory: { ...message({ text }), id },
});

/** What BM25 over all texts says, computed as its definition has it. */
function expected(all: Said[], text: string, limit = 10): number[] {
  const terms = soughtTerms(text);
  const cut = all.map(({ seq, text }) => ({ seq, terms: termsOf(text) }));
  const average = cut.reduce((sum, { terms }) => sum + terms.length, 0) / cut.length;
  const having = terms.map((term) => cut.filter((one) => one.terms.includes(term)).length);
  return cut
    .map((one) => ({
      seq: one.seq,
      score: terms.reduce((sum, term, i) => {
        const count = one.terms.filter((other) => other === term).length;
        return count === 0
          ? sum
          : sum + bm25(rarity(having[i]!, cut.length), count, one.terms.length, average);
      }, 0),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || b.seq - a.seq)
    .slice(0, limit)
    .map(({ seq }) => seq);
}

const words = ['dog', 'cat', 'parrot', 'garden', 'tea', 'rain', 'train', 'bicycle'];
const sentenceOf = (n: number) =>
  [n, n >> 3, n >> 5].map((at) => words[(at * 7 + n) % words.length]).join(' ') +
  (n % 3 === 0 ? ' tea tea' : '');
const sentences = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => sentenceOf(from + i));

describe('the index of words', () => {
  it('ranks as BM25 over the scope does, from texts, from segments, and from both', () => {
    const all = say(sentences(0, 700));
    const made = lexiconOf();
    for (const text of ['dog', 'tea in the garden', 'parrot parrot cat'])
      expect(find(made, text)).toEqual(expected(all, text));
    expect(segments()).toBe(0);
    db.transaction(() => made.save(made.takeUnsaved(10)));
    expect(segments()).toBe(2);
    all.push(...say(sentences(700, 800)));
    for (const text of ['dog', 'bicycle rain']) {
      expect(find(lexiconOf(), text)).toEqual(expected(all, text));
      expect(find(lexiconOf(false), text)).toEqual(expected(all, text));
    }
  });

  it('saves a few long texts as it does many short ones', () => {
    const long = (n: number) =>
      Array.from({ length: 6_000 }, (_, i) => `word${(i * 31 + n) % 9_000}`).join(' ');
    const all = say(Array.from({ length: 20 }, (_, i) => long(i * 400)));
    const made = lexiconOf();
    expect(find(made, 'word17 word8017')).toEqual(expected(all, 'word17 word8017'));
    db.transaction(() => made.save(made.takeUnsaved(10)));
    expect(segments()).toBe(3);
    expect(find(lexiconOf(), 'word17 word8017')).toEqual(expected(all, 'word17 word8017'));
  });

  it('finds what was appended since: told of it, or looking for it', () => {
    const [told, looking] = [lexiconOf(), lexiconOf(false)];
    const all = say(['a dog']);
    expect(find(told, 'dog')).toEqual([all[0]!.seq]);
    expect(find(looking, 'dog')).toEqual([all[0]!.seq]);
    for (let i = 0; i < 600; i++) {
      const [one] = say([sentenceOf(i)]);
      told.appended(1, worded(one!.seq, one!.text, one!.id));
      told.appended(2, worded(one!.seq + 1, 'dog'));
      all.push(one!);
      if (i % 97 > 0) continue;
      expect(find(told, 'dog rain')).toEqual(expected(all, 'dog rain'));
      expect(find(looking, 'dog rain')).toEqual(expected(all, 'dog rain'));
    }
    expect(told.unsaved).toBe(2);
  });

  it('leaves out ids and kinds that are not wanted', () => {
    const all = say(sentences(0, 50));
    const lexicon = lexiconOf();
    const [first, second] = find(lexicon, 'dog tea', 2);
    const { id } = all.find(({ seq }) => seq === first)!;
    expect(find(lexicon, 'dog tea', 1, [id])).toEqual([second]);
    expect(find(lexicon, 'dog tea', 5, [], [1])).toEqual([]);
    expect(find(lexicon, '?!')).toEqual([]);
  });

  it('knows no word of what was forgotten or changed, nor do its segments', () => {
    const all = say(sentences(0, 600));
    const lexicon = lexiconOf();
    find(lexicon, 'dog');
    db.transaction(() => lexicon.save(lexicon.takeUnsaved(10)));
    const gone = find(lexicon, 'dog', 600).at(-1);
    const { id } = all.find(({ seq }) => seq === gone)!;
    db.transaction(() => {
      memories.forget([id]);
      lexicon.remove({ seq: gone!, scope: 1 });
    });
    const left = all.filter(({ seq }) => seq !== gone);
    const [changed] = left.slice(-1);
    changed!.text = 'xylophone';
    db.transaction(() => {
      memories.edit(changed!.id, JSON.stringify('xylophone'));
      lexicon.remove({ seq: changed!.seq, scope: 1 });
    });
    expect(segments()).toBe(1);
    for (const fresh of [lexicon, lexiconOf(), lexiconOf(false)])
      for (const text of ['dog', 'xylophone']) expect(find(fresh, text)).toEqual(expected(left, text));
    // What fills the gap is a full segment again only where there is enough.
    db.transaction(() => lexicon.save(lexicon.takeUnsaved(10)));
    for (const text of ['dog', 'xylophone']) expect(find(lexiconOf(), text)).toEqual(expected(left, text));
  });

  it('saves no segment in which something has changed since it was made, but the others', () => {
    const all = say(sentences(0, 600));
    const lexicon = lexiconOf();
    find(lexicon, 'dog');
    const made = lexicon.takeUnsaved(10);
    for (const [at, left] of [
      [0, [1]],
      [255, [1]],
      [256, [0]],
      [511, [0]],
      [512, [0, 1]],
    ] as const) {
      lexicon.offer(made);
      lexicon.drop(2, all[0]!.seq);
      lexicon.drop(1, all[at]!.seq);
      expect(lexicon.takeUnsaved(10).map(({ first }) => first)).toEqual(left.map((i) => made[i]!.first));
    }
    // Nor one that another one overlaps.
    db.transaction(() => lexicon.save(made));
    db.transaction(() => lexicon.save(made));
    expect(segments()).toBe(2);
  });

  it('starts again when something changes while it reads', () => {
    const all = say(sentences(0, 300));
    const lexicon = lexiconOf();
    const steps = searching(lexicon, 'xylophone', {});
    for (let i = 0; i < 3; i++) expect(steps.next().done).toBe(false);
    memories.edit(all[0]!.id, JSON.stringify('xylophone'));
    lexicon.remove({ seq: all[0]!.seq, scope: 1 });
    let step = steps.next();
    while (!step.done) step = steps.next();
    expect(step.value).toEqual([all[0]!.seq]);
    expect(find(lexicon, 'xylophone')).toEqual([all[0]!.seq]);
  });

  it('makes segments anew when words are cut differently', () => {
    const all = say(sentences(0, 300));
    const lexicon = lexiconOf();
    find(lexicon, 'dog');
    db.transaction(() => lexicon.save(lexicon.takeUnsaved(10)));
    db.exec("update words set version = 0, body = x''");
    expect(find(lexiconOf(), 'dog')).toEqual(expected(all, 'dog'));
    expect(segments()).toBe(0);
  });

  it('holds no more than it may, counted, and finds the same in a scope that is larger', () => {
    const most = 5_000;
    const lexicon = lexiconOf(true, most);
    for (let scope = 0; scope < 20; scope++) say(sentences(0, 60), `scope ${scope}`);
    for (let scope = 1; scope <= 20; scope++) {
      const steps = searching(lexicon, 'dog', { scope });
      while (!steps.next().done);
      expect(lexicon.held).toBeLessThanOrEqual(most);
    }
    expect(lexicon.held).toBeGreaterThan(most / 2);
    // One that is held grows beyond it, by what it is told.
    for (let i = 0; i < 1_000; i++) {
      lexicon.appended(20, worded(10_000 + i, sentenceOf(i)));
      expect(lexicon.held).toBeLessThanOrEqual(most);
    }
    const all = say(sentences(60, 1_500), 'scope 0');
    const large = db.prepare(
      "select json_group_array(json_array(seq, body ->> '$.content.text')) from memories where scope = 1",
    );
    const whole = (JSON.parse(large.value<string>()!) as [number, string][]).map(([seq, text]) => ({
      seq,
      id: '',
      text,
    }));
    expect(whole.length).toBe(all.length + 60);
    for (const follows of [true, false]) {
      const small = lexiconOf(follows, most);
      expect(find(small, 'dog rain')).toEqual(expected(whole, 'dog rain'));
      expect(find(small, 'dog rain')).toEqual(expected(whole, 'dog rain'));
      expect(small.held).toBeLessThanOrEqual(most);
    }
  });

  it('takes any text, of any script, and finds each by itself', () => {
    const lexicon = lexiconOf();
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), (texts) => {
        const said = say(texts);
        for (const one of said) lexicon.appended(1, worded(one.seq, one.text, one.id));
        for (const { seq, text } of said) {
          const found = find(lexicon, text, 10_000);
          if (termsOf(text).length > 0) expect(found).toContain(seq);
        }
      }),
      { numRuns: 100 },
    );
  });
});
