/** Where the text of a page is, and what stands beside it. */

import { type Page, type PageElement, wordsIn } from './page.js';

const cookieNames =
  /(^|[-_ ])(cookies?|consent|gdpr|onetrust|cookiebot|cmp|usercentrics|didomi)([-_ ]|$|banner|bar|notice|popup|modal)/i;
const cookieWords = /\bcookies?\b|\bconsent\b|datenschutz|einwilligung/i;
const agreement =
  /^(i )?(accept|agree|allow|reject|decline|deny|got it|ok(ay)?|manage|customi[sz]e|zustimmen|akzeptieren|ablehnen|accepter|refuser|aceptar|rechazar|accetta|rifiuta)\b/i;
const asideRoles = new Set([
  'navigation',
  'banner',
  'contentinfo',
  'search',
  'complementary',
  'dialog',
  'alertdialog',
  'menu',
  'menubar',
]);
const asideTags = new Set(['nav', 'aside', 'footer', 'header', 'button', 'form']);

/** The element that holds the text: its `main`, its only `article`, or its body. */
export function mainOf(page: Page): PageElement {
  const mains = [...page.querySelectorAll('main, [role="main"]')].filter(
    (main) => !main.parentElement?.closest('main, [role="main"]'),
  );
  const articles = [...page.querySelectorAll('article')];
  const candidate =
    mains.length === 1 ? mains[0] : mains.length === 0 && articles.length === 1 ? articles[0] : null;
  if (candidate && wordsIn(candidate) > 0) return candidate;
  // Programs may leave the body's tag out.
  return wordsIn(page.body) > 0 ? page.body : page.documentElement;
}

/** Navigation, notices and the like. */
export function isAside(element: PageElement): boolean {
  const tag = element.localName.toLowerCase();
  if (tag === 'body' || tag === 'html' || tag === 'main') return false;
  if (asideRoles.has(element.getAttribute('role')?.toLowerCase() ?? '')) return true;
  if (element.getAttribute('aria-modal') === 'true') return true;
  // In an article its header has its heading, and a footer or aside may be of the text.
  if (asideTags.has(tag)) {
    if (tag === 'form') return element.querySelector('main, article, h1, h2, p') === null;
    if (tag === 'nav' || tag === 'button') return true;
    return (
      !element.closest('article, main, [role="main"]') && element.querySelector('main, article, h1') === null
    );
  }
  return isNotice(element) || isLinks(element);
}

/** A notice about cookies, with something to press, or by its name. */
function isNotice(element: PageElement): boolean {
  if (!/^(div|section|aside|p|form|dialog|span|ul)$/.test(element.localName)) return false;
  if (!cookieWords.test(element.textContent ?? '')) return false;
  if (element.querySelector('main, article, h1') || element.localName === 'main') return false;
  if (
    cookieNames.test(
      `${element.id} ${element.getAttribute('class') ?? ''} ${element.getAttribute('aria-label') ?? ''}`,
    )
  )
    return true;
  const pressed = [...element.querySelectorAll('button, a, input[type="button"], input[type="submit"]')].some(
    (one) => agreement.test((one.textContent || one.getAttribute('value') || '').trim()),
  );
  if (!pressed) return false;
  // Its own paragraphs speak of nothing else.
  const paragraphs = [...element.querySelectorAll('p, li')].filter(
    (one) => (one.textContent ?? '').trim().length > 20,
  );
  const about = paragraphs.filter((one) =>
    /cookie|consent|partner|privacy|advert|personal|preferences|data|device/i.test(one.textContent ?? ''),
  );
  return about.length >= paragraphs.length * 0.7;
}

/** A list of many links and hardly a word besides. */
function isLinks(element: PageElement): boolean {
  if (!/^(ul|ol|div)$/.test(element.localName) || element.closest('main, article')) return false;
  if (element.querySelector('h1, h2, p, pre, table')) return false;
  const links = [...element.querySelectorAll('a')];
  if (links.length < 4) return false;
  const linked = links.reduce((sum, link) => sum + (link.textContent ?? '').trim().length, 0);
  return linked > 0.9 * wordsIn(element) && linked / links.length < 20;
}
