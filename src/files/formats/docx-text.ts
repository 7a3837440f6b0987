/** The words of one paragraph of a Word document, and what hangs on it: text boxes and notes. */
import { attribute, childOf, childrenOf, type Element } from './docx-package.js';
import { isSeen, type Look, lookOf, type Styles } from './docx-styles.js';

/** Around what is there, whatever became of it. */
const around = new Set([
  'sdt',
  'sdtContent',
  'customXml',
  'smartTag',
  'ins',
  'moveTo',
  'hyperlink',
  'fldSimple',
  'dir',
  'bdo',
  'Choice',
  'Fallback',
  'rubyBase',
  'ruby',
  'oMath',
  'oMathPara',
]);
/** What was there before a change, and what is said about others. */
const gone = new Set([
  'del',
  'moveFrom',
  'sdtPr',
  'sdtEndPr',
  'customXmlPr',
  'rt',
  'rubyPr',
  'instrText',
  'delText',
  'delInstrText',
]);

/** The children as if nothing stood around them; of two shapes for newer and older programs, one. */
export function unwrapped(parent: Element): Element[] {
  return childrenOf(parent).flatMap((child) => {
    const name = child.localName ?? '';
    if (gone.has(name)) return [];
    if (name === 'AlternateContent') {
      const choice = childOf(child, 'Choice') ?? childOf(child, 'Fallback');
      return choice ? unwrapped(choice) : [];
    }
    return around.has(name) ? unwrapped(child) : [child];
  });
}

export class DocxText {
  text = '';
  readonly boxes: Element[] = [];
  /** "footnote 2" */
  readonly notes: string[] = [];
  /** It has words that nobody sees. */
  hidden = false;
  readonly #styles: Styles;
  readonly #look: Look;

  /** @param shaded it stands on a dark ground. */
  constructor(styles: Styles, paragraph: Element, shaded: boolean) {
    this.#styles = styles;
    const properties = childOf(paragraph, 'pPr');
    const own = lookOf(properties);
    this.#look = {
      ...styles.look(attribute(childOf(properties, 'pStyle'), 'val')),
      ...own,
      ...(shaded && { shaded }),
    };
    this.#children(paragraph, this.#look);
  }

  #children(parent: Element, look: Look): void {
    for (const child of unwrapped(parent)) this.#element(child, look);
  }

  #element(element: Element, look: Look): void {
    switch (element.localName) {
      case 'pPr':
      case 'rPr':
        return;
      case 'r': {
        const properties = childOf(element, 'rPr');
        const style = this.#styles.look(attribute(childOf(properties, 'rStyle'), 'val'));
        this.#children(element, {
          ...look,
          ...style,
          ...lookOf(properties),
          ...(look.shaded && { shaded: true }),
        });
        return;
      }
      case 't':
        this.#say(element.textContent ?? '', look);
        return;
      case 'tab':
      case 'ptab':
        this.#say('\t', look);
        return;
      case 'br':
      case 'cr':
        this.#say('\n', look);
        return;
      case 'noBreakHyphen':
        this.#say('-', look);
        return;
      case 'footnoteReference':
      case 'endnoteReference':
        this.#note(
          element.localName === 'endnoteReference' ? 'endnote' : 'footnote',
          attribute(element, 'id') ?? '',
        );
        return;
      case 'txbxContent':
        this.boxes.push(element);
        return;
      default:
        // Drawings and shapes hold text boxes; formulas hold runs.
        this.#children(element, look);
    }
  }

  #note(kind: 'footnote' | 'endnote', id: string): void {
    this.notes.push(`${kind} ${id}`);
    this.text += `[^${markOf(kind, id)}]`;
  }

  #say(text: string, look: Look): void {
    if (isSeen(look)) this.text += text;
    else if (text.trim() !== '') this.hidden = true;
  }
}

/** Footnotes and endnotes are numbered each for themselves. */
export function markOf(kind: string, id: string): string {
  return kind === 'endnote' ? `e${id}` : id;
}
