/** The ways in which a link is written, at one place of a readable text. */

export interface Found {
  from: number;
  to: number;
  /** All that it leads to. */
  addresses: string[];
  kind: 'links' | 'images';
}

/** `wait`: what comes decides; a number: so many signs are no link. */
export type Read = Found | 'wait' | number;

/** Where a link may begin, or what decides whether one does. */
export const mark =
  /\n|!\[|[[\]]|<(?=[a-z/!]|$)|(?<![\p{L}\p{N}])(?:https?|ftps?|wss?|file|mailto):|:[\\/]{2}|(?<=[\p{L}\p{N}-])\.(?=[\p{L}\p{N}]|$)|(?<=url\(\s*["']?|@import\s*["'])[\\/]{2}/giu;
/** The end of a text that may become such a mark. */
export const mayBeMark =
  /(?:!|<|:[\\/]?|[\\/]|(?<![\p{L}\p{N}])(?:h|ht|htt|https?|f|ft|ftps?|w|ws|wss?|fi|fil|file|m|ma|mai|mail|mailt|mailto))$/iu;

const longest = 4000;
/** Ends of names that are addresses by themselves. */
const wellKnown = new Set(
  'com org net info biz edu gov mil int xyz online site top club shop store website space icu example'.split(
    ' ',
  ),
);
/** These are words and endings of files, too: addresses only with a path, or as the end of a longer name. */
const known = new Set(
  `io co ai app dev me tv cc ly gg gl to sh re fm am im is it in at be by ch cn de dk es eu fi fr ie jp kr nl no nz pl pt ro ru se
  sk tk uk us za ca au br cz gr hu il tr ua vn th id my sg hk tw mx ar cl ml ga cf gq ws su link click live page pro cloud tech
  zip mov test host fun life world today news blog wiki email one red win bid work run chat zone ae af al az ba
  bd bg cu ec ee fo gh hr jo ke kg kz lb li lu lv ma mk mn mo mt ng np om pa pe ph pk pw qa sa si sn sx sy tn
  tz ug uy uz ve ye zw рф укр бел москва рус срб 中国 中國 香港 网址 公司 онлайн сайт cfd cyou ir lol moe onion sbs bond
  monster quest mom moi ooo wtf lgbt fyi ngo haus hiv nrw`.split(/\s+/),
);

/** Of these, which are names of things in programs, too, only with a path. */
const words = new Set(
  `academy adult agency ai amsterdam art asia associates auction audio autos band bar beauty beer berlin best
  bet bike bio black blue boats boutique build builders business buzz cafe cam camera camp capital care careers
  cash casino center charity cheap church city clinic clothing coach codes coffee community company computer
  construction consulting contact contractors cool credit deals delivery democrat dental design diamonds diet
  digital direct directory discount doctor dog download earth eco education energy engineer engineering
  enterprises equipment estate events exchange expert exposed express fail family fan farm fashion finance
  financial fish fit fitness flights florist football forsale foundation fund furniture futbol gallery game
  games garden gifts gives glass global gold golf graphics gratis green gripe group guide guitars guru hair
  health healthcare help hockey holdings holiday homes hospital hosting house how immo inc industries ink
  institute insure international investments jetzt jewelry kaufen kim kitchen land law lease legal limited limo
  loan loans london love ltd luxury maison makeup management market marketing mba media melbourne memorial men
  miami mobi moda money mortgage network ninja nyc observer paris partners parts party pet photo photography
  photos pics pictures pink pizza place plumbing plus poker press productions promo properties property quebec
  racing recipes rehab reisen rent rentals repair report republican rest restaurant review reviews rip rocks
  rodeo ruhr saarland sale salon school schule science security services sex sexy shoes shopping show singles
  skin soccer social software solar solutions soy studio style sucks supplies supply support surf surgery
  systems tattoo tax taxi team technology tennis theater tickets tienda tips tires tokyo tools tours town toys
  trade training tube university uno vacations vegas ventures vet viajes video villas vin vip vision vodka vote
  voyage watch webcam wedding wien wine works yachts yoga cat ge gt lt`.split(/\s+/),
);

/** Written so they are things, not places. */
const productName = /^(?:ASP|ADO|VB|ML|Json|Paint)\.NET$/;

const bareEnd = /[\s\p{Cc}<>"`|\uE97F，。、；！？）」』】》”’…]|\](?=[([:])/gu;

/** Where an address that is written out ends; null: what comes decides. */
function endOfAddress(text: string, from: number, ended: boolean): number | null {
  bareEnd.lastIndex = from;
  const end = bareEnd.exec(text)?.index ?? (ended ? text.length : null);
  if (end === null) return text.length - from > longest ? from + longest : null;
  const whole = text.slice(from, Math.min(end, from + longest));
  return from + balanced(whole).replace(/[.,;:!?'")\]}*_~]+$/, '').length;
}

/** Up to a bracket that was opened before it. */
function balanced(address: string): string {
  let depth = 0;
  for (let at = 0; at < address.length; at++) {
    if (address[at] === '(') depth += 1;
    else if (address[at] === ')' && --depth < 0) return address.slice(0, at);
  }
  return address;
}

/** At a scheme, or at slashes that begin an address. */
export function addressesIn(text: string, at: number, sign: string, ended: boolean): Read {
  const isMail = /^mailto:$/i.test(sign);
  const after = at + sign.length;
  if (!isMail && !/[\\/]{2}$/.test(sign)) {
    const slashes = text.slice(after, after + 2);
    if (slashes.length < 2 && /^[\\/]?$/.test(slashes) && !ended) return 'wait';
    if (!/^[\\/]{2}/.test(slashes)) return sign.length;
  }
  const to = endOfAddress(text, at, ended);
  if (to === null) return 'wait';
  const written = text.slice(at, to);
  // The scheme was shown already, or belongs to something unknown.
  const address = sign.startsWith(':') ? `http${written}` : written;
  return to > after ? { from: at, to, addresses: [address], kind: 'links' } : sign.length;
}

/** `<https://a.example>`, `<https://a.example|words>`. */
export function autolink(text: string, at: number, ended: boolean): Read | null {
  const scheme = /^<[a-z][a-z\d+.-]{1,31}:/i.exec(text.slice(at, at + 40))?.[0];
  if (scheme === undefined) {
    const rest = text.slice(at, at + 34);
    return !ended && at + rest.length === text.length && /^<[a-z]?[a-z\d+.-]*$/i.test(rest) ? 'wait' : null;
  }
  const end = /[\s<>|]/g;
  end.lastIndex = at + 1;
  const to = end.exec(text)?.index ?? (ended || text.length - at > longest ? text.length : null);
  if (to === null) return 'wait';
  const address = text.slice(at + 1, to);
  return { from: at, to: /[>|]/.test(text[to] ?? '') ? to + 1 : to, addresses: [address], kind: 'links' };
}

const wholeTag = /<(?:[^<>"']|"[^"]*"|'[^']*')*>/y;
const attribute = /(?:^|[\s"'/])([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g;
const inValue =
  /(?:https?|ftps?|wss?|file|data|javascript|vbscript|mailto|blob):[^\s,;'")]*|[\\/]{2}[^\s,;'")]+/gi;

/** What a tag loads or leads to. Null: it is none. */
export function tag(text: string, at: number, ended: boolean): Read | null {
  wholeTag.lastIndex = at;
  const whole = wholeTag.exec(text)?.[0];
  const blank = text.indexOf('\n\n', at);
  if (whole === undefined || whole.length > longest || (blank >= 0 && blank < at + whole.length)) {
    const mayGoOn = whole === undefined && !ended && blank < 0 && text.length - at <= longest;
    return mayGoOn ? 'wait' : null;
  }
  const isLink = /^<a[\s/]/i.test(whole);
  const addresses = [...whole.matchAll(attribute)].flatMap(([, , one, other, bare]) => {
    const value = (one ?? other ?? bare ?? '').replace(/[\t\n]/g, '');
    return [...value.matchAll(inValue)].map(([address]) => address);
  });
  if (addresses.length === 0) return null;
  return { from: at, to: at + whole.length, addresses, kind: isLink ? 'links' : 'images' };
}

const inline =
  /\]\(\s*(?:<([^<>\n]*)>|((?:[^\s()]|\((?:[^\s()]|\([^\s()]*\))*\))*))(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)/y;

/** `](address "title")`; what stands before the bracket is shown. */
export function destination(text: string, at: number, ended: boolean): Omit<Found, 'kind'> | 'wait' | number {
  inline.lastIndex = at;
  const [whole, pointed, plain = ''] = inline.exec(text) ?? [];
  const blank = text.indexOf('\n\n', at);
  if (whole === undefined || whole.length > longest || (blank >= 0 && blank < at + whole.length)) {
    const mayGoOn = whole === undefined && !ended && blank < 0 && text.length - at <= longest;
    return mayGoOn ? 'wait' : 2;
  }
  return { from: at + 1, to: at + whole.length, addresses: [(pointed ?? plain).trim()] };
}

/** `]: address`, as a definition has it. */
export function reference(text: string, at: number, ended: boolean): Omit<Found, 'kind'> | 'wait' | number {
  const address = /\]:[ \t]*(?:\n[ \t]*)?(<[^<>\n]*>|[^\s<]\S*)?/y;
  address.lastIndex = at;
  const [whole = '', said] = address.exec(text) ?? [];
  const to = at + whole.length;
  if (to === text.length && !ended && whole.length < longest) return 'wait';
  if (said === undefined) return 2;
  return { from: to - said.length, to, addresses: [said.replace(/^<|>$/g, '')] };
}

/** At the first dot of a name without a scheme: `docs.example.com/path`. */
export function bareDomain(text: string, at: number, ended: boolean): Read {
  const rest = /(?:\.[\p{L}\p{N}-]+)+(?::\d{1,5})?(?:[/?#][^\s<>"`|\uE97F]*)?/uy;
  rest.lastIndex = at;
  const said = rest.exec(text)?.[0];
  if (said === undefined) return at + 1 >= text.length && !ended ? 'wait' : 1;
  const mayGoOn = !ended && text.length - at <= longest;
  if (at + said.length >= text.length - 1 && mayGoOn && /^[.:/?#]?$/.test(text.slice(at + said.length)))
    return 'wait';
  const label = /[\p{L}\p{N}-]+$/u.exec(text.slice(Math.max(0, at - 64), at))?.[0] ?? '';
  const before = text[at - label.length - 1] ?? '';
  // A mail address, a path of files, a part of something longer.
  if (/[@/\\_.$]/.test(before)) return said.length;
  const address = said.replace(/[.,;:!?'")\]}*_~]+$/, '');
  const [, names = '', path = ''] = /^((?:\.[\p{L}\p{N}-]+)+)(?::\d+)?(.*)$/su.exec(address) ?? [];
  const ends = names.slice(1).toLowerCase().split('.');
  const top = ends.at(-1) ?? '';
  const isAddress =
    (wellKnown.has(top) && !productName.test(`${label}${address}`)) ||
    label.toLowerCase() === 'www' ||
    top.startsWith('xn--') ||
    (known.has(top) && (path.length > 1 || ends.length > 1)) ||
    (words.has(top) && path.length > 1) ||
    (/^\p{L}{2,}$/u.test(top) && /^\/[^?]*\?/.test(path)) ||
    // Four numbers and a path; `10.0.0.0/8` is a part of a network.
    (/^\d{1,3}(\.\d{1,3}){3}$/.test(label + names) && path.length > 1 && !/^\/\d{1,3}$/.test(path));
  if (!isAddress) return said.length;
  return { from: at, to: at + address.length, addresses: [`http://${label}${address}`], kind: 'links' };
}
