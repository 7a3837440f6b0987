/**
 * Where words of people lie besides memories, turns and the outbox: every sort of record and note, and how its words go.
 * Whoever adds a sort says it here; a test compares this list with what is defined.
 */

/**
 * - `none`: ids, names, numbers and settings; no words that somebody said to an agent.
 * - `taken`: notes that hold something for a while which is told again; those that echo what is forgotten are removed.
 * - `masked`: records whose texts lose the words.
 * - `own`: whoever defines it takes the words out when it is told that something was forgotten.
 */
export type HeldWords = 'none' | 'taken' | 'masked' | 'own';

export const recordWords: Record<string, HeldWords> = {
  // Besides, they end once the message is gone in which they were asked for.
  approval: 'masked',
  task: 'masked',
  // Those of the person who forgets are called off.
  schedule: 'masked',
  // Words until it is confirmed.
  forgetting: 'own',
  // Numbers, digests, and keyed words while it is watched.
  erasure: 'none',
  // Documents that somebody sent go with their readers' own order to remove them.
  document: 'none',
  'document-chunks': 'none',
  'document-readers': 'none',
  'room-hold': 'none',
  'room-draft': 'masked',
  'room-note': 'masked',
  'fact-places': 'none',
  'fact-reading': 'none',
  conversation: 'none',
  'retention-report': 'none',
  'http-tool': 'none',
  'event-batch': 'none',
  'agent-definition': 'none',
  'tool-seen': 'none',
  spending: 'none',
  score: 'none',
  // Written by operators, or by the hub from what the agent's definition says.
  lesson: 'none',
};

/** By how their keys begin. */
export const noteWords: Record<string, HeldWords> = {
  // What people who fetch it were told, what commands gave, and what buttons say.
  said: 'taken',
  answered: 'taken',
  button: 'taken',
  lasting: 'taken',
  // Nobody knows what is in these.
  connector: 'taken',
  plugin: 'taken',
  'agent-definitions-changed': 'none',
  'held-decision': 'none',
  outage: 'none',
  cooling: 'none',
  embedder: 'none',
  unsummarised: 'none',
  room: 'none',
  account: 'none',
  'link-code': 'none',
  'link-open': 'none',
  'link-question': 'none',
  'link-wrong': 'none',
  'sign-in': 'none',
  session: 'none',
  'session-used': 'none',
  grant: 'none',
  'group-grant': 'none',
  'issued-token': 'none',
  'issued-tokens-changed': 'none',
  pause: 'none',
  secret: 'none',
  reply: 'none',
  'revoked-token': 'none',
  person: 'none',
  gone: 'none',
  incoming: 'none',
  late: 'none',
  shown: 'none',
  thread: 'none',
  'pairing-code': 'none',
  'pairing-asked': 'none',
  pairing: 'none',
  copy: 'none',
  copied: 'none',
  'place-code': 'none',
  'place-asked': 'none',
  place: 'none',
  'served-places': 'none',
  feedback: 'none',
  'events-wanted': 'none',
  'events-head': 'none',
  rating: 'none',
};
