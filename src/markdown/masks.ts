/**
 * What chats write and markdown knows nothing of: `||spoilers||`, `<:emoji_of_a_server:1>`, `</commands:1>`,
 * `<https://a.example|links with words>`. Before a text is parsed their signs are replaced, one for one, by signs that
 * mean nothing to a parser; in its tree they become nodes, or what they were.
 */
import type { Link, Nodes, PhrasingContent, Text } from 'mdast';

/** Words that are hidden until a reader asks for them. */
interface Spoiler {
  type: 'spoiler';
  children: PhrasingContent[];
  data?: undefined;
  position?: undefined;
}

declare module 'mdast' {
  interface PhrasingContentMap {
    spoiler: Spoiler;
  }
  interface RootContentMap {
    spoiler: Spoiler;
  }
}

/** Private use: where ASCII is moved to. Texts that hold such signs lose them. */
const base = 0xe980;
export const masks = /[\ue980-\ue9ff]/g;

const mask = (text: string) =>
  text.replace(/[\0-\x7f]/g, (sign) => String.fromCharCode(base + sign.charCodeAt(0)));

/** A text or a tree's literal as it was. */
const unmasked = (text: string) =>
  text.replace(masks, (sign) => String.fromCharCode(sign.charCodeAt(0) - base));

const names = /(?<!\\)<(?:a?:\w{1,32}:\d{1,20}|\/[^\n<>:]{1,100}:\d{1,20})>/g;
const links = /(?<!\\)<((?:https?:\/\/|mailto:)[^\s<>|]{1,2000})\|([^<>\n]{1,500})>/gi;
const spoilers = /(?<![\\|\w])\|\|(?![|\s])((?:[^\n|]|\|(?!\|)|\n(?!\s*\n))+?)(?<![\s\\])\|\|(?![|\w])/g;

/** Of the same length. */
export function masked(source: string): string {
  return source
    .replace(names, mask)
    .replace(links, (_, url: string, words: string) => mask(`<${url}|`) + words + mask('>'))
    .replace(spoilers, (_, words: string) => mask('||') + words + mask('||'));
}

const literals = ['value', 'url', 'title', 'alt', 'lang', 'meta', 'identifier', 'label'] as const;

/** Gives all that is not words its signs back, in place. */
export function unmaskLiterals(node: Nodes): void {
  if (node.type !== 'text') {
    const fields = node as unknown as Record<string, unknown>;
    for (const name of literals) {
      const value = fields[name];
      if (typeof value === 'string') fields[name] = unmasked(value);
    }
  }
  if ('children' in node) for (const child of node.children) unmaskLiterals(child as Nodes);
}

const bars = mask('||');
const [start, bar, end] = [mask('<'), mask('|'), mask('>')];
const signs = new RegExp(`(${bars}|${start}[^${start}${bar}${end}]*${bar}|${end})`);

interface Open {
  sign: string;
  inside: Nodes[];
}

/** The children of one inline node, with the marks they hold as nodes. */
export function withChatMarks(nodes: Nodes[]): Nodes[] {
  const open: Open[] = [{ sign: '', inside: [] }];
  const add = (...some: Nodes[]) => open.at(-1)!.inside.push(...some);
  const giveUp = (depth: number) => {
    while (open.length > depth) {
      const { sign, inside } = open.pop()!;
      add(words(sign), ...inside);
    }
  };
  for (const node of nodes) {
    if (node.type !== 'text') {
      add(node);
      continue;
    }
    for (const piece of node.value.split(signs)) {
      if (piece !== bars && piece !== end && !(piece.startsWith(start) && piece.endsWith(bar)))
        add(words(piece));
      else {
        const begun = open.findLastIndex(({ sign }) =>
          piece === bars ? sign === bars : sign.startsWith(start),
        );
        if (piece === end || begun >= 1) {
          if (begun < 1) {
            add(words(piece));
            continue;
          }
          giveUp(begun + 1);
          const { sign, inside } = open.pop()!;
          add(made(sign, inside as PhrasingContent[]));
        } else open.push({ sign: piece, inside: [] });
      }
    }
  }
  giveUp(1);
  return open[0]!.inside;
}

function made(sign: string, children: PhrasingContent[]): Spoiler | Link {
  if (sign === bars) return { type: 'spoiler', children };
  return { type: 'link', url: unmasked(sign).slice(1, -1), title: null, children };
}

function words(value: string): Text {
  return { type: 'text', value: unmasked(value) };
}
