/** Remember: facts kept, listed and forgotten because someone asked for it. */
import { z } from 'zod';
import { defineAction, type Memory, type MemoryAccess, type Plugin } from '../src/extension-api.js';

const maxFactLength = 1000;
/** Most facts one request forgets by words; more than that asks for better words. */
const maxForgotten = 3;
const listed = 20;

const remember = defineAction({
  name: 'remember',
  description:
    'Keeps a fact for later conversations. Use it when someone asks you to remember, note or keep something in mind. Keep their own words ("I like tea"); whose fact it is, is recorded besides.',
  parameters: z.object({
    fact: z.string().min(1).max(maxFactLength).describe('The fact, in the words of the one who said it'),
  }),
  timeoutMs: 10_000,
  recognise(text) {
    const fact = factIn(text);
    return fact ? { fact } : null;
  },
  async run({ fact }, { memory, signal }) {
    signal.throwIfAborted();
    const kept = fact.trim();
    if (!kept) throw new Error('There is nothing to remember: the fact is empty.');
    await memory.remember(kept);
    return `Remembered: ${quote(kept)}`;
  },
});

const forget = defineAction({
  name: 'forget',
  description:
    'Forgets facts that were kept, on request. It finds them by words and tells which ones went. "everything" forgets all facts of the one who asks.',
  parameters: z.object({
    what: z.string().min(1).max(maxFactLength).describe('Words of the fact, or "everything"'),
  }),
  timeoutMs: 10_000,
  recognise(text) {
    const what = forgettableIn(text);
    return what ? { what } : null;
  },
  async run({ what }, { memory, user, signal }) {
    signal.throwIfAborted();
    if (/^(?:everything|all)\b/i.test(what.trim())) return forgetAllOf(user.id, memory, signal);
    const matching = bestMatches(what, await memory.facts(what));
    signal.throwIfAborted();
    if (matching.length === 0) return `Nothing that is remembered matches ${quote(what)}.`;
    if (matching.length > maxForgotten)
      return `${matching.length} facts match equally well, so none was forgotten: ${list(matching)} Which of them?`;
    await memory.forget(matching.map(({ id }) => id));
    return `Forgotten: ${list(matching)}`;
  },
});

const recall = defineAction({
  name: 'recall_facts',
  description:
    'Lists the facts that are remembered here, all or about a subject. Use it when someone asks what you remember or know about them.',
  parameters: z.object({
    about: z.string().max(200).optional().describe('A subject; leave out for everything'),
  }),
  timeoutMs: 10_000,
  recognise: recallIn,
  async run({ about }, { memory, signal }) {
    signal.throwIfAborted();
    const subject = about?.trim();
    const facts = await memory.facts(subject || undefined);
    if (facts.length === 0)
      return subject ? `Nothing is remembered about ${subject}.` : 'Nothing is remembered yet.';
    const more = facts.length > listed ? ` And ${facts.length - listed} more.` : '';
    return `Remembered: ${list(facts.slice(0, listed))}${more}`;
  },
});

export default { name: 'remember', actions: [remember, forget, recall] } satisfies Plugin;

/** Only the asker's own: in a shared room others' facts are not theirs to wipe. */
async function forgetAllOf(userId: string, memory: MemoryAccess, signal: AbortSignal): Promise<string> {
  let forgotten = 0;
  // `facts` gives the newest only, so it is asked until nothing of theirs is left.
  for (;;) {
    signal.throwIfAborted();
    const own = (await memory.facts()).filter((fact) => fact.author.id === userId);
    const gone = own.length > 0 ? await memory.forget(own.map(({ id }) => id)) : 0;
    if (gone === 0) break;
    forgotten += gone;
  }
  if (forgotten === 0) return 'There was nothing to forget.';
  return `Forgotten: all ${forgotten === 1 ? 'there was, 1 fact' : `${forgotten} facts`} of yours.`;
}

/** The facts that have most of the words, if that is at least half; those that match equally well together. */
function bestMatches(words: string, facts: Memory[]): Memory[] {
  const wanted = contentWords(words);
  if (wanted.size === 0) return [];
  const scored = facts.map((fact) => {
    const has = contentWords(fact.content.text);
    const shared = [...wanted].filter((word) => has.has(word)).length;
    return { fact, share: shared / wanted.size };
  });
  const best = Math.max(0, ...scored.map(({ share }) => share));
  if (best < 0.5) return [];
  return scored.filter(({ share }) => share === best).map(({ fact }) => fact);
}

const fillers = new Set(
  'a about am an and are at be been did do does for from had has have he her his i in is it its me mine my of on or our ours she so that the their them they this to us was we were what which who with you your'.split(
    ' ',
  ),
);

/** Words that say something, roughly stemmed: `sisters` and `sister's` meet in `sister`. */
function contentWords(text: string): Set<string> {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’](?:s|m|re|ve|ll|d)\b/g, '')
    .match(/[\p{L}\p{M}\p{N}]+/gu);
  const telling = (words ?? []).filter((word) => !fillers.has(word));
  return new Set(telling.map((word) => (word.length > 3 ? word.replace(/(?<!s)s$/, '') : word)));
}

function quote(text: string): string {
  return `"${text}"`;
}

function list(facts: Memory[]): string {
  return `${facts.map((fact) => quote(fact.content.text)).join('; ')}.`;
}

const opening =
  /^\s*(?:(?:hi|hello|hey|ok|okay|oh|also|and|now|so|please)\b[\s,!.]*)*(?:(?:can|could|would|will) you )?(?:please,? )?/i;

/** How a statement opens after `remember that`; `remember that film?` names a thing. */
const statementOpening =
  /^(?:i|i['’](?:m|ve|ll|d)|we|we['’](?:re|ve|ll|d)|he|she|it|they|you|my|our|his|her|their|your|the|a|an|all|every|no|nobody|everyone|on|in|at|from|until|when|if|this|these|there)(?!\p{L})/iu;
const nameOpening = /^(?:\p{Lu}|\p{N})/u;
const subjectOpening = /^\p{L}+ (?:is|are|will|has|have|likes?|can|must|should)\b/iu;
const things =
  /^(?:time|day|night|one|guy|man|woman|girl|boy|place|trip|song|film|movie|book|thing|moment|summer|year)\b/i;

/** Statements about oneself that need no `that`: `remember I'm vegan`, `remember my sister is Ana`. */
const ownStatement =
  /^(?:(?:my|our) (?:[\p{L}\p{N}'’-]+ ){1,6}?(?:is|are|has|have|likes?|lives?|works?|can['’]?t|starts?|ends?)\b.|(?:I|we)(?:['’](?:m|re|ve)| am| are| have| like| love| hate| prefer| live| work| need| want| use| speak| can['’]?t| don['’]?t)\b.)/iu;

/** The fact a request to remember holds, in the words it was said in. */
function factIn(text: string): string | null {
  if (text.length > maxFactLength) return null;
  const begun = opening.exec(text)?.[0] ?? '';
  const request = text.slice(begun.length);
  const asked = / you\b/i.test(` ${begun}`);
  if (/\?\s*$/.test(text) && !asked) return null;
  const colon =
    /^(?:remember(?: this| the following)?|(?:make|take) a note(?: of this)?|note(?: this)?(?: down)?|keep in mind)\s*:\s*(.+)$/isu.exec(
      request,
    );
  if (colon) return tidy(colon[1]!, asked);
  const that =
    /^(?:(?:always )?remember|don['’]?t forget|(?:make|take) a note|note|keep in mind|bear in mind),? that\s+(.+)$/isu.exec(
      request,
    );
  if (that) return isStatement(that[1]!) ? tidy(that[1]!, asked) : null;
  const plain = /^(?:remember|don['’]?t forget)(?:,| -)?\s+(.+)$/isu.exec(request);
  return plain && ownStatement.test(plain[1]!) ? tidy(plain[1]!, asked) : null;
}

function isStatement(text: string): boolean {
  if (things.test(text)) return false;
  return [statementOpening, nameOpening, subjectOpening].some((pattern) => pattern.test(text));
}

function tidy(text: string, question: boolean): string | null {
  const fact = text
    .replace(question ? /[\s?]+$/ : /\s+$/, '')
    .replace(/,? please[.!]?$/i, '')
    .replace(/(?<=[^.])\.$/, '')
    .trim();
  return /[\p{L}\p{N}]/u.test(fact) ? fact : null;
}

/** Words of what is to be forgotten, or `everything`. */
function forgettableIn(text: string): string | null {
  if (text.length > maxFactLength) return null;
  const request = text
    .replace(opening, '')
    .replace(/[\s.!?]+$/, '')
    .replace(/,? please$/i, '');
  if (
    /^forget (?:everything|all)(?: (?:that )?you (?:know|remember|have remembered))?(?: (?:about|of) (?:me|us))?$/i.test(
      request,
    )
  )
    return 'everything';
  const that = /^forget that (.+)$/isu.exec(request)?.[1];
  if (that) return isStatement(that) ? that : null;
  const subject =
    /^forget (?:(?:everything |all |what )(?:that )?(?:you (?:know|remember) |I (?:said|told you) )?)?(?:about )?((?:my|our) .+)$/isu.exec(
      request,
    )?.[1];
  return subject && !/^(?:my|our) (?:last|previous|earlier) (?:message|question|request)/i.test(subject)
    ? subject
    : null;
}

const recallAll =
  /^(?:what (?:do|can) you (?:remember|know|recall)|what (?:have|did) you (?:remembered?|noted?|kept)|(?:tell|show) me what you (?:remember|know)|list (?:what|everything|all|the facts|all facts)(?: that)? you (?:remember|know)|what (?:facts|things) do you (?:remember|know)|do you (?:remember|know) anything)(?: (?:about|of) (?<about>[\p{L}\p{N}'’ -]{1,80}?))?(?: so far| now)?[\s?.!]*$/iu;

function recallIn(text: string): { about?: string } | null {
  if (text.length > 200) return null;
  const found = recallAll.exec(text.replace(opening, ''));
  if (!found) return null;
  const about = found.groups?.about;
  if (about === undefined) return /\bknow\b/i.test(text) ? null : {};
  if (/^(?:me|us|myself)$/i.test(about)) return {};
  // "What do you know about France?" is a question to the model; one's own things are remembered.
  return /^(?:my|our)\b/i.test(about) || /\bremember/i.test(text) ? { about } : null;
}
