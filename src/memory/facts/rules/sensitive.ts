/** What is not kept unasked: secrets, health, means of payment. */
import { SecretShapes } from '../../../checks/secret-shapes.js';
import { redact } from '../../../redaction.js';
import { inPlainSigns, isAscii } from '../../plain-signs.js';
import { cardsIn, isIban } from './payment-numbers.js';

export type Sensitivity = 'secret' | 'health' | 'payment';

interface Hidden {
  from: number;
  to: number;
  kind: Sensitivity;
}

const named =
  /\b((?:pass ?words?|pass(?=\s{0,3}[:=])|pass ?phrases?|passcodes?|passwort|kennwort|pin(?:[- ]?(?:code|number))?|puk|secret(?: key)?|api[- _]?(?:key|token)|(?:access|auth|refresh|bearer|bot|session)[- _]?(?:token|key)|token|private key|security code|cvv|cvc|otp|tan|one[- ]time (?:code|password)|verification code|2fa code|recovery (?:code|key|phrase)|seed phrase|backup code|(?:login|door|alarm|gate|safe|lock|unlock|entry|access) (?:code|pin)|login|credentials?)(?: (?:for|of|to|on|at|zu|für|vom?)(?: \p{L}[\p{L}\d.'-]{0,30}){1,4}?)?)(\s{0,3}(?:[:=]|\bis\b|\bare\b|\bwas\b|\bist\b|\blautet\b|->|→|['’]s\b)\s{0,3}(?:now |still |set to |called |jetzt )?|\s+(?=[^\s]{0,40}[\d!$%&#@^*][^\s]{0,40}(?:\s|$))(?![\p{L}]+[.,!?]))["'“”]?(?!\[(?:[a-z]+ )?(?:not kept|removed)\])([^\s"“”]{1,200})/giu;
/** Stands in every ASCII text that `named` or `code` matches: a quick look that answers for many. */
const mayBeNamed = /pass|kennwort|p(?:in|uk)|secret|token|key|c(?:ode|v[vc]|redential)|otp|tan|phrase|login/i;
/** The one word that says a password is on its way needs a value that looks like one. */
const words =
  /^(?:not|too|very|so|really|the|a|an|my|your|our|in|on|at|with|for|from|by|wrong|right|correct|incorrect|safe|secure|weak|strong|short|long|expired|expiring|lost|gone|required|needed|invalid|empty|missing|stored|saved|kept|managed|handled|important|hard|easy|bad|good|great|fine|ok|okay|always|never|changed|reset|and|or|that|this|it|what|where|how|when|why|something|bitwarden|keepass|lastpass|1password|annoying|complicated|forgotten|stupid|different|the same|same|old|new|based|used|case-sensitive|manager|managers|i|we|you|nicht|falsch|weg|abgelaufen|unsicher)[.,!?;:]*$/i;
const strictly = /^(?:token|login|secret|tan|credentials?|pin|puk|otp)\b/i;
const iban = /(?<![A-Z\d])[A-Z]{2}\d{2}(?: ?[A-Z\d]{1,4}){3,8}(?![A-Z\d])/gi;
const code =
  /\b(?:code|otp|tan|pin)\b[^\d\n]{0,20}\b(\d{4,8})\b|\b(\d{4,8})\b(?= is (?:my|your|the) (?:\p{L}+ ){0,3}(?:code|pin|otp|tan)\b)/giu;
const health =
  /\b(?:allerg(?:y|ies|ic|isch|ie)|intoleran(?:t|ce)|diagnos(?:ed|is)|diabet(?:es|ic)|asthma(?:tic)?|cancer|tumou?r|chemo(?:therapy)?|epilep(?:sy|tic)|depress(?:ed|ion)|anxiety|bipolar|schizophreni[ac]|adhd|autis(?:m|tic)|ptsd|hiv|aids|pregnan(?:t|cy)|miscarriage|abortion|antidepressants?|medication|medicine for|prescri(?:bed|ption)|insulin|therap(?:y|ist)|psychiatr(?:ist|y)|surgery|operated on|disab(?:led|ility)|migraines?|arthritis|hypertension|blood pressure|heart (?:attack|disease|condition)|stroke|covid|infect(?:ed|ion)|coeliac|celiac|crohn'?s|dyslexi[ac]|colou?r[- ]?blind|alcoholic|rehab|suicid(?:e|al)|self[- ]harm|eating disorder|anorexi[ac]|bulimi[ac]|in remission|chronic(?:ally)? (?:ill|pain|illness|fatigue)|dialysis|transplant|blood type|schwanger|krebs|zucker?krank|depressiv)\b/i;
/** The speaker's own, or somebody's close: not a talk about medicine. */
const own = /\b(?:i|i'm|i've|my|me|we|our|he|she|his|her|ich|mein|meine|user|user's)\b/i;
const payment =
  /\b(?:iban|bic|sort code|routing number|account number|bank account|kontonummer|card number|credit card number|debit card number)\b(?: (?:is|ist|:))?[ :]+(?:\S+ ){0,2}?[A-Z]{0,2}\d[\d -]{4,}/i;

/** What kind it is; of several the first of secret, payment, health. Null: nothing that needs care. */
export function sensitive(text: string): Sensitivity | null {
  const kinds = new Set(hiddenIn(text).map(({ kind }) => kind));
  if (kinds.has('secret')) return 'secret';
  if (kinds.has('payment')) return 'payment';
  return health.test(text) && own.test(text) ? 'health' : null;
}

/** The text with each value of a secret or a means of payment in it replaced. */
export function masked(text: string): string {
  let clean = '';
  let at = 0;
  for (const { from, to, kind } of hiddenIn(text)) {
    if (from < at || from === to) continue;
    clean += `${text.slice(at, from)}[${kind} not kept]`;
    at = to;
  }
  return redact(clean + text.slice(at));
}

/** In order. */
function hiddenIn(written: string): Hidden[] {
  const text = inPlainSigns(written);
  const found: Hidden[] = new SecretShapes()
    .look(text, true)
    .map(({ from, to }) => ({ from, to, kind: 'secret' }));
  const isUnnamed = isAscii(text) && !mayBeNamed.test(text);
  for (const match of isUnnamed ? [] : text.matchAll(named)) {
    const [whole, name = '', link = '', value = ''] = match;
    const bare = value.replace(/[.,;!?)]+$/, '');
    const looks = /\d|[^\p{L}\d.,;:!?'’-]|\p{Ll}\p{Lu}/u.test(bare);
    const sure = /[:=]/.test(link) || /pass|kennwort|pin|phrase/i.test(name);
    if (
      bare === '' ||
      words.test(bare) ||
      (!looks &&
        !(sure && /[:=]/.test(link) && !strictly.test(name)) &&
        !(
          /^(?:pass|kennwort)/i.test(name) &&
          /\b(?:is|ist|lautet|are|was)\b/.test(link) &&
          !/\s/.test(bare) &&
          text
            .slice(match.index + whole.length, match.index + whole.length + 60)
            .trim()
            .split(' ').length <= 3
        ))
    )
      continue;
    if (/^(?:token|pin)/i.test(name) && /^\d+$/.test(bare) && bare.length < (/^t/i.test(name) ? 6 : 3))
      continue;
    const from = match.index + whole.length - value.length;
    // A phrase has several words.
    const more = /phrase/i.test(name)
      ? /^[^.,;\n]{0,400}/.exec(text.slice(from + value.length, from + value.length + 400))![0].length
      : 0;
    const own = /[!?]$/.test(value) || more > 0 ? value.length : bare.length;
    found.push({ from, to: from + own + more, kind: 'secret' });
  }
  for (const match of isUnnamed ? [] : text.matchAll(code)) {
    const value = (match[1] ?? match[2])!;
    const from = match.index + match[0].lastIndexOf(value);
    if (
      !/zip|post|area|country|dial|error|status|http|source|dress|product|order|voucher|discount/i.test(
        text.slice(Math.max(0, match.index - 12), from),
      )
    )
      found.push({ from, to: from + value.length, kind: 'secret' });
  }
  for (const [from, to] of cardsIn(text)) found.push({ from, to, kind: 'payment' });
  for (const { 0: value, index } of text.matchAll(iban)) {
    const whole = isIban(value);
    if (whole) found.push({ from: index, to: index + whole, kind: 'payment' });
  }
  const account = payment.exec(text);
  if (account)
    found.push({
      from: account.index + account[0].search(/[A-Z]{0,2}\d/),
      to: account.index + account[0].length,
      kind: 'payment',
    });
  // What the log would not show is kept nowhere else.
  if (found.length === 0 && redact(text) !== text)
    found.push({ from: text.length, to: text.length, kind: 'secret' });
  return found.sort((a, b) => a.from - b.from || b.to - a.to);
}
