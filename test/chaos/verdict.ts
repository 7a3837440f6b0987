/** Judges a run: each promise, from what the store holds and what the people saw. */
import { overlapsIn } from './attempts.js';
import { duplicatesIn } from './duplicates.js';
import type { Evidence, Room } from './evidence.js';
import type { FaultKind } from './faults.js';
import { frozenCommits } from './frozen.js';
import { readReply } from './model.js';
import { recoveries } from './recovery.js';

/** What `--json FILE` writes. */
export interface Figures {
  sent: number;
  /** SIGKILLs. */
  kills: number;
  /** Acknowledged and not in the store, or never taken. */
  lost: number;
  outOfOrder: number;
  /** Pairs of attempts at turns of one room that were at work at the same time. */
  overlapping: number;
  /** Not handled, or their sender was told nothing. */
  unanswered: number;
  /** Replies that someone saw a second time. */
  duplicateReplies: number;
  /** Actions whose effect a service that knows idempotency keys would have had twice. */
  actionsTwice: number;
  /** The longest that anyone who waited for a reply when a fault came went on waiting, in seconds. */
  recoverSeconds: number;
}

export interface Verdict {
  figures: Figures;
  /** The longest waits, fault by fault. */
  recoverSeconds: Partial<Record<FaultKind, number>>;
  /** Each duplicate reply, and why it came. */
  duplicates: string[];
  /** What else is worth knowing. */
  notes: string[];
  /** The promises that were broken, and how; empty in a good run. */
  broken: string[];
}

export function judge(evidence: Evidence, kills: number): Verdict {
  const { rooms, attempts, faults } = evidence;
  const all = <T>(look: (room: Room) => T[]): T[] => rooms.flatMap(look);
  const lost = all(lostIn);
  const outOfOrder = all(disorderIn);
  const overlaps = overlapsIn(attempts);
  const unanswered = all(unansweredIn);
  const duplicates = duplicatesIn(evidence);
  const effects = effectsOf(evidence);
  const twice = [...effects].filter(([, { keys }]) => keys.size > 1).map(([message]) => message);
  const missing = all(({ sent }) => sent.filter(({ action, name }) => action && !effects.has(name)));
  const frozen = frozenCommits(evidence);
  const recovered = recoveries(evidence);
  const unexplained = duplicates.filter(({ reason }) => reason === null);

  const figures: Figures = {
    sent: rooms.reduce((sum, { sent }) => sum + sent.length, 0),
    kills,
    lost: lost.length,
    outOfOrder: outOfOrder.length,
    overlapping: overlaps.length,
    unanswered: unanswered.length,
    duplicateReplies: duplicates.length,
    actionsTwice: twice.length,
    recoverSeconds: Math.max(0, ...Object.values(recovered)),
  };
  const broken = [
    ...lost.map((what) => `lost: ${what}`),
    ...outOfOrder.map((what) => `out of order: ${what}`),
    ...overlaps.map(([a, b]) => `overlapping: ${a.turn} in ${a.by.hub} and ${b.turn} in ${b.by.hub}`),
    ...unanswered.map((what) => `unanswered: ${what}`),
    ...twice.map((message) => `action executed twice: for ${message}`),
    ...missing.map(({ name }) => `action never executed: for ${name}`),
    ...unexplained.map(({ what }) => `duplicate reply without a fault that explains it: ${what}`),
    ...(duplicates.length > kills ? [`${duplicates.length} duplicate replies for ${kills} kills`] : []),
    ...frozen.committed.map((what) => `committed by a frozen worker: ${what}`),
    ...(faults.some(({ kind }) => kind === 'worker frozen') && frozen.attempts === 0
      ? ['no worker was frozen in the middle of a turn']
      : []),
  ];
  const repeated = [...effects.values()].reduce((sum, { times }) => sum + times - 1, 0);
  const turns = rooms.reduce((sum, room) => sum + room.turns.length, 0);
  const notes = [
    `${turns} turns in ${attempts.length} attempts`,
    `${effects.size} actions, ${repeated} of them begun again under the same idempotency key`,
    `${frozen.attempts} turns frozen past their hold, ${frozen.committed.length} of them committed by the frozen worker`,
    `${all(({ sent }) => sent.filter(({ tries }) => tries > 1)).length} messages sent more than once`,
  ];
  const told = duplicates.map(({ what, reason }) => `${what}: ${reason ?? 'no reason found'}`);
  return { figures, recoverSeconds: recovered, duplicates: told, notes, broken };
}

function lostIn({ sent, history }: Room): string[] {
  const stored = new Set(history.map(({ text }) => nameIn(text)));
  return sent
    .filter(({ name, acknowledgedAt }) => acknowledgedAt === null || !stored.has(name))
    .map(({ name, refused }) => (refused ? `${name} was refused with ${refused}` : name));
}

/** Messages stand in the order they were sent, once; turns answer them in that order, all of it, and saw them so. */
function disorderIn({ name, sent, history, turns, received }: Room): string[] {
  const wrong: string[] = [];
  const asked = history.filter(({ role }) => role === 'user');
  const order = asked.map(({ text }) => nameIn(text));
  const expected = sent.map((message) => message.name).filter((message) => order.includes(message));
  if (order.join() !== expected.join()) wrong.push(`the messages of ${name} stand as ${order.join(' ')}`);
  const nameOf = new Map(asked.map(({ id, text }) => [id, nameIn(text)]));
  const covered = turns.flatMap(({ covers }) => covers.map((id) => nameOf.get(id)));
  const inTurns = order.filter((message) => covered.includes(message));
  if (covered.join() !== inTurns.join()) wrong.push(`${name} was answered as ${covered.join(' ')}`);
  for (const { replyId, covers } of turns) {
    const said = readReply(history.find(({ id }) => id === replyId)?.text ?? '');
    const saw = said?.heard.join();
    if (said && saw !== covers.map((id) => nameOf.get(id)).join()) wrong.push(`${name}: a turn saw ${saw}`);
  }
  const place = new Map(turns.map(({ id }, i) => [id, i]));
  const seen = new Set<string>();
  let last = -1;
  for (const { turn } of received) {
    if (seen.has(turn)) continue;
    seen.add(turn);
    if (place.get(turn)! < last) wrong.push(`${name} got the reply of ${turn} after a later one`);
    last = Math.max(last, place.get(turn)!);
  }
  return wrong;
}

function unansweredIn({ sent, history, received }: Room): string[] {
  const status = new Map(history.map((message) => [nameIn(message.text), message.status]));
  const told = new Map(received.map((reply) => [reply.message, reply]));
  return sent.flatMap(({ name }) => {
    const reply = told.get(name);
    if (status.get(name) !== 'handled') return `${name} is ${status.get(name) ?? 'not there'}`;
    if (!reply) return `${name} is handled, and nobody was told`;
    return reply.failed ? `${name} was answered with an apology` : [];
  });
}

/** By message: under which keys its action took effect, and how often it was begun. */
function effectsOf({ incarnations }: Evidence): Map<string, { keys: Set<string>; times: number }> {
  const effects = new Map<string, { keys: Set<string>; times: number }>();
  for (const entry of incarnations.flatMap((incarnation) => incarnation.entries())) {
    if (entry.type !== 'effect') continue;
    const effect = effects.get(entry.message) ?? { keys: new Set(), times: 0 };
    effect.keys.add(entry.key);
    effect.times++;
    effects.set(entry.message, effect);
  }
  return effects;
}

/** A message's name is what it begins with. */
function nameIn(text: string): string {
  return /^r\d+#\d+/.exec(text)?.[0] ?? text;
}
