/** A page of HTML as elements; of the DOM only what is needed here. */
import { parseHTML } from 'linkedom';

export interface PageNode {
  nodeType: number;
  textContent: string | null;
}

export interface PageElement extends PageNode {
  localName: string;
  id: string;
  parentElement: PageElement | null;
  childNodes: Iterable<PageNode>;
  children: Iterable<PageElement> & { length: number };
  hasAttribute(name: string): boolean;
  getAttribute(name: string): string | null;
  querySelector(selectors: string): PageElement | null;
  querySelectorAll(selectors: string): Iterable<PageElement>;
  closest(selectors: string): PageElement | null;
}

export interface Page {
  documentElement: PageElement;
  body: PageElement;
  querySelector(selectors: string): PageElement | null;
  querySelectorAll(selectors: string): Iterable<PageElement>;
}

/** What is no whole page becomes one. */
export function pageOf(html: string): Page {
  const body = /<body[\s>]/i.test(html) ? html : `<body>${html}</body>`;
  const text = /<html[\s>]/i.test(html) ? html : `<html>${body}</html>`;
  return parseHTML(text).document as unknown as Page;
}

export function isElement(node: PageNode): node is PageElement {
  return node.nodeType === 1;
}

export function isText(node: PageNode): boolean {
  return node.nodeType === 3;
}

/** Letters and signs, in UTF-16 code units; spaces in a row are one. */
export function wordsIn(element: PageElement): number {
  return (element.textContent ?? '').replace(/\s+/g, ' ').trim().length;
}
