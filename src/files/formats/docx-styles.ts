/** What the styles of a Word document say of headings, and of text that nobody sees. */
import { attribute, childOf, childrenOf, type Element, isOn } from './docx-package.js';

/** What matters of how text looks; absent: as it would look without. */
export interface Look {
  vanishes?: boolean;
  /** Six digits; `auto` is black on white. */
  colour?: string;
  shaded?: boolean;
  /** In half points. */
  size?: number;
  /** 0 is a title's. */
  level?: number;
}

/** Styles are based on one another; a circle ends here. */
const deepest = 12;

export class Styles {
  readonly #styles = new Map<string, { look: Look; base: string | null }>();

  constructor(root: Element | null) {
    for (const style of root ? childrenOf(root) : []) {
      const id = attribute(style, 'styleId');
      if (style.localName !== 'style' || id === null) continue;
      const named = levelOf(attribute(childOf(style, 'name'), 'val') ?? '');
      const look = { ...lookOf(childOf(style, 'pPr')), ...lookOf(childOf(style, 'rPr')) };
      const level = look.level ?? named;
      this.#styles.set(id, {
        look: { ...look, ...(level !== undefined && { level }) },
        base: attribute(childOf(style, 'basedOn'), 'val'),
      });
    }
  }

  look(id: string | null, depth = 0): Look {
    if (id === null || depth > deepest) return {};
    const style = this.#styles.get(id);
    if (style) return { ...this.look(style.base, depth + 1), ...style.look };
    const level = levelOf(id);
    return level === undefined ? {} : { level };
  }
}

/** "heading 2", "Heading2" */
function levelOf(name: string): number | undefined {
  if (/^title$/i.test(name)) return 0;
  const level = /^heading ?([1-9])$/i.exec(name)?.[1];
  return level === undefined ? undefined : Number(level);
}

/** Of the properties of a paragraph or a run. */
export function lookOf(properties: Element | undefined): Look {
  if (!properties) return {};
  const look: Look = {};
  for (const one of childrenOf(properties)) {
    const value = attribute(one, 'val');
    if (one.localName === 'vanish' || one.localName === 'webHidden') look.vanishes = isOn(one);
    else if (one.localName === 'color' && value) look.colour = value.toLowerCase();
    else if (one.localName === 'sz' && value) look.size = Number(value);
    else if (one.localName === 'highlight') look.shaded = isOn(one);
    else if (one.localName === 'shd') look.shaded = isDark(one);
    else if (one.localName === 'outlineLvl' && value && Number(value) < 9) look.level = Number(value) + 1;
  }
  return look;
}

/** A shade that white text can be read on. */
export function isDark(shade: Element | undefined): boolean {
  const fill = attribute(shade, 'fill')?.toLowerCase() ?? 'auto';
  if (attribute(shade, 'themeFill')) return true;
  return (
    !/^(auto|f[a-f\d]f[a-f\d]f[a-f\d])$/.test(fill) || /^(solid|pct[5-9])/.test(attribute(shade, 'val') ?? '')
  );
}

export function isSeen({ vanishes, colour, shaded, size }: Look): boolean {
  if (vanishes) return false;
  if (size !== undefined && size <= 3) return false;
  return shaded === true || !/^f[a-f\d]f[a-f\d]f[a-f\d]$/.test(colour ?? '');
}
