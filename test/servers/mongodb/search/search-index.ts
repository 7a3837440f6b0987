import type { DocRecord } from '../collection.js';
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

/** A search index: PENDING, and after a while READY. An updated one serves its old definition meanwhile. */
export class SearchIndex {
  readonly latest: Definition;
  readonly #previous: Definition | undefined;
  readonly #fields = new Map<string, { field: StringField; postings: Postings }>();

  readonly stored: StoredSearchIndex;

  constructor(stored: StoredSearchIndex) {
    this.stored = stored;
    this.latest = parseDefinition(stored.type, stored.definition);
    this.#previous = stored.previous && parseDefinition(stored.type, stored.previous);
    if (this.latest.type === 'search')
      for (const field of this.latest.strings.values())
        this.#fields.set(field.path, { field, postings: new Postings() });
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

  add(record: DocRecord): void {
    for (const { field, postings } of this.#fields.values())
      postings.add(record, analyze(field, valuesAt(record.doc, field.path).flat()));
  }

  remove(record: DocRecord): void {
    for (const { postings } of this.#fields.values()) postings.remove(record);
  }

  postings(path: string): Postings | undefined {
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
