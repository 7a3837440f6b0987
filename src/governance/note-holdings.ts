/** Every sort of note, by how its keys begin: whose it is, and what an export and an erasure do with it. */
import { tokenConnector } from '../core/connector-settings.js';
import { erasedPerson, type Holding, type Known, none } from './holdings.js';

// biome-ignore lint/suspicious/noExplicitAny: notes lie there as any version wrote them.
type Value = any;

export interface NoteHolding extends Holding {
  /** Whether it is the person's own, and so goes. */
  isTheirs?(value: Value, key: string, known: Known): boolean | Promise<boolean>;
  /** It says what they may do, or who they are: it stays where they only want to be forgotten. */
  access?: true;
  /** What an export has of it; absent: nothing. */
  shown?(value: Value): object;
  /** Of another's, what is left without their name; undefined: it does not name them. */
  without?(value: Value, known: Known): Value | undefined;
  /** How long it is kept yet, in ms, where it is put back; undefined: for ever. */
  leftMs?(value: Value, now: number): number | undefined;
}

const ofAccount = (account: Value, { whom }: Known) => whom.is(account, account?.userId);
const gone = (exports: string | null = null): Holding => ({ exports, erases: 'gone' });
/** `by` says who did it. */
const by = {
  without: (value: Value, known: Known) =>
    known.isNamed(value?.by, value?.level?.connector ?? value?.where?.connector ?? value?.account?.connector)
      ? { ...value, by: erasedPerson }
      : undefined,
};

/** Its key is a room's. */
const ofDirectRoom: NoteHolding = {
  exports: null,
  erases: 'gone with a direct conversation; else ids and times',
  isTheirs: (_, key, { rooms }) => rooms.has(key.slice(key.indexOf(':') + 1)),
};

export const noteHoldings: Record<string, NoteHolding> = {
  account: {
    ...gone('the accounts that are linked'),
    ...{ access: true, ...by },
    isTheirs: ({ account }, _, known) => ofAccount(account, known),
    shown: ({ account, linkedAt }) => ({ account, linkedAt }),
  },
  person: { ...gone(), access: true, isTheirs: ({ account }, _, known) => ofAccount(account, known) },
  'link-code': { ...gone(), isTheirs: ({ giver }, _, known) => ofAccount(giver?.account, known) },
  'link-open': { ...gone(), isTheirs: ({ giver }, _, known) => ofAccount(giver?.account, known) },
  'link-question': {
    ...gone(),
    isTheirs: ({ giver, typist }, _, known) =>
      ofAccount(giver?.account, known) || ofAccount(typist?.account, known),
  },
  'sign-in': { ...gone(), isTheirs: ({ whom }, _, known) => ofAccount(whom?.account, known) },
  session: {
    ...gone('where they are signed in to the console'),
    access: true,
    isTheirs: ({ whom }, _, known) => ofAccount(whom?.account, known),
    shown: ({ since, until, userAgent }) => ({ since, until, userAgent }),
    leftMs: ({ until }, now) => until && Math.max(1, until - now),
  },
  'session-used': none('a time, under a hash'),
  'link-wrong': { ...gone(), isTheirs: (_, key, { whom }) => whom.isId(key.split(':')[1] ?? '') },
  grant: {
    ...gone('the roles that they were given'),
    ...{ access: true, ...by },
    isTheirs: ({ subject }, _, known) => ofAccount(subject?.account, known),
    shown: ({ role, level, at }) => ({ role, level, at }),
  },
  'group-grant': { exports: null, erases: 'stays, without who gave it', ...by },
  'issued-token': {
    ...gone('tokens that are for them alone, without what opens anything'),
    access: true,
    isTheirs: ({ tenant, user }, _, { whom }) => whom.is({ connector: tokenConnector, tenant }, user),
    shown: ({ name, role, tenant, createdAt, expiresAt }) => ({ name, role, tenant, createdAt, expiresAt }),
    without: (value, known) =>
      known.isNamed(value?.madeBy) ? { ...value, madeBy: erasedPerson } : undefined,
    leftMs: ({ expiresAt }, now) => expiresAt && Math.max(1, expiresAt - now + 7 * 86_400_000),
  },
  pause: {
    ...gone('that they are paused'),
    ...{ access: true, ...by },
    isTheirs: ({ where }, _, known) => ofAccount(where, known),
    shown: ({ where, reason, at, until }) => ({ where, reason, at, until }),
    leftMs: ({ until }, now) => until && Math.max(1, until - now),
  },
  'pairing-code': { ...gone(), isTheirs: (value, _, { whom }) => whom.is(value, value.id) },
  'pairing-asked': none('a code and a time, under a hash'),
  pairing: {
    ...gone('where they were let in'),
    access: true,
    isTheirs: (value, _, { whom }) => whom.is(value, value.id),
    shown: ({ agentId, connector, tenant, id, name, pairedAt }) => ({
      ...{ agentId, connector, tenant, id, name, pairedAt },
    }),
  },
  'place-code': {
    exports: null,
    erases: 'gone: asked for by them, and good for a day',
    isTheirs: (value, _, { whom }) => whom.is(value, value.askedBy?.id),
  },
  'place-asked': none('a code, under a hash'),
  place: none('where groups talk'),
  'served-places': none('a time'),
  'events-wanted': none('a time'),
  'events-head': none('a number'),
  feedback: {
    ...gone('their reactions'),
    async isTheirs({ author }, key, { whom, memory }) {
      const reply = await memory(key.split(':')[1] ?? '');
      return reply !== null && whom.is(reply.source, author);
    },
    shown: ({ emoji, at }) => ({ emoji, at }),
  },
  rating: {
    ...gone(),
    isTheirs: (_, key, known) => known.isNamed(key.split(':').slice(2).join(':')),
  },
  said: { ...gone(), isTheirs: ({ scope }, _, { scopes }) => scopes.has(scope) },
  // What a platform calls a message may have the name of whoever it was sent to.
  shown: { ...gone(), isTheirs: ({ roomId }, _, { rooms }) => rooms.has(roomId) },
  ...Object.fromEntries(['room', 'thread', 'outage'].map((sort) => [sort, ofDirectRoom])),
  answered: { exports: null, erases: 'gone where it repeats what they said, and within two days' },
  button: { ...gone(), isTheirs: ({ user }, _, known) => isUser(user, known) },
  lasting: { ...gone(), isTheirs: ({ user }, _, known) => isUser(user, known) },
  incoming: {
    ...gone(),
    isTheirs: (value, _, known) => {
      const [, connector] = partsOf(value?.key) ?? [];
      return typeof connector === 'string' && namesUser(value?.event, known, connector);
    },
  },
  connector: {
    exports: null,
    erases: 'gone where it repeats what they said, or names them as its user',
    isTheirs(value, key, known) {
      const [connector, , name] = partsOf(key.slice('connector:'.length)) ?? [];
      if (typeof connector !== 'string') return false;
      return isUser(name, known, connector) || namesUser(value, known, connector);
    },
  },
  plugin: {
    exports: null,
    erases: 'gone where it repeats what they said, or names them as its user',
    isTheirs(value, key, known) {
      const [, name] = partsOf(key.slice('plugin:'.length)) ?? [];
      return isUser(name, known) || namesUser(value, known);
    },
  },
  'held-decision': {
    exports: null,
    erases: 'stays until it is carried out, without who decided',
    without: (value, known) =>
      known.isNamed(value?.decision?.by)
        ? { ...value, decision: { ...value.decision, by: erasedPerson } }
        : undefined,
  },
  ...Object.fromEntries(
    [
      ...['cooling', 'embedder', 'unsummarised', 'reply', 'late', 'copy', 'copied', 'gone'],
      ...['revoked-token', 'issued-tokens-changed', 'agent-definitions-changed'],
    ].map((sort) => [sort, none('ids, hashes and times')]),
  ),
  secret: none('sealed settings of the hub'),
};

/** As people on one platform are called in what connectors and plugins keep. */
const userFields = new Set(['user', 'userId', 'user_id', 'from', 'author', 'sender', 'person']);
const mostDepth = 8;

function isUser(text: unknown, { whom }: Known, connector?: string): boolean {
  return (whom.accounts ?? []).some(
    (account) => account.userId === text && (connector === undefined || account.connector === connector),
  );
}

/** Whether a field that says whose something is names them, as a text or as an object with an id. */
function namesUser(value: unknown, known: Known, connector?: string, depth = 0): boolean {
  if (typeof value !== 'object' || value === null || depth > mostDepth) return false;
  return Object.entries(value).some(([field, one]) => {
    const id = userFields.has(field) && typeof one === 'object' ? (one as Value)?.id : one;
    if (userFields.has(field) && isUser(typeof id === 'number' ? String(id) : id, known, connector))
      return true;
    return namesUser(one, known, connector, depth + 1);
  });
}

function partsOf(json: unknown): unknown[] | null {
  try {
    const parts: unknown = JSON.parse(String(json));
    return Array.isArray(parts) ? parts : null;
  } catch {
    return null;
  }
}
