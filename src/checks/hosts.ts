/** Whose hosts a link may lead to. */

/** What somebody may reach by an address, and where it leads. */
export interface Target {
  /** As it is compared; empty: it leads to no host, such as `data:`. */
  host: string;
}

const schemes = new Set(['http:', 'https:', 'ftp:', 'ftps:', 'ws:', 'wss:']);
/** These lead nowhere outside. */
const harmlessSchemes = new Set(['tel:', 'sms:']);

/** Null: it leads to nothing outside, as `#here` or `page.html`. */
export function targetOf(address: string): Target | null {
  const said = address.replace(/[\p{Cc}\s\u00ad\u200b-\u200f\u2060-\u2064]+/gu, '');
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(said)?.[0].toLowerCase();
  if (scheme === 'mailto:') return { host: hostOf(said.slice(7).split(/[?]/)[0]!.replace(/.*@/s, '')) };
  if (scheme !== undefined && harmlessSchemes.has(scheme)) return null;
  if (scheme !== undefined && !schemes.has(scheme)) {
    const authority = /^[^:]*:[\\/]{2,}([^\\/?#]*)/.exec(said)?.[1];
    return { host: authority ? hostOf(authority.replace(/.*@/s, '')) : '' };
  }
  if (scheme === undefined && !/^[\\/]{2}/.test(said)) return null;
  // Readers differ in what a backslash ends: the host is the one before it, or after.
  if (/^[^?#]*\\/.test(said) && /@/.test(said)) return { host: '' };
  return { host: hostOf(said, scheme) };
}

function hostOf(said: string, scheme?: string): string {
  const address = scheme === undefined ? `http://${said.replace(/^[\\/]+/, '')}` : said;
  try {
    return new URL(address.replace(/^([a-z]+:)[\\/]*/i, '$1//')).hostname.toLowerCase().replace(/\.+$/, '');
  } catch {
    return '';
  }
}

/** Hosts by pattern: `*.example.com` is the host itself, too. */
export class HostList {
  readonly #hosts = new Set<string>();
  readonly #below: string[] = [];
  readonly any: boolean;

  constructor(patterns: readonly string[]) {
    this.any = patterns.includes('*');
    for (const pattern of patterns) {
      const host = hostOf(pattern.replace(/^\*\.?/, ''));
      if (host === '') continue;
      this.#hosts.add(host);
      if (pattern.startsWith('*.')) this.#below.push(`.${host}`);
    }
  }

  has(host: string): boolean {
    if (this.any) return true;
    return this.#hosts.has(host) || this.#below.some((end) => host.endsWith(end));
  }
}

const said = /[\p{L}\p{N}][\p{L}\p{N}-]*(?:\.[\p{L}\p{N}-]+)+\.?|localhost/gu;
const bracketed = /\[[\da-f:.]{2,45}\]/gi;

/** All hosts that a text names, however it does. */
export function hostsIn(text: string): string[] {
  return [...(text.match(said) ?? []), ...(text.match(bracketed) ?? [])].map((name) => hostOf(name));
}

const address = /(?:https?:\/\/)?(?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]+(?::\d+)?(?:[/?#][^\s<>"')\]]*)?/giu;

/** All addresses that a text names, plain. */
export function addressesIn(text: string): string[] {
  return (text.match(address) ?? []).map((one) => plainAddress(one));
}

/** Without what makes no difference. */
export function plainAddress(said: string): string {
  try {
    const { host, pathname, search, hash } = new URL(
      /^[a-z]+:/i.test(said) ? said : `http://${said.replace(/^[\\/]+/, '')}`,
    );
    const path = `${pathname}${search}${hash}`.replace(/[.,;:!?'")\]}*_~/]+$/, '');
    return `${host.replace(/^www\./, '')}${path}`;
  } catch {
    return said;
  }
}

/** The same to people. */
export function isNamed(host: string, named: ReadonlySet<string>): boolean {
  if (host === '') return false;
  return named.has(host) || named.has(`www.${host}`) || (host.startsWith('www.') && named.has(host.slice(4)));
}

/** As it is shown: nobody makes a link of it, and there is no room for a message in it. */
export function defanged(host: string): string {
  const labels = host.split('.').slice(-2);
  if (host === '' || labels.some((label) => label.length > 40)) return '';
  return labels.join('[.]');
}
