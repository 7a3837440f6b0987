/** Which elements of a page nobody sees: by attributes, by inline styles, and by the simple rules of its style sheets. */

import type { Page, PageElement } from './page.js';

/** What the styles of an element say, as far as it matters here; names and values in lower case. */
export type Style = Map<string, string>;

/** Rules beyond these are not looked at: each asks the whole page. */
const mostRules = 400;
const unseenTags = new Set(
  'script style template noscript head title meta link svg math canvas iframe object embed audio video textarea input select option datalist progress'.split(
    ' ',
  ),
);

/** The styles that sheets give to elements: those of their last matching rule. */
export function sheetStyles(page: Page): Map<PageElement, Style> {
  const styles = new Map<PageElement, Style>();
  const css = [...page.querySelectorAll('style')].map((sheet) => sheet.textContent ?? '').join('\n');
  let rules = 0;
  for (const [, selectors = '', body = ''] of withoutAtRules(css).matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    if (!/display|visibility|opacity|font|text-indent|clip|color|background|position|height/i.test(body))
      continue;
    if (/:(hover|focus|active|before|after|not|:)/.test(selectors)) continue;
    if (++rules > mostRules) break;
    for (const element of matching(page, selectors)) {
      const style: Style = styles.get(element) ?? new Map();
      for (const [name, value] of styleOf(body)) style.set(name, value);
      styles.set(element, style);
    }
  }
  return styles;
}

function matching(page: Page, selectors: string): PageElement[] {
  try {
    return [...page.querySelectorAll(selectors.trim())];
  } catch {
    return [];
  }
}

/** What holds for paper or small screens only says nothing about what is seen. */
function withoutAtRules(css: string): string {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/@(charset|import|namespace)[^;{}]*;/g, '')
    .replace(/@[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, '');
}

export function styleOf(written: string): Style {
  const style: Style = new Map();
  for (const declaration of written.toLowerCase().split(';')) {
    const colon = declaration.indexOf(':');
    if (colon < 1) continue;
    const value = declaration
      .slice(colon + 1)
      .replace('!important', '')
      .trim();
    style.set(declaration.slice(0, colon).trim(), value);
  }
  return style;
}

/** Nobody sees it, nor what is in it. */
export function isUnseen(element: PageElement, style: Style): boolean {
  const tag = element.localName.toLowerCase();
  if (unseenTags.has(tag)) return true;
  if (element.hasAttribute('hidden') && element.getAttribute('hidden') !== 'until-found') return true;
  if (tag === 'dialog' && !element.hasAttribute('open')) return true;
  const is = (name: string, pattern: RegExp) => pattern.test(style.get(name) ?? '');
  return (
    is('display', /^none/) ||
    is('visibility', /^(hidden|collapse)/) ||
    is('content-visibility', /^hidden/) ||
    (is('opacity', /^0*\.?0*%?$|^0?\.0\d*$/) && style.has('opacity')) ||
    (is('font-size', /^0*(\.0+)?(px|pt|em|rem|%)?$|^0?\.\d+(px|pt)|^1px/) && style.has('font-size')) ||
    is('text-indent', /^-\d{3,}/) ||
    is('transform', /scale\(0\)/) ||
    is('clip-path', /^(inset\((50|100)%|circle\(0)/) ||
    (is('position', /^(absolute|fixed)/) &&
      (is('left', /^-\d{3,}/) ||
        is('top', /^-\d{3,}/) ||
        is('right', /^-\d{3,}/) ||
        is('clip', /^rect\(\s*[01](px)?[\s,]/))) ||
    (is('overflow', /^hidden/) &&
      (is('height', /^[01](px)?$/) || is('width', /^[01](px)?$/) || is('max-height', /^0/)))
  );
}
