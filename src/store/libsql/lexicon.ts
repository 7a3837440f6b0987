/**
 * The index of words. It runs behind: appends do not wait for it. It catches up when the hub is idle, when too
 * much has gathered, and before every search, so that a search finds all that was stored before it.
 */

import { termsVersion } from '../words.js';
import { type Database, listOf } from './database.js';
import type { MemoryTable } from './memory-table.js';
import { anyOf, indexTerms, queryTerms } from './terms.js';

/** Only after `termsVersion` was raised can more be waiting; searches then find the rest step by step. */
const mostBeforeSearch = 5_000;

/**
 * Postings a search ranks at most, at about a microsecond each. Words that half the scope uses tell little about
 * what is looked for, and would hold up everyone else.
 */
const mostPostings = 2_500;

/** What may be found, besides matching. */
export interface Filter {
  scopes: readonly number[];
  kinds: readonly number[];
  /** Ids of memories that must not come back. */
  excludeIds: ReadonlySet<string>;
  /** Their numbers. Finding them out costs something, so it is done when asked. */
  exclude(): readonly number[];
}

export class Lexicon {
  readonly #db: Database;
  readonly #memories: MemoryTable;
  readonly #sql;
  #mark: number;

  constructor(db: Database, memories: MemoryTable) {
    this.#db = db;
    this.#memories = memories;
    this.#sql = {
      texts: db.prepare(
        listOf(
          `'[' || seq || ',' || scope || ',' || (body -> '$.content.text') || ']'`,
          'select seq, scope, body from memories where seq > ? order by seq limit ?',
        ),
      ),
      text: db.prepare(`select json_array(scope, body -> '$.content.text') from memories where seq = ?`),
      insert: db.prepare('insert into terms (rowid, words) values (?, ?)'),
      remove: db.prepare('delete from terms where rowid = ?'),
      note: db.prepare('insert or replace into progress (name, value) values (?, ?)'),
      noted: db.prepare('select value from progress where name = ?'),
      documents: db.prepare(`
        select json_group_array(json_array(term, doc)) from vocabulary
        where term in (select value from json_each(?))`),
      // `cross join` keeps the index outside: it sorts by rank itself, and memories are looked at only until
      // there are enough.
      find: db.prepare(`
        select json_group_array(seq) from (
          select m.seq from terms t cross join memories m on m.seq = t.rowid
          where t.terms match ?1
            and t.rowid not in (select value from json_each(?2))
            and m.kind in (select value from json_each(?3)) and m.status <> 0
          order by t.rank limit ?4)`),
    };
    this.#mark = this.#sql.noted.value<number>('indexed') ?? 0;
    if (this.#sql.noted.value<number>('terms') !== termsVersion) this.#startAnew();
  }

  /** About how many memories are not yet in the index. */
  get behind(): number {
    return this.#memories.last - this.#mark;
  }

  /** Indexes the oldest that are waiting. True when it may not have been all of them. */
  catchUp(limit: number): boolean {
    if (this.behind <= 0) return false;
    const texts = JSON.parse(this.#sql.texts.value<string>(this.#mark, limit)!) as [number, number, string][];
    if (texts.length === 0) return false;
    const reached = texts.at(-1)![0];
    this.#db.transaction(() => {
      for (const [seq, scope, text] of texts) {
        const terms = indexTerms(scope, text);
        if (terms !== '') this.#sql.insert.run(seq, terms);
      }
      this.#sql.note.run('indexed', reached);
    });
    this.#mark = reached;
    return texts.length === limit;
  }

  /** Numbers of memories with words of the text, best first. */
  find(text: string, filter: Filter, limit: number): number[] {
    const terms = queryTerms(filter.scopes, text);
    if (terms.length === 0) return [];
    this.catchUp(mostBeforeSearch);
    const query = anyOf(this.#rarest(terms));
    if (query === '') return [];
    const { kinds } = filter;
    const exclude = filter.exclude();
    return JSON.parse(
      this.#sql.find.value<string>(query, JSON.stringify(exclude), JSON.stringify(kinds), limit)!,
    );
  }

  /** Those that are in use, as many as can be afforded, but at least one. Counting is far cheaper than ranking. */
  #rarest(terms: readonly string[]): string[] {
    const used = JSON.parse(this.#sql.documents.value<string>(JSON.stringify(terms))!) as [string, number][];
    used.sort(([, a], [, b]) => a - b);
    const affordable: string[] = [];
    let postings = 0;
    for (const [term, documents] of used) {
      postings += documents;
      if (postings > mostPostings && affordable.length > 0) break;
      affordable.push(term);
    }
    return affordable;
  }

  /** The text is another one by now. What is not indexed yet will be, with the new one. */
  renew(seq: number): void {
    if (seq > this.#mark) return;
    this.#sql.remove.run(seq);
    const [scope, text] = JSON.parse(this.#sql.text.value<string>(seq)!) as [number, string];
    const terms = indexTerms(scope, text);
    if (terms !== '') this.#sql.insert.run(seq, terms);
  }

  remove(seq: number): void {
    if (seq <= this.#mark) this.#sql.remove.run(seq);
  }

  #startAnew(): void {
    this.#db.transaction(() => {
      this.#db.exec("insert into terms (terms) values ('delete-all')");
      this.#sql.note.run('terms', termsVersion);
      this.#sql.note.run('indexed', 0);
    });
    this.#mark = 0;
  }
}
