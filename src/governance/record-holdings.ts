/** Every sort of record: whose it is, and what an export and an erasure do with it. */
import { erasedPerson, type Holding, type Known, none } from './holdings.js';

// biome-ignore lint/suspicious/noExplicitAny: records lie there as any version wrote them.
type Value = any;

export interface RecordHolding extends Holding {
  /** Whether it is the person's own, and so goes. */
  isTheirs?(value: Value, id: string, known: Known): boolean;
  /** What an export has of it; absent: nothing. */
  shown?(value: Value): object;
  /** Of another's, what is left without their name; undefined: it does not name them. */
  without?(value: Value, known: Known): Value | undefined;
}

const byAuthor = ({ source, author }: Value, _: string, { whom }: Known) => whom.is(source, author?.id);
const gone = (exports: string | null = null): Holding => ({ exports, erases: 'gone' });

/** What operators keep of a conversation. */
const ofDirectRoom: RecordHolding = {
  exports: null,
  erases: 'gone with a direct conversation; elsewhere their words are masked, and who wrote it is not said',
  isTheirs: ({ roomId }, _, { rooms }) => rooms.has(roomId),
};
/** Wherever it stands in it, `by` says who did something. */
const by = {
  without(value: Value, { isNamed }: Known): Value | undefined {
    let named = false;
    const left = JSON.stringify(value, (field, one) => {
      if (field !== 'by' || typeof one !== 'string' || !isNamed(one)) return one;
      named = true;
      return erasedPerson;
    });
    return named ? JSON.parse(left) : undefined;
  },
};

export const recordHoldings: Record<string, RecordHolding> = {
  approval: {
    exports: 'calls that were asked for in their name',
    erases: 'gone; of those of others, who of them decided',
    isTheirs: ({ source, requester }, _, { whom }) => whom.is(source, requester?.id),
    shown: ({ agentId, roomId, turnId, name, tool, arguments: given, state, askedAt, settledAt }) => ({
      ...{ agentId, roomId, turnId, name, tool, arguments: given, state, askedAt, settledAt },
    }),
    without: withoutVoter,
  },
  task: {
    ...gone('what the agent works on for them'),
    isTheirs: byAuthor,
    shown: ({ agentId, roomId, goal, steps, notes, result, state, startedAt, endedAt }) => ({
      ...{ agentId, roomId, goal, steps, notes, result, state, startedAt, endedAt },
    }),
  },
  schedule: {
    ...gone('reminders and work that they asked for'),
    isTheirs: byAuthor,
    shown: ({ agentId, roomId, kind, text, when, state, madeAt }) => ({
      ...{ agentId, roomId, does: kind, text, when, state, madeAt },
    }),
  },
  document: {
    ...gone('documents that they gave'),
    isTheirs: ({ owner }, _, { whom }) => whom.is(owner, owner?.userId),
    shown: ({ agentId, name, mediaType, size, file, addedAt }) => ({
      ...{ agentId, name, mediaType, size, file, addedAt },
    }),
  },
  'event-batch': none('ids, which go after a week'),
  'document-chunks': none('ids, which go with the document'),
  'document-readers': none('which roles may read'),
  spending: {
    exports: 'what their turns have cost, by day',
    erases: 'stays, as nobody’s',
    isTheirs: () => false,
    shown: ({ budget, day, tokens, usd, calls }) => ({ budget, day, tokens, usd, calls }),
    without: (value, { whom }) =>
      whom.is(value?.whose, value?.whose?.userId)
        ? { ...value, whose: { ...value.whose, userId: '[erased]' } }
        : undefined,
  },
  'fact-places': { ...gone(), isTheirs: (_, id, { derived }) => derived.has(id) },
  'fact-reading': none('ids'),
  conversation: none('ids of a summary, which is made anew of what is left'),
  forgetting: { ...gone(), isTheirs: ({ whose }, _, { whom }) => whom.is(whose, whose?.userId) },
  erasure: {
    exports: null,
    erases: 'stays: a time and salted digests of the accounts, to erase again what a backup brings back',
  },
  'agent-definition': { exports: null, erases: 'stays, without who wrote its versions', ...by },
  lesson: { exports: null, erases: 'stays, without who proposed and approved it', ...by },
  score: none('sums by agent, version, topic and day'),
  'room-hold': { ...ofDirectRoom, ...by },
  'room-draft': ofDirectRoom,
  'room-note': { ...ofDirectRoom, ...by },
  'retention-report': none('numbers by agent and day'),
  'http-tool': none('what administrators have registered'),
  'tool-seen': {
    exports: null,
    erases: 'stays, without who accepted it',
    without: (value, known) => (known.isNamed(value?.by) ? { ...value, by: erasedPerson } : undefined),
  },
};

function withoutVoter(value: Value, known: Known): Value | undefined {
  const { whom, isNamed } = known;
  const isTheirs = (voter: Value) =>
    voter?.account
      ? whom.is(voter.account, voter.account.userId)
      : isNamed(voter?.name, value.source?.connector);
  const votes: Value[] = value.votes ?? [];
  const settles = isNamed(value.by, value.source?.connector);
  if (!votes.some(isTheirs) && !settles) return undefined;
  const left = votes.map((vote) => (isTheirs(vote) ? { name: erasedPerson, at: vote.at } : vote));
  const { note: _, ...rest } = value;
  return { ...(settles ? { ...rest, by: erasedPerson } : value), votes: left };
}
