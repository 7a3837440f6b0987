import { ObjectId, UUID } from 'bson';
import type { Collection } from '../collection.js';
import { fail, notImplemented } from '../errors.js';
import { compileFilter } from '../query/match.js';
import { type Doc, isNumber, isPlain, toNumber } from '../query/values.js';
import type { LexicalDefinition } from './definition.js';
import { type Hit, lookUp } from './look-up.js';
import type { Indexed, SearchIndex } from './search-index.js';

function wrong(message: string): never {
  fail('UnknownError', `PlanExecutor error during aggregation :: caused by :: ${message}`);
}

/** A part of a search. `score` is undefined for a document that does not match. */
interface Clause {
  score(record: Indexed): number | undefined;
  /** All documents that can match, where that is known without looking at each. */
  candidates?: Set<Indexed>;
}

const operatorNames = ['text', 'compound', 'equals', 'in', 'range'];
const realOperators = new Set([
  ...[
    'autocomplete',
    'embeddedDocument',
    'exists',
    'facet',
    'geoShape',
    'geoWithin',
    'hasAncestor',
    'hasRoot',
  ],
  ...[
    'knnBeta',
    'moreLikeThis',
    'near',
    'phrase',
    'queryString',
    'regex',
    'span',
    'vectorSearch',
    'wildcard',
  ],
]);
const realOptions = new Set([
  ...[
    'concurrent',
    'highlight',
    'returnStoredSource',
    'returnScope',
    'scoreDetails',
    'searchAfter',
    'searchBefore',
  ],
  ...['sort', 'tracking', 'searchNodePreference'],
]);

/** `$search`: the documents that match, best first. */
export function lexicalSearch(collection: Collection | undefined, stage: unknown): Doc[] {
  if (!isPlain(stage)) fail('FailedToParse', '$search value must be an object');
  const { index: name = 'default', count: _, ...operator } = stage;
  for (const option of Object.keys(operator))
    if (realOptions.has(option)) notImplemented(`the $search option "${option}"`);
  checkOperator(operator);
  const index = collection?.search.get(String(name));
  if (!collection || !index) return [];
  const definition = index.served();
  if (definition.type !== 'search') wrong(`Cannot execute $search over vectorSearch index '${String(name)}'`);
  const documents = index.documents();
  const clause = compile(operator, index, definition);
  const found: Hit[] = [];
  for (const indexed of clause.candidates ?? documents) {
    const score = clause.score(indexed);
    if (score !== undefined) found.push({ id: indexed.id, score });
  }
  return lookUp(collection, found, 'searchScore');
}

function checkOperator(operator: Doc): void {
  const names = Object.keys(operator);
  for (const name of names) {
    if (realOperators.has(name)) notImplemented(`the $search operator "${name}"`);
    if (!operatorNames.includes(name)) wrong(`unrecognized field "${name}"`);
  }
  if (names.length !== 1) wrong(`one of [${operatorNames.join(', ')}] must be present`);
  const [name] = names as [string];
  const argument = operator[name];
  if (!isPlain(argument)) wrong(`"${name}" must be a document`);
  if (name === 'compound') {
    checkCompound(argument);
    return;
  }
  const known: Record<string, string[]> = {
    text: ['query', 'path', 'score', 'matchCriteria'],
    equals: ['path', 'value', 'score'],
    in: ['path', 'value', 'score'],
    range: ['path', 'gt', 'gte', 'lt', 'lte', 'score'],
  };
  if (name === 'text' && (argument.fuzzy || argument.synonyms)) notImplemented('fuzzy or synonyms');
  only(argument, name, known[name]!);
  if (argument.path === undefined) wrong(`"${name}.path" is required`);
  if (name === 'text' && argument.query === undefined) wrong('"text.query" is required');
  if (name === 'equals' && !('value' in argument)) wrong('"equals.value" is required');
  if (name === 'in' && !(Array.isArray(argument.value) && argument.value.length))
    wrong('"in.value" must be a non-empty array');
}

const clauseNames = ['must', 'mustNot', 'should', 'filter'];

function checkCompound(argument: Doc): void {
  only(argument, 'compound', [...clauseNames, 'minimumShouldMatch', 'score']);
  if (!clauseNames.some((name) => name in argument))
    wrong('"compound" must have at least one of [must, mustNot, should, filter]');
  for (const name of clauseNames) {
    if (!(name in argument)) continue;
    const part = argument[name];
    const clauses = Array.isArray(part) ? part : [part];
    if (!clauses.length) wrong(`"compound.${name}" cannot be empty`);
    for (const clause of clauses) checkOperator(clause as Doc);
  }
  const least = argument.minimumShouldMatch;
  const should = list(argument.should).length;
  if (least !== undefined && (!isNumber(least) || toNumber(least) > should))
    wrong('"compound.minimumShouldMatch" cannot be greater than the number of should clauses');
}

function only(value: Doc, where: string, known: string[]): void {
  const odd = Object.keys(value).find((key) => !known.includes(key));
  if (odd) wrong(`"${where}" has unrecognized field "${odd}"`);
}

function list(value: unknown): Doc[] {
  return value === undefined ? [] : ((Array.isArray(value) ? value : [value]) as Doc[]);
}

function compile(operator: Doc, index: SearchIndex, definition: LexicalDefinition): Clause {
  const [name, argument] = Object.entries(operator)[0] as [string, Doc];
  const clause =
    name === 'text'
      ? textClause(argument, index)
      : name === 'compound'
        ? compoundClause(argument, (part) => compile(part, index, definition))
        : exactClause(name, argument, definition);
  return scored(clause, argument.score);
}

function scored(clause: Clause, score: unknown): Clause {
  if (score === undefined) return clause;
  if (!isPlain(score)) wrong('"score" must be a document');
  const { boost, constant } = score as { boost?: Doc; constant?: Doc };
  if (!boost && !constant) notImplemented(`the score option ${Object.keys(score).join(', ')}`);
  if (boost && boost.value === undefined) notImplemented('a boost by path');
  const change = (value: number) => (constant ? toNumber(constant.value) : value * toNumber(boost!.value));
  return {
    ...clause,
    score: (record) => {
      const value = clause.score(record);
      return value === undefined ? undefined : change(value);
    },
  };
}

/** BM25 over the indexed paths; a path that is not indexed as a string matches nothing. */
function textClause({ query, path, matchCriteria = 'any' }: Doc, index: SearchIndex): Clause {
  if (matchCriteria !== 'any' && matchCriteria !== 'all') wrong('"matchCriteria" must be one of [all, any]');
  const texts = Array.isArray(query) ? query : [query];
  if (texts.some((text) => typeof text !== 'string')) wrong('"text.query" must be a string or strings');
  const paths = Array.isArray(path) ? path : [path];
  if (paths.some((one) => typeof one !== 'string')) notImplemented('a wildcard or multi path');
  const fields = (paths as string[]).flatMap((one) => {
    const postings = index.postings(one);
    return postings ? [{ postings, terms: [...new Set(index.terms(one, texts.join(' ')))] }] : [];
  });
  const candidates = new Set<Indexed>();
  for (const { postings, terms } of fields)
    for (const term of terms) for (const record of postings.having(term)) candidates.add(record);
  return {
    candidates,
    score(record) {
      let sum = 0;
      let matched = false;
      for (const { postings, terms } of fields) {
        const scores = terms.map((term) => postings.score(record, term));
        if (
          !scores.length ||
          (matchCriteria === 'all' ? scores.includes(0) : scores.every((one) => one === 0))
        )
          continue;
        matched = true;
        for (const score of scores) sum += score;
      }
      return matched ? sum : undefined;
    },
  };
}

function compoundClause(argument: Doc, compileOne: (part: Doc) => Clause): Clause {
  const [must, mustNot, should, filter] = clauseNames.map((name) => list(argument[name]).map(compileOne)) as [
    Clause[],
    Clause[],
    Clause[],
    Clause[],
  ];
  const needed = [...must, ...filter];
  const least = Math.max(toNumber(argument.minimumShouldMatch ?? 0), needed.length || !should.length ? 0 : 1);
  const clause: Clause = {
    score(record) {
      let sum = 0;
      for (const one of must) {
        const score = one.score(record);
        if (score === undefined) return;
        sum += score;
      }
      if (filter.some((one) => one.score(record) === undefined)) return;
      if (mustNot.some((one) => one.score(record) !== undefined)) return;
      const scores = should.map((one) => one.score(record)).filter((score) => score !== undefined);
      if (scores.length < least) return;
      return scores.reduce((total, score) => total + score, sum);
    },
  };
  const narrow = needed.find((one) => one.candidates)?.candidates;
  if (narrow) clause.candidates = narrow;
  else if (least && should.every((one) => one.candidates))
    clause.candidates = new Set(should.flatMap((one) => [...one.candidates!]));
  return clause;
}

/** Comparisons need the path indexed for the type of the value, and say so otherwise. */
function exactClause(name: string, argument: Doc, definition: LexicalDefinition): Clause {
  const path = String(argument.path);
  const values =
    name === 'range'
      ? ['gt', 'gte', 'lt', 'lte'].filter((end) => end in argument).map((end) => argument[end])
      : name === 'in'
        ? (argument.value as unknown[])
        : [argument.value];
  if (!values.length) wrong('"range" needs at least one of [gt, gte, lt, lte]');
  for (const value of values) {
    const type = indexType(value);
    if (definition.exact.get(path) !== type) wrong(`Path '${path}' needs to be indexed as ${type}`);
  }
  const condition =
    name === 'range'
      ? Object.fromEntries(
          ['gt', 'gte', 'lt', 'lte']
            .filter((end) => end in argument)
            .map((end) => [`$${end}`, argument[end]]),
        )
      : { $in: values };
  const test = compileFilter({ [path]: condition });
  return { score: (record) => (test(record.doc) ? 1 : undefined) };
}

function indexType(value: unknown): string {
  if (typeof value === 'string') return 'token';
  if (typeof value === 'boolean') return 'boolean';
  if (value instanceof Date) return 'date';
  if (value instanceof ObjectId) return 'objectId';
  if (value instanceof UUID) return 'uuid';
  if (isNumber(value)) return 'number';
  return wrong('"value" must be a boolean, objectId, number, string, date or uuid');
}
