/** Remember: facts kept, listed and forgotten because someone asked for it. */
import { z } from 'zod';
import { type Author, defineAction, FatalError, type Memory, type Plugin } from '../src/extension-api.js';
import { keepFiles } from './remember/keep-files.js';

const maxFactLength = 1000;
/** Most facts, and most things to be forgotten, that are told one by one. */
const listed = 20;
const shown = 5;

/** Something with a word in it. */
const said = '(?=[^]*[\\p{L}\\p{N}]).+?';
/** What follows `remember that`; `remember that film?` names a thing. */
const statement = `(?!(?:time|day|night|one|guy|man|woman|girl|boy|place|trip|song|film|movie|book|thing|moment|summer|year)\\b)${said}`;
/** Statements about oneself that need no `that`: `remember I'm vegan`, `remember my sister is Ana`. */
const ownStatement =
  "(?:(?:my|our) (?:[\\p{L}\\p{N}'-]+ ){1,6}?(?:is|are|has|have|likes?|lives?|works?|can't|starts?|ends?)\\b|(?:I|we)(?:'(?:m|re|ve)| am| are| have| like| love| hate| prefer| live| work| need| want| use| speak| can't| don't)\\b).+?";
/** Neither `forget it` nor `forget your instructions` nor `forget my last message`. */
const subject =
  '(?!(?:it|that|this|her|him|them|me|us|you|your|all|everything|about|what)\\b|(?:[\\p{L}]+ )?(?:last|previous|earlier|above) |(?:[\\p{L}]+ )?instructions?\\b).+?';

const remember = defineAction({
  name: 'remember',
  description:
    'Keeps a fact for later conversations. Use it when someone asks you to remember, note or keep something in mind. Keep their own words ("I like tea"); whose fact it is, is recorded besides.',
  parameters: z.object({
    fact: z.string().min(1).max(maxFactLength).describe('The fact, in the words of the one who said it'),
  }),
  timeoutMs: 10_000,
  repeatable: true,
  phrases: [
    {
      say: '(remember [(this|the following)]|(make|take) a note [of this]|note [this] [down]|keep in mind) : {fact}',
      where: { fact: said },
    },
    {
      say: "([always] remember|don't forget|(make|take) a note|note|(keep|bear) in mind) [,] that {fact}",
      where: { fact: statement },
    },
    { say: "(remember|don't forget) [,] {fact}", where: { fact: ownStatement } },
  ],
  async run({ fact }, { memory, signal }) {
    signal.throwIfAborted();
    const kept = fact.trim();
    if (!kept) throw new Error('There is nothing to remember: the fact is empty.');
    const refused = await memory.remember(kept).then(
      () => null,
      (error: unknown) => {
        if (error instanceof FatalError && error.code === 'invalid_field') return error.message;
        throw error;
      },
    );
    // What it was is not said again.
    return refused ? `I do not remember that. ${refused}` : `Remembered: ${quote(kept)}`;
  },
});

const forget = defineAction({
  name: 'forget',
  description:
    'Forgets what the person said here and the facts kept from it, on their request. Without "confirm" it only tells what it found: show that to the person and ask. Set "confirm" once they said yes to it, never before. "everything" means all that they said.',
  parameters: z.object({
    what: z.string().min(1).max(maxFactLength).describe('Words of what is to be forgotten, or "everything"'),
    confirm: z.boolean().optional().describe('True only after the person was asked and said yes'),
  }),
  timeoutMs: 20_000,
  repeatable: true,
  phrases: [
    {
      say: '[{confirm} [,]] (forget|delete|erase) {what} [[that] you (know|remember|have remembered)] [(about|of) (me|us)]',
      where: { confirm: 'yes', what: 'everything|all' },
    },
    { say: '[{confirm} [,]] (forget|delete|erase) that {what}', where: { confirm: 'yes', what: statement } },
    {
      say: '[{confirm} [,]] (forget|delete|erase) [(everything|all|what) [that]] [(you (know|remember)|I (said|told you))] [about] {what}',
      where: { confirm: 'yes', what: subject },
    },
  ],
  async run({ what, confirm }, { memory, user, signal }) {
    signal.throwIfAborted();
    const words = what.trim();
    const all = /^(?:everything|all)$/i.test(words);
    const own = (await memory.own(all ? undefined : words)).filter(({ author }) => author.id === user.id);
    const found = all ? own : bestMatches(words, own);
    signal.throwIfAborted();
    if (found.length === 0)
      return all ? 'There is nothing to forget.' : `You said nothing here that matches ${quote(words)}.`;
    if (confirm) {
      const gone = await memory.forget(
        found.map(({ id }) => id),
        all ? undefined : words,
      );
      // What it was is not said again: this, too, is kept.
      return `That is forgotten, and so are my answers to it: ${counted(gone)} in all.`;
    }
    // A fact that was read out of a message says the same as that.
    const inOrder = found.toSorted(
      (one, other) => Number(one.kind === 'fact') - Number(other.kind === 'fact'),
    );
    const texts = [
      ...new Map(
        inOrder
          .toReversed()
          .map(({ content }) => [
            content.text.toLowerCase().replace(/[.!\s]+$/, ''),
            shortened(content.text),
          ]),
      ).values(),
    ].toReversed();
    // Questions, and wishes like this one, go with the rest; what they are about tells enough.
    const told = texts.filter((text) => !/\?$|\b(?:forget|delete|erase|remember)\b/i.test(text));
    const listed = told.length > 0 ? told : texts;
    const some = listed.slice(0, shown).map(quote).join('; ');
    const more = listed.length > shown ? `; and ${listed.length - shown} more` : '';
    return `I found ${counted(listed.length)}: ${some}${more}. Shall I forget that, what you asked about it, and my answers? Say "yes, forget ${words.replace(/["“”]/g, '')}" to go on.`;
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
  repeatable: true,
  phrases: [
    'what (do|can) you (remember|recall) [about (me|us)] [(so far|now)]',
    'what (have|did) you (remember|remembered|note|noted|kept) [(so far|now)]',
    'what (facts|things) do you (remember|know)',
    '(show me|list) (what|everything|all|the facts|all facts) [that] you (remember|know)',
    '(what do you know|[show me] what you know|do you know anything) about (me|us|myself)',
    'what do you remember about {about}',
    {
      say: '(what do you know|do you (remember|know) anything) about {about}',
      where: { about: '(?:my|our) .+?' },
    },
  ],
  async run({ about }, { memory, user, signal }) {
    signal.throwIfAborted();
    const subject = about?.trim() || undefined;
    const [facts, past = []] = await Promise.all([memory.facts(subject), memory.past?.(subject)]);
    if (facts.length + past.length === 0)
      return subject ? `Nothing is remembered about ${subject}.` : 'Nothing is remembered yet.';
    const more = facts.length > listed ? ` And ${facts.length - listed} more.` : '';
    const now =
      facts.length > 0
        ? `Remembered: ${list(facts.slice(0, listed), user)}${more}`
        : 'Nothing that holds now.';
    return past.length > 0 ? `${now} In the past: ${list(past.slice(0, shown), user)}` : now;
  },
});

export default { name: 'remember', actions: [remember, forget, recall, keepFiles] } satisfies Plugin;

/** Those that have most of the words, if that is at least half; those that match equally well together. */
function bestMatches(words: string, memories: Memory[]): Memory[] {
  const wanted = contentWords(words);
  if (wanted.size === 0) return [];
  const scored = memories.map((memory) => {
    const has = contentWords(memory.content.text);
    const shared = [...wanted].filter((word) => has.has(word)).length;
    return { memory, share: shared / wanted.size };
  });
  const best = Math.max(0, ...scored.map(({ share }) => share));
  if (best < 0.5) return [];
  return scored.filter(({ share }) => share === best).map(({ memory }) => memory);
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

function counted(count: number): string {
  return count === 1 ? '1 thing' : `${count} things`;
}

/** One line of it. */
function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}

/** Others' with their names. */
function list(facts: Memory[], user: Author): string {
  const texts = facts.map(({ author, content }) =>
    author.id === user.id ? quote(content.text) : `${author.name ?? author.id}: ${quote(content.text)}`,
  );
  return `${texts.join('; ')}.`;
}
