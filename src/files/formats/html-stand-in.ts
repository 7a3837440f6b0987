/** Pages that come in the place of the one that was asked for: a wall against programs, a login, an empty shell. */
import { type Page, pageOf } from './page.js';

/** A text of more is no stand-in, whatever it says, in UTF-16 code units. */
const longest = 1500;

const walls: [pattern: RegExp, why: string][] = [
  [
    /(enable|turn on|requires?|activate|need|allow|accept) (javascript|cookies|js)\b|javascript (is|must be|seems to be|appears to be|has been) (disabled|required|enabled|not|off|turned)|(without|doesn.t work( properly)? without) javascript|javascript (aktivieren|activ|habilit)|(aktivieren|activez|habilit\w+|attiva\w*) (sie )?(bitte )?javascript|javascript\s*(を有効|已?被?禁用|を許可)|(启用|啟用|开启)\s*javascript/i,
    'it wants JavaScript or cookies',
  ],
  [
    /(checking|verifying) (your browser|if the site connection is secure)|verify(ing)? (that )?you are (a )?human|are you a (human|robot)|just a moment|attention required|unusual traffic|captcha|security check|ddos protection|bot detection|pardon our interruption/i,
    'it asks whether somebody is human',
  ],
  [
    /^\W*(403|401|404|access denied|forbidden|not authori[sz]ed|unauthori[sz]ed|page not found|request blocked)\b|you (don.t|do not) have (permission|access)|you have been blocked/i,
    'it refuses access',
  ],
];
/** All that a page says whose scripts bring the rest. */
const waits =
  /^\W*(loading|please wait|one moment|wird geladen|bitte warten|chargement|cargando|読み込み中|加载中)\W*$/iu;
const loginPath =
  /(^|[/._-])(log-?in|sign-?in|signon|sso|saml2?|oauth2?|auth|authenticate|cas|adfs|session\/new|wp-login)([/._?-]|$)/i;
const loginWords =
  /^\W*(log ?in|sign ?in|log on|anmelden|einloggen|connexion|se connecter|iniciar sesi[oó]n|accedi)\b|(log ?in|sign ?in) (to|with) (your|continue|view)|(please|must|need to) (log|sign) ?in/i;

/**
 * @param text what people see of it.
 * @returns why it is none that was asked for, as half a sentence; null: it seems to be.
 */
export function standInFor(
  html: string,
  text: string,
  { asked, got }: { asked: string; got: string },
): string | null {
  const page = pageOf(html);
  const title = page.querySelector('title')?.textContent ?? '';
  if (text.length > longest) return null;
  const login = isLogin(page, `${title}\n${text}`);
  if (
    login ||
    (loginPath.test(pathOf(got)) && !loginPath.test(pathOf(asked)) && pathOf(got) !== pathOf(asked))
  )
    return 'it is a page to log in';
  const unseen = [...page.querySelectorAll('noscript')].map((one) => one.textContent ?? '').join('\n');
  // What is only for browsers without scripts counts where there is nothing else.
  const said = text.length < 200 ? `${title}\n${text}\n${unseen}` : `${title}\n${text}`;
  const wall = walls.find(
    ([pattern]) => pattern.test(said) && said.replace(pattern, '').length < longest,
  )?.[1];
  if (wall && (text.length < 600 || walls.some(([pattern]) => pattern.test(title)))) return wall;
  return text.trim() === '' || waits.test(text) ? 'nothing is left of it without its scripts' : null;
}

const namesWhom =
  'input[type="email"], input[name*="user"], input[name*="login"], input[autocomplete="username"]';

function isLogin(page: Page, said: string): boolean {
  const asksPassword = page.querySelector('input[type="password"]') !== null;
  const asksName = page.querySelector(namesWhom) !== null;
  const signsIn = [...page.querySelectorAll('form button, form input[type="submit"]')].some(
    (one) =>
      one.closest('form')?.querySelector(namesWhom) &&
      loginWords.test(one.textContent || one.getAttribute('value') || ''),
  );
  return asksPassword || (asksName && (signsIn || loginWords.test(said)));
}

function pathOf(url: string): string {
  try {
    const { hostname, pathname, search } = new URL(url);
    return `${hostname}${pathname}${search}`;
  } catch {
    return url;
  }
}
