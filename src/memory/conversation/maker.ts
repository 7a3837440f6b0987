/** Makes the summary of one room, and begins its conversation anew where a limit is reached. */
import type { Agent } from '../../core/character.js';
import { newId } from '../../core/ids.js';
import { type Memory, ownMemory } from '../../core/memory.js';
import type { Origin } from '../../core/origin.js';
import type { Rooms } from '../../core/room.js';
import type { History } from '../../store/history.js';
import type { TypedRecords } from '../../store/record.js';
import { digestOf, emptyDigest, isEmpty, textOf } from './digest.js';
import { type FoldingParts, folded } from './folding.js';
import { gapIn, isFull, leaving, limitAt, limitReached } from './limits.js';
import { type ConversationState, isOfNow, withoutSummary } from './state.js';

export interface MakerParts extends FoldingParts {
  memories: History;
  rooms: Rooms;
  records: TypedRecords<ConversationState>;
  /** Where the words come from, where that is outside. */
  origins(agent: Agent, memories: readonly Memory[], earlier: Memory | null): Promise<Origin[]>;
  /** Without what is not to be told. */
  clean(agent: Agent, text: string): string;
  /** Days that any agent's messages are kept at most; undefined: for ever. */
  hubDays: number | undefined;
  /** Unix ms. */
  now(): number;
}

const mostCalls = 12;
/** Of an old room, what is older is in no summary. */
const mostMessages = 20_000;
/** What is to be summarised is mostly on the first page, and every message of a page is read whole. */
const [firstPage, pageSize] = [40, 200];
const dayMs = 86_400_000;

/** A room's messages after an id, oldest first, up to the first that waits for its turn. */
export async function messagesAfter(
  memories: Pick<History, 'history'>,
  roomId: string,
  after: string,
): Promise<Memory[]> {
  const found: Memory[] = [];
  for (let cursor: string | undefined; found.length < mostMessages; ) {
    const page = await memories.history(roomId, {
      order: 'newest',
      limit: cursor === undefined ? firstPage : pageSize,
      ...(cursor && { cursor }),
    });
    const newer = page.items.filter(({ id }) => id > after);
    found.push(...newer);
    if (newer.length < page.items.length || page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  found.reverse();
  const waiting = found.findIndex(({ status }) => status === 'pending');
  return waiting < 0 ? found : found.slice(0, waiting);
}

export class Maker {
  readonly #parts: MakerParts;

  constructor(parts: MakerParts) {
    this.#parts = parts;
  }

  /**
   * What is due in a room whose record this process holds as its maker. @returns false: somebody changed what was being
   * summarised, or took the room over, and nothing came of it
   */
  async make(held: ConversationState, agent: Agent, signal: AbortSignal): Promise<boolean> {
    const { memories, rooms, now } = this.#parts;
    const { roomId } = held;
    let { since = '' } = await rooms.get(roomId);
    if (held.renewed !== undefined && held.renewed > since) {
      since = held.renewed;
      await rooms.change(roomId, { since });
    }
    const { state, summary } = await this.#standing(held, since, agent);
    const rest = await messagesAfter(memories, roomId, state.last ?? state.from);
    const current = rest.filter(({ id }) => id > since);
    const left = rest.length - current.length;
    const progress = {
      messages: state.counted + current.length,
      beganAt: state.beganAt ?? current[0]?.createdAt,
      newestAt: rest.at(-1)?.createdAt,
    };
    const { conversation } = agent.character;
    const gap = gapIn(current, agent.character);
    const reached = limitReached(agent.character, progress, now());
    const isAnew = reached !== null || gap > 0;
    const full = isFull(current, agent.character) ? leaving(current, agent.character) : 0;
    const covered = rest.slice(0, left + (reached ? current.length : gap || full));
    const newest = rest.slice(covered.length);
    const border = covered.at(-1)?.id ?? state.last;
    const renewed = isAnew && border !== undefined ? `${border}0` : undefined;
    const made =
      covered.length > 0 && conversation.summary
        ? await this.#written(held, agent, summary, covered, signal)
        : null;
    const next: ConversationState = {
      ...state,
      ...(made ? { summary: made.id } : summary && { summary: summary.id }),
      ...(border !== undefined && { first: state.first ?? covered[0]?.id ?? border, last: border }),
      messages: state.messages + covered.length,
      counted: renewed ? 0 : state.counted + covered.length - left,
      beganAt: renewed ? newest[0]?.createdAt : progress.beganAt,
      firstAt: state.firstAt ?? covered[0]?.createdAt,
      ...(renewed && { renewed, told: false }),
      failing: undefined,
      maker: undefined,
    };
    const ahead = { messages: 0, beganAt: next.beganAt, newestAt: newest.at(-1)?.createdAt };
    next.due = earliest(limitAt(agent.character, ahead), this.#expiryOf(next, agent));
    let isOurs = false;
    await this.#parts.records.change(roomId, (now) => {
      isOurs = now?.maker?.id === held.maker?.id && now?.epoch === held.epoch;
      return isOurs ? next : undefined;
    });
    const old = held.summary !== next.summary ? held.summary : undefined;
    const gone = isOurs ? old : made?.id;
    if (gone) await memories.forget([gone]);
    if (isOurs && renewed && ((await rooms.get(roomId)).since ?? '') === since)
      await rooms.change(roomId, { since: renewed });
    return isOurs;
  }

  /** What the next summary starts from. */
  async #standing(held: ConversationState, since: string, agent: Agent) {
    const { memories, now } = this.#parts;
    if (!isOfNow(held, since) && held.last !== undefined) {
      const { renewed: _, beganAt: __, ...state } = withoutSummary(held);
      return { state: { ...state, epoch: held.epoch, from: since }, summary: null };
    }
    const summary = held.summary ? await memories.get(held.summary) : null;
    const isOld = (this.#expiryOf(held, agent) ?? Infinity) <= now();
    const isLost = held.summary !== undefined && !summary;
    if (!isOld && !isLost) return { state: held, summary };
    return { state: { ...withoutSummary(held), epoch: held.epoch, rebuiltAt: now() }, summary: null };
  }

  async #written(
    { maker, roomId }: ConversationState,
    agent: Agent,
    earlier: Memory | null,
    covered: Memory[],
    signal: AbortSignal,
  ): Promise<Memory | null> {
    const { memories, origins, clean } = this.#parts;
    const { digest, by } = await folded(this.#parts, {
      ...{ agent, memories: covered, calls: mostCalls, signal },
      earlier: earlier ? digestOf(earlier.content.text) : emptyDigest(),
    });
    if (isEmpty(digest)) return null;
    const { scope, source } = covered.at(-1)!;
    const taint = await origins(agent, covered, earlier);
    const before = earlier?.summary;
    const memory = ownMemory(
      { agentId: agent.id, roomId, scope, source },
      {
        // To a hub that knows no summaries it is something that the agent has said.
        ...{ kind: 'summary', role: 'assistant', author: { id: agent.id, bot: true }, turnId: null },
        content: { text: clean(agent, textOf(digest)), attachments: [], replyTo: null },
        summary: {
          ...{ first: before?.first ?? covered[0]!.id, last: covered.at(-1)!.id, by },
          messages: (before?.messages ?? 0) + covered.length,
        },
        ...(taint.length > 0 && { taint }),
      },
    );
    const id = maker?.id ?? newId();
    signal.throwIfAborted();
    const { memory: stored } = await memories.append({
      ...memory,
      id,
      source: { ...memory.source, messageId: id },
    });
    return stored;
  }

  /** When the oldest that it covers is no longer to be kept; it is made of what is left then, once a day at most. */
  #expiryOf({ firstAt, rebuiltAt, summary }: ConversationState, { character }: Agent): number | undefined {
    const days = Math.min(character.memory.retentionDays ?? Infinity, this.#parts.hubDays ?? Infinity);
    if (firstAt === undefined || summary === undefined || days === Infinity) return undefined;
    return Math.max(firstAt + days * dayMs, (rebuiltAt ?? 0) + dayMs);
  }
}

function earliest(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
