/** The parts of a Word document (ECMA-376, part 2), as elements of XML. */
import { posix } from 'node:path';
import { DOMParser, type Element, type Node } from '@xmldom/xmldom';
import type JSZip from 'jszip';

export type { Element } from '@xmldom/xmldom';

/** Of another part: what it is, as the last word of its type, and where. */
interface Relation {
  type: string;
  path: string;
}

export class Package {
  readonly #zip: JSZip;

  constructor(zip: JSZip) {
    this.#zip = zip;
  }

  /** @returns null where there is no such part. @throws what is wrong with its XML. */
  async part(path: string): Promise<Element | null> {
    const file = this.#zip.file(path);
    if (!file) return null;
    const text = await file.async('string');
    return new DOMParser({ onError: ignored }).parseFromString(text, 'text/xml').documentElement;
  }

  /** By id. */
  async relations(of: string): Promise<Map<string, Relation>> {
    const folder = posix.dirname(of);
    const root = await this.part(posix.join(folder, '_rels', `${posix.basename(of)}.rels`));
    const relations = new Map<string, Relation>();
    for (const relation of root ? childrenOf(root) : []) {
      const target = relation.getAttribute('Target') ?? '';
      if (relation.getAttribute('TargetMode') === 'External') continue;
      const path = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
      const type = (relation.getAttribute('Type') ?? '').split('/').at(-1) ?? '';
      relations.set(relation.getAttribute('Id') ?? '', { type, path });
    }
    return relations;
  }
}

/** What is a little wrong is read all the same; what cannot be read is thrown. */
function ignored(level: 'warning' | 'error' | 'fatalError', message: string): void {
  if (level === 'fatalError') throw new Error(message);
}

export function childrenOf(element: Element): Element[] {
  const children: Element[] = [];
  for (let node: Node | null = element.firstChild; node; node = node.nextSibling)
    if (node.nodeType === 1) children.push(node as Element);
  return children;
}

export function childOf(element: Element | undefined, name: string): Element | undefined {
  return element && childrenOf(element).find((child) => child.localName === name);
}

/** Whatever prefix it has. */
export function attribute(element: Element | undefined, name: string): string | null {
  if (!element) return null;
  for (let index = 0; index < element.attributes.length; index++) {
    const found = element.attributes.item(index);
    if (found?.localName === name || found?.name === name) return found.value;
  }
  return null;
}

/** A switch such as `w:vanish`: on where it is there, unless it says otherwise. */
export function isOn(element: Element | undefined): boolean {
  return element !== undefined && !/^(0|false|off|none)$/.test(attribute(element, 'val') ?? '');
}
