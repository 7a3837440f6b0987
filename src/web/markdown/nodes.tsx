/** A tree of markdown as parts of a page. Text becomes text nodes: nothing of it can be anything else. */
import type { List, ListItem, Nodes, Table } from 'mdast';
import type { ComponentChildren, VNode } from 'preact';
import { ScrollingPart } from '../kit/scrolling.js';
import { safeAddress, saysItself } from './address.js';
import { CodeBlock } from './code.js';
import type { Parsed } from './parse.js';

export function nodesOf({ root, source }: Parsed): ComponentChildren {
  return childrenOf(root, source);
}

function childrenOf(node: Nodes, source: string): ComponentChildren {
  return 'children' in node ? (node.children as Nodes[]).map((child) => shown(child, source)) : null;
}

function shown(node: Nodes, source: string): ComponentChildren {
  const inside = () => childrenOf(node, source);
  switch (node.type) {
    case 'text':
      return withBreaks(node.value);
    case 'paragraph':
      return <p>{inside()}</p>;
    case 'heading': {
      // The page has headings of its own above.
      const Level = `h${Math.min(6, node.depth + 2)}` as 'h3';
      return <Level>{inside()}</Level>;
    }
    case 'strong':
      return <strong>{inside()}</strong>;
    case 'emphasis':
      return <em>{inside()}</em>;
    case 'delete':
      return <del>{inside()}</del>;
    case 'inlineCode':
      return <code>{node.value}</code>;
    case 'break':
      return <br />;
    case 'thematicBreak':
      return <hr />;
    case 'blockquote':
      return <blockquote>{inside()}</blockquote>;
    case 'code':
      return <CodeBlock text={node.value} language={node.lang ?? ''} />;
    case 'list':
      return listOf(node, source);
    case 'table':
      return tableOf(node, source);
    case 'link':
      return linkTo(node.url, wordsOf(node), inside());
    case 'image':
      return linkTo(
        node.url,
        `Image: ${node.alt || 'without a name'}`,
        `Image: ${node.alt || 'without a name'}`,
      );
    default:
      return inside();
  }
}

/** Those who write a line break mean one. */
function withBreaks(text: string): ComponentChildren {
  if (!text.includes('\n')) return text;
  return text.split('\n').flatMap((line, index) => (index > 0 ? [<br key={index} />, line] : [line]));
}

/** Where it leads is told unless its words do, and nothing is loaded before somebody clicks. */
function linkTo(url: string, words: string, inside: ComponentChildren): ComponentChildren {
  const address = safeAddress(url);
  if (address === null)
    return (
      <>
        {inside} <span class="address">({url})</span>
      </>
    );
  return (
    <>
      <a href={address} target="_blank" rel="noopener noreferrer">
        {inside}
      </a>
      {!saysItself(words, address) && <span class="address"> ({address})</span>}
    </>
  );
}

function listOf(list: List, source: string): VNode {
  const items = list.children.map((item, index) => (
    <li key={index} value={list.ordered ? numberOf(item, source) : undefined} class={taskClass(item)}>
      {typeof item.checked === 'boolean' && (
        <input type="checkbox" checked={item.checked} disabled aria-label={item.checked ? 'done' : 'open'} />
      )}
      {itemOf(list, item, source)}
    </li>
  ));
  return list.ordered ? <ol start={list.start ?? 1}>{items}</ol> : <ul>{items}</ul>;
}

/** In a tight list the words stand without a paragraph around them. */
function itemOf(list: List, item: ListItem, source: string): ComponentChildren {
  if (list.spread || item.spread) return childrenOf(item, source);
  return item.children.map((child) =>
    child.type === 'paragraph' ? childrenOf(child, source) : shown(child, source),
  );
}

function taskClass({ checked }: ListItem): string | undefined {
  return typeof checked === 'boolean' ? 'task' : undefined;
}

/** As it was written: "1." and "3." stay 1 and 3. */
function numberOf({ position }: ListItem, source: string): number | undefined {
  const number = /^\d{1,9}/.exec(source.slice(position?.start.offset))?.[0];
  return number === undefined ? undefined : Number(number);
}

function tableOf({ children: [head, ...rows], align }: Table, source: string): VNode {
  const side = (column: number) => align?.[column] ?? undefined;
  return (
    <ScrollingPart name="table-scroll" label="Table">
      <table>
        <thead>
          <tr>
            {head?.children.map((cell, column) => (
              <th key={column} scope="col" class={side(column)}>
                {childrenOf(cell, source)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.children.map((cell, column) => (
                <td key={column} class={side(column)}>
                  {childrenOf(cell, source)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollingPart>
  );
}

function wordsOf(node: Nodes): string {
  if ('value' in node) return node.value;
  return 'children' in node ? (node.children as Nodes[]).map(wordsOf).join('') : '';
}
