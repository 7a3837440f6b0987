import type { PersonPrincipal } from '../../access/principal.js';
import type { Caller, OutputOf } from '../../operations/operations.js';
import type { Command } from './command.js';
import { accountOf } from './link.js';

type Fact = OutputOf<'facts.list'>['facts'][number];

const most = 200;
const usage =
  'Write: /memory, /memory past, /memory forget NUMBER, or /memory correct NUMBER and what is right';

/** What somebody's own facts are here; those of others nobody is shown. */
export function memory(operations: Caller): Command {
  return {
    name: 'memory',
    about: 'what I know of you here: /memory, /memory forget NUMBER, /memory correct NUMBER WORDS',
    // Numbers may be others by then.
    unrepeatable: true,
    async run({ args, principal }) {
      if (args === '') return { text: listed(await ownFacts(principal, 'now')) };
      if (/^past$/i.test(args)) return { text: past(await ownFacts(principal, 'past')) };
      const [, verb = '', number = '', words = ''] =
        /^(\w+)\s+(\d{1,3})(?:[.:,]?\s+([\s\S]+))?$/.exec(args) ?? [];
      const isForget = /^(?:forget|delete|remove)$/i.test(verb) && words === '';
      const isCorrect = /^(?:correct|change)$/i.test(verb) && words !== '';
      if (!isForget && !isCorrect) return { text: usage };
      const fact = (await ownFacts(principal, 'now'))[Number(number) - 1];
      if (!fact) return { text: `There is no number ${number}. /memory shows what there is.` };
      const { id, text } = fact;
      if (isForget) {
        await operations.call('facts.remove', { id }, principal);
        return { text: `Number ${number} is forgotten.` };
      }
      const corrected = await operations.call('facts.correct', { id, text: words.slice(0, 1000) }, principal);
      return { text: `"${text}" does not count any more. I know now: "${corrected.text}"` };
    },
  };

  async function ownFacts(principal: PersonPrincipal, state: 'now' | 'past'): Promise<Fact[]> {
    const { agentId, roomId } = principal;
    const wanted = { agentId, roomId, ...accountOf(principal), state, limit: most };
    return (await operations.call('facts.list', wanted, principal)).facts;
  }
}

function listed(facts: readonly Fact[]): string {
  if (facts.length === 0) return 'I know nothing of you here. /memory past shows what held once.';
  const lines = facts.map((fact, at) => `${at + 1}. ${fact.text} (${whence(fact)})`);
  return [...lines, 'To change one: /memory forget NUMBER, /memory correct NUMBER and what is right'].join(
    '\n',
  );
}

function past(facts: readonly Fact[]): string {
  if (facts.length === 0) return 'I know of nothing that held once.';
  return facts.map((fact) => `- ${fact.text} (${held(fact)})`).join('\n');
}

/** What was over when it was told has no beginning that anybody knows, but for one that its words say. */
function held({ at, since, until = at }: Fact): string {
  const from = since ?? at;
  return from > until ? `until ${day(until)}` : `${day(from)} to ${day(until)}`;
}

const sources = {
  asked: 'you asked me to remember it',
  found: 'you wrote it',
  corrected: 'you corrected it',
};

function whence({ how, at, said, since, disputes }: Fact): string {
  const parts = [`${sources[how]}, ${day(at)}`];
  if (said > 1) parts.push(`said ${said} times`);
  if (since) parts.push(`since ${day(since)}`);
  if (disputes) parts.push('not certain: you have also said otherwise');
  return parts.join('; ');
}

const day = (at: string) => at.slice(0, 10);
