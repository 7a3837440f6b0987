import { Aggregator } from 'mingo/aggregator';
import { fail, notImplemented } from '../errors.js';
import { checkExpression, checkMetaName, expressionOptions } from './expressions.js';
import { metaOf } from './meta.js';
import { type Doc, isNumber, isPlain, toNumber } from './values.js';

export type Projection = (document: Doc) => Doc;

interface Tree {
  [field: string]: Tree | true;
}

/** The projection of a find. Plain inclusion and exclusion are ours and fast; expressions are mingo's. */
export function compileProjection(spec: unknown): Projection | undefined {
  if (spec === undefined) return;
  if (!isPlain(spec)) fail('TypeMismatch', 'projection must be an object');
  const entries = Object.entries(spec);
  if (!entries.length) return;
  const metas = new Map<string, string>();
  const kinds = new Map<string, boolean>();
  let special = false;
  for (const [path, value] of entries) {
    if (path.endsWith('.$')) notImplemented('the positional projection');
    if (path.startsWith('$')) fail(16410, `FieldPath field names may not start with '$': ${path}`);
    if (typeof value === 'boolean' || isNumber(value))
      kinds.set(path, value === true || (value !== false && toNumber(value) !== 0));
    else if (isPlain(value) && '$meta' in value) {
      checkMetaName(value.$meta);
      metas.set(path, String(value.$meta));
    } else {
      special = true;
      if (!isPlain(value) || !('$slice' in value || '$elemMatch' in value)) checkExpression(value);
    }
  }
  const named = [...kinds].filter(([path]) => path !== '_id');
  const inclusive = named.length ? named[0]![1] : special ? undefined : kinds.get('_id') === true;
  const odd = named.find(([, kind]) => kind !== inclusive);
  if (odd)
    fail(
      inclusive ? 31254 : 31253,
      `Cannot do ${inclusive ? 'exclusion' : 'inclusion'} on field ${odd[0]} in ${inclusive ? 'inclusion' : 'exclusion'} projection`,
    );
  const project = special ? withMingo(spec) : simple([...kinds.keys()], inclusive === true, kinds.get('_id'));
  if (!metas.size) return project;
  return (document) => {
    const out = project(document);
    for (const [path, name] of metas) out[path] = score(document, name);
    return out;
  };
}

function score(document: Doc, name: string): unknown {
  const value = metaOf(document)?.[name as 'textScore'];
  if (value === undefined && name === 'textScore')
    fail(40218, 'query requires text score metadata, but it is not available');
  return value;
}

function withMingo(spec: Doc): Projection {
  const pipeline = [{ $project: spec }];
  return (document) => new Aggregator(pipeline, expressionOptions()).run([document])[0] as Doc;
}

function simple(paths: string[], inclusive: boolean, id: boolean | undefined): Projection {
  const tree: Tree = Object.create(null);
  for (const path of paths) if (path !== '_id') addPath(tree, path);
  if (inclusive) {
    return (document) => {
      const out: Doc = {};
      if (id !== false && '_id' in document) out._id = document._id;
      return Object.assign(out, include(document, tree));
    };
  }
  if (id === false) tree._id = true;
  return (document) => exclude(document, tree);
}

function addPath(tree: Tree, path: string): void {
  const parts = path.split('.');
  let node = tree;
  for (const [at, part] of parts.entries()) {
    const last = at === parts.length - 1;
    const next = node[part];
    if (next === true || (last && next)) fail(31249, `Path collision at ${path}`);
    if (last) node[part] = true;
    else {
      const inner = (next as Tree | undefined) ?? (Object.create(null) as Tree);
      node[part] = inner;
      node = inner;
    }
  }
}

function include(document: Doc, tree: Tree): Doc {
  const out: Doc = {};
  for (const key of Object.keys(document)) {
    const node = tree[key];
    if (!node) continue;
    const value = document[key];
    if (node === true) out[key] = value;
    else if (isPlain(value)) out[key] = include(value, node);
    else if (Array.isArray(value)) out[key] = value.filter(isPlain).map((item) => include(item, node));
  }
  return out;
}

function exclude(document: Doc, tree: Tree): Doc {
  const out: Doc = {};
  for (const key of Object.keys(document)) {
    const node = tree[key];
    const value = document[key];
    if (node === true) continue;
    if (node && isPlain(value)) out[key] = exclude(value, node);
    else if (node && Array.isArray(value))
      out[key] = value.map((item) => (isPlain(item) ? exclude(item, node) : item));
    else out[key] = value;
  }
  return out;
}
