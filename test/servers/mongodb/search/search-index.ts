import { fail } from '../errors.js';
import { valuesAt } from '../query/path.js';
import type { Doc } from '../query/values.js';
import { type Definition, parseDefinition, type StringField } from './definition.js';
import { Postings } from './postings.js';
import { stems, tokens } from './stems.js';

/** A search index as it is kept on disk. */
export interface StoredSearchIndex extends Doc {
  id: string;
  name: string;
  type: 'search' | 'vectorSearch';
  definition: Doc;
  version: number;
  createdAt: Date;
  /** From then on the definition is served. */
  readyAt: Date;
  /** The definition served until then, if there was one. */
  previous?: Doc;
}

/** A document as an index has it, which may be older than the collection's, or gone there. */
export interface Indexed {
  id: string;
  doc: Doc;
}

/** How far behind its collection an index is, in ms; `Infinity`: it takes in nothing more. */
export interface SearchLag {
  readonly searchLagMs: number;
}

/**
 * A search index: PENDING, and after a while READY. An updated one serves its old definition meanwhile. It follows its
 * collection as a search node does, some time behind: until then what is new is not found, and what was edited or
 * deleted is found as it was.
 */
export class SearchIndex {
  readonly latest: Definition;
  readonly #previous: Definition | undefined;
  readonly #fields = new Map<string, { field: StringField; postings: Postings<Indexed> }>();
  readonly #documents = new Map<string, Indexed>();
  /** Changes that are not taken in yet, oldest first; null: deleted. */
  readonly #coming: { at: number; id: string; doc: Doc | null }[] = [];
  readonly #lag: SearchLag;

  readonly stored: StoredSearchIndex;

  /** @param documents what there is when it is made; it is built with them. */
  constructor(stored: StoredSearchIndex, lag: SearchLag, documents: Iterable<Indexed>) {
    this.stored = stored;
    this.#lag = lag;
    this.latest = parseDefinition(stored.type, stored.definition);
    this.#previous = stored.previous && parseDefinition(stored.type, stored.previous);
    if (this.latest.type === 'search')
      for (const field of this.latest.strings.values())
        this.#fields.set(field.path, { field, postings: new Postings() });
    for (const { id, doc } of documents) this.#take(id, doc);
  }

  get built(): boolean {
    return this.stored.readyAt.getTime() <= Date.now();
  }

  get queryable(): boolean {
    return this.built || this.#previous !== undefined;
  }

  /** What queries are answered by; fails as a search node does while there is nothing to answer by. */
  served(): Definition {
    const definition = this.built ? this.latest : this.#previous;
    if (definition) return definition;
    const kind = this.stored.type === 'vectorSearch' ? 'vector' : 'search';
    return fail(
      'UnknownError',
      `PlanExecutor error during aggregation :: caused by :: cannot query ${kind} index ${this.stored.id} while in state INITIAL_SYNC`,
    );
  }

  /** As `$listSearchIndexes` shows it. */
  describe(): Doc {
    const { id, name, type, version, createdAt, definition } = this.stored;
    return {
      id,
      name,
      type,
      status: this.built ? 'READY' : this.#previous ? 'BUILDING' : 'PENDING',
      queryable: this.queryable,
      latestDefinitionVersion: { version, createdAt },
      latestDefinition: definition,
      statusDetail: [],
    };
  }

  add({ id, doc }: Indexed): void {
    this.#coming.push({ at: Date.now(), id, doc });
    this.#catchUp();
  }

  remove({ id }: Indexed): void {
    this.#coming.push({ at: Date.now(), id, doc: null });
    this.#catchUp();
  }

  /** What a search looks through now. */
  documents(): Iterable<Indexed> {
    this.#catchUp();
    return this.#documents.values();
  }

  #catchUp(): void {
    const until = Date.now() - this.#lag.searchLagMs;
    while (this.#coming.length > 0 && this.#coming[0]!.at <= until) {
      const { id, doc } = this.#coming.shift()!;
      this.#take(id, doc);
    }
  }

  #take(id: string, doc: Doc | null): void {
    const before = this.#documents.get(id);
    const after = doc && { id, doc };
    for (const { field, postings } of this.#fields.values()) {
      if (before) postings.remove(before);
      if (after) postings.add(after, analyze(field, valuesAt(after.doc, field.path).flat()));
    }
    if (after) this.#documents.set(id, after);
    else this.#documents.delete(id);
  }

  postings(path: string): Postings<Indexed> | undefined {
    return this.#fields.get(path)?.postings;
  }

  terms(path: string, text: string): string[] {
    const entry = this.#fields.get(path);
    return entry ? analyze(entry.field, [text]) : [];
  }
}

function analyze(field: StringField, values: unknown[]): string[] {
  const texts = values.filter((value): value is string => typeof value === 'string');
  return texts.flatMap((text) => (field.english ? stems(text) : tokens(text)));
}
