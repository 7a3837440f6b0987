import { readFileSync } from 'node:fs';
import type { Nodes } from 'mdast';
import { describe, expect, it } from 'vitest';
import {
  type Handlers,
  markdownOf,
  parseMarkdown,
  plainText,
  renderMarkdown,
  tableAsText,
} from '../../src/replies.js';
import { shownIn } from './words.js';

const torture = readFileSync(new URL('./torture.md', import.meta.url), 'utf8');
const plain = (markdown: string, handlers: Handlers = {}) =>
  renderMarkdown(parseMarkdown(markdown), handlers);

describe('the canonical tree', () => {
  it('holds only what a chat can show', () => {
    const kinds = new Set<string>();
    const visit = (node: Nodes) => {
      kinds.add(node.type);
      if ('children' in node) for (const child of node.children) visit(child);
    };
    visit(parseMarkdown(torture));
    expect([...kinds].sort()).toEqual(
      'blockquote break code delete emphasis heading image inlineCode link list listItem paragraph root strong table tableCell tableRow text thematicBreak'.split(
        ' ',
      ),
    );
  });

  it('is the same after being written as markdown', () => {
    const bare = (node: Nodes): unknown => {
      const { position: _, ...rest } = node;
      return 'children' in rest ? { ...rest, children: (rest.children as Nodes[]).map(bare) } : rest;
    };
    const once = parseMarkdown(torture);
    const again = parseMarkdown(markdownOf(once));
    expect(bare(again)).toEqual(bare(once));
  });

  it('resolves references, and numbers footnotes in the order they are cited', () => {
    expect(
      plain(
        '[a][x] [^b] [^a] [^b]\n\n[x]: http://e.com\n[^a]: first, see [^c]\n[^b]: second\n[^c]: third\n[^d]: never',
      ),
    ).toBe('a (http://e.com) [1] [2] [1]\n\n[1] second\n\n[2] first, see [3]\n\n[3] third\n\n[4] never');
  });

  it('shows HTML as it was written, breaks as breaks, and comments not at all', () => {
    expect(plain('a <b>c</b><br/>d<!-- e -->\n\n<!-- f -->\n\n<p>g<br>h</p>\n\n<!channel>')).toBe(
      'a <b>c</b>\nd\n\n<p>g\nh</p>\n\n<!channel>',
    );
  });

  it('takes a single tilde for a tilde', () => {
    expect(plain('~5 to ~6', { delete: () => 'struck' })).toBe('~5 to ~6');
  });
});

describe('rendering', () => {
  it('makes plain text of everything a platform says nothing about', async () => {
    await expect(plain(torture)).toMatchFileSnapshot('torture.txt');
  });

  it('hands every word to the platform’s escape', () => {
    const escaped = plain(torture, { text: ({ value }) => value.replace(/[^\s]/g, 'x') });
    // What is left is layout: bullets' indentation, line ends, and nothing that was said.
    expect(escaped.replace(/[\sx]/g, '')).toBe('');
  });

  it('indents by what a reader sees of a mark, not by its escape', () => {
    const text: Handlers = { text: ({ value }) => value.replace(/\./g, '\\.') };
    expect(plain('1. a\n   - b', text)).toBe('1\\. a\n   • b');
  });

  it('gives a handler the nodes around it', () => {
    const depth: Handlers = { text: ({ value }, { parents }) => `${value}${parents.length}` };
    expect(plain('a\n\n> b\n> **c**', depth)).toContain('c4');
  });

  it('shows an address once', () => {
    expect(plain('<https://e.com> <m@e.com> [](https://e.com) [x](https://e.com) ![](i.png)')).toBe(
      'https://e.com m@e.com https://e.com x (https://e.com) i.png',
    );
  });

  it('gives the words alone', () => {
    expect(plainText(parseMarkdown('# A **b** [c](http://d)\n\n![e](f)'))).toBe('A b c\n\ne');
  });

  it('of a table is aligned by what is seen', () => {
    const [table] = parseMarkdown(
      '| a | n |\n|---|--:|\n| 世界 | 1 |\n| 👩‍👩‍👧x | **22** |\n| e\u0301 |',
    ).children;
    expect(tableAsText(table as never)).toBe('a      n\n----  --\n世界   1\n👩‍👩‍👧x   22\ne\u0301');
  });

  it('takes nesting no one could read for text, and no long time', { timeout: 60_000 }, () => {
    const absurd = [
      `${'> '.repeat(5000)}x`,
      `${'- '.repeat(2000)}x`,
      `${'1. '.repeat(2000)}x`,
      `${'*a '.repeat(1000)}${'a* '.repeat(1000)}`,
      `${'['.repeat(1000)}x${'](y)'.repeat(1000)}`,
      `${'!['.repeat(1000)}x${'](y)'.repeat(1000)}`,
      '[^1] [^1]: x\n'.repeat(200),
      Array.from({ length: 200 }, (_, depth) => `${'  '.repeat(depth)}- x`).join('\n'),
      `${'- '.repeat(60)}`,
    ];
    for (const text of absurd) {
      const tree = parseMarkdown(text);
      expect(shownIn(markdownOf(tree))).toBe(shownIn(text));
    }
    expect(plain('- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -')).toBe('———');
  });
});
