import { fail, notImplemented } from '../errors.js';
import { type Doc, isNumber, isPlain, toNumber } from '../query/values.js';

export interface VectorField {
  path: string;
  numDimensions: number;
  similarity: 'cosine' | 'dotProduct' | 'euclidean';
}

/** A `vectorSearch` definition, checked. */
export interface VectorDefinition {
  type: 'vectorSearch';
  vectors: Map<string, VectorField>;
  filters: Set<string>;
}

export interface StringField {
  path: string;
  english: boolean;
}

/** A `search` definition, checked. */
export interface LexicalDefinition {
  type: 'search';
  strings: Map<string, StringField>;
  /** Fields of types compared exactly: `token`, `boolean`, `number`, `date`, `objectId`, `uuid`. */
  exact: Map<string, string>;
}

export type Definition = VectorDefinition | LexicalDefinition;

function wrong(message: string): never {
  fail('UnknownError', message);
}

function only(value: Doc, where: string, known: string[]): void {
  const odd = Object.keys(value).find((key) => !known.includes(key));
  if (odd) wrong(`"${where}" has unrecognized field "${odd}"`);
}

export function parseDefinition(type: unknown, definition: unknown): Definition {
  if (!isPlain(definition)) wrong('"definition" is required');
  if (type === 'vectorSearch') return parseVector(definition);
  if (type === 'search' || type === undefined) return parseLexical(definition);
  return wrong(`"type" must be one of [search, vectorSearch], was "${String(type)}"`);
}

const similarities = ['cosine', 'dotProduct', 'euclidean'];

function parseVector(definition: Doc): VectorDefinition {
  only(definition, 'definition', ['fields', 'storedSource', 'numPartitions']);
  if (definition.storedSource || definition.numPartitions) notImplemented('storedSource or numPartitions');
  if (!Array.isArray(definition.fields) || !definition.fields.length)
    wrong('"fields" is required and cannot be empty');
  const vectors = new Map<string, VectorField>();
  const filters = new Set<string>();
  for (const field of definition.fields as Doc[]) {
    const { type, path } = field;
    if (typeof path !== 'string' || !path) wrong('"path" is required');
    if (vectors.has(path) || filters.has(path)) wrong(`the path "${path}" is indexed more than once`);
    if (type === 'filter') {
      only(field, 'fields', ['type', 'path']);
      filters.add(path);
    } else if (type === 'vector') {
      only(field, 'fields', ['type', 'path', 'numDimensions', 'similarity', 'quantization', 'hnswOptions']);
      vectors.set(path, { path, numDimensions: dimensions(field), similarity: similarity(field) });
    } else if (type === 'autoEmbed' || type === 'text') notImplemented(`the field type "${type}"`);
    else wrong(`"type" must be one of [filter, vector], was "${String(type)}"`);
  }
  if (!vectors.size) wrong('at least one field of type "vector" is required');
  return { type: 'vectorSearch', vectors, filters };
}

function dimensions(field: Doc): number {
  const count = toNumber(field.numDimensions);
  if (!isNumber(field.numDimensions) || !Number.isInteger(count)) wrong('"numDimensions" is required');
  if (count < 1 || count > 8192) wrong('"numDimensions" must be within bounds [1, 8192]');
  return count;
}

function similarity(field: Doc): VectorField['similarity'] {
  if (!similarities.includes(String(field.similarity)))
    wrong(`"similarity" must be one of [${similarities.join(', ')}]`);
  if (field.quantization !== undefined && !['none', 'scalar', 'binary'].includes(String(field.quantization)))
    wrong('"quantization" must be one of [none, scalar, binary]');
  return field.similarity as VectorField['similarity'];
}

const analyzers: Record<string, boolean> = { 'lucene.standard': false, 'lucene.english': true };
const exactTypes = ['token', 'boolean', 'number', 'date', 'objectId', 'uuid'];

function parseLexical(definition: Doc): LexicalDefinition {
  only(definition, 'definition', ['mappings', 'analyzer', 'searchAnalyzer', 'storedSource']);
  if (definition.storedSource) notImplemented('storedSource');
  const { mappings } = definition;
  if (!isPlain(mappings)) wrong('"mappings" is required');
  only(mappings, 'mappings', ['dynamic', 'fields']);
  if (mappings.dynamic) notImplemented('dynamic mapping');
  const parsed: LexicalDefinition = { type: 'search', strings: new Map(), exact: new Map() };
  addFields(parsed, '', (mappings.fields as Doc | undefined) ?? {}, definition.analyzer ?? 'lucene.standard');
  return parsed;
}

function addFields(into: LexicalDefinition, prefix: string, fields: Doc, standard: unknown): void {
  for (const [name, given] of Object.entries(fields)) {
    const path = prefix + name;
    for (const field of (Array.isArray(given) ? given : [given]) as Doc[]) {
      const type = String(field.type);
      if (type === 'document') {
        only(field, path, ['type', 'dynamic', 'fields']);
        if (field.dynamic) notImplemented('a dynamic field of type "document"');
        addFields(into, `${path}.`, (field.fields as Doc | undefined) ?? {}, standard);
      } else if (type === 'string') {
        only(field, path, ['type', 'analyzer', 'searchAnalyzer', 'indexOptions', 'store', 'norms']);
        into.strings.set(path, { path, english: analyzer(field.analyzer ?? standard) });
      } else if (exactTypes.includes(type)) {
        only(field, path, ['type', 'normalizer', 'indexIntegers', 'indexDoubles', 'representation']);
        if (field.normalizer && field.normalizer !== 'none')
          notImplemented(`the normalizer "${String(field.normalizer)}"`);
        into.exact.set(path, type);
      } else notImplemented(`the search field type "${type}"`);
    }
  }
}

function analyzer(name: unknown): boolean {
  const english = analyzers[String(name)];
  if (english === undefined) notImplemented(`the analyzer "${String(name)}"`);
  return english;
}
