/**
 * What is sealed where encryption is on: words, names and what people or tools said, value by value. Ids, times, kinds,
 * scopes and vectors stay readable, because queries, indexes and the order of things hang on them. A new field with words
 * of anybody gets its line here.
 */
import { Binary } from 'mongodb';

/** `[]`: each item by itself, where something asks for how many there are or for what stands beside. */
const ofMemory = [
  ...['content.text', 'content.quote', 'content.parts', 'content.buttons', 'content.attachments[].name'],
  ...['author.name', 'source.metadata', 'taint', 'fact.says', 'chunk.name', 'chunk.headings', 'receipt'],
  ...['checkpoint.steps[]', 'turn.steps[]', 'turn.taint', 'turn.error.message', 'turn.passedOver'],
  'turn.evaluation',
  ...['trigger.decision', 'turn.trigger.decision'],
  ...['outbox.memory', 'outbox.error.message', 'outbox.to.metadata', 'outbox.answers[].metadata'],
];

const fields = {
  memories: ofMemory,
  archive: ofMemory,
  notes: ['value'],
  records: ['value'],
  files: ['name', 'bytes'],
  chunks: ['bytes'],
};

export type SealedName = keyof typeof fields;

/** Collections with something to seal. */
export const sealedNames = Object.keys(fields) as SealedName[];

export function isSealedName(name: string): name is SealedName {
  return name in fields;
}

/** A field that is sealed, or what leads to some. */
type Tree = 'sealed' | { [part: string]: Tree };

const trees = Object.fromEntries(sealedNames.map((name) => [name, treeOf(fields[name])])) as Record<
  SealedName,
  Tree
>;

function treeOf(paths: readonly string[]): Tree {
  const root: { [part: string]: Tree } = {};
  for (const path of paths) {
    const parts = path.replaceAll('[]', '.[]').split('.');
    let at = root;
    for (const part of parts.slice(0, -1)) {
      at[part] ??= {};
      at = at[part] as typeof root;
    }
    at[parts.at(-1)!] = 'sealed';
  }
  return root;
}

/** What a value becomes; `path` says where it is, items by their numbers: `turn.steps.0`. */
type Change = (value: unknown, path: string) => unknown;

/**
 * A copy with other values where something is sealed.
 * @param at where the value lies, in dots; empty: it is the whole document.
 */
export function changed<T>(collection: SealedName, at: string, value: T, change: Change): T {
  const tree = treeAt(trees[collection], at);
  return tree === null ? value : (within(value, at, tree, change) as T);
}

/** Null: nothing there is sealed. Who writes into a value that is sealed as a whole would damage it. */
function treeAt(tree: Tree, at: string): Tree | null {
  if (at === '') return tree;
  for (const part of at.split('.')) {
    if (tree === 'sealed') throw new Error(`${at} is a part of what is sealed as a whole.`);
    const below: Tree | undefined = tree[part] ?? (/^\d+$/.test(part) ? tree['[]'] : undefined);
    if (below === undefined) return null;
    tree = below;
  }
  return tree;
}

function within(value: unknown, at: string, tree: Tree, change: Change): unknown {
  if (tree === 'sealed') return change(value, at);
  if (typeof value !== 'object' || value === null || value instanceof Binary) return value;
  if (Array.isArray(value)) {
    const each = tree['[]'];
    return each ? value.map((item, i) => within(item, `${at}.${i}`, each, change)) : value;
  }
  const copy: Record<string, unknown> = { ...value };
  for (const [part, below] of Object.entries(tree)) {
    if (copy[part] === undefined) continue;
    copy[part] = within(copy[part], at === '' ? part : `${at}.${part}`, below, change);
  }
  return copy;
}
