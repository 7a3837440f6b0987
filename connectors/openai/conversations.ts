/**
 * Which room a call is said in, and what of its history is new. The API has no conversations: a client sends all that was
 * said with every call, sends calls again that it got no answer to, and changes what was said long ago.
 *
 * - **Keyed**: the client names its room or its user. Each call is one message of that room, once.
 * - **Loose**: it names neither. A call goes on where the history before it ended, if the token made it and nobody went
 *   on from there; otherwise it is a room of its own. Nothing of one such room reaches another.
 *
 * What is kept are digests and ids, as notes: nothing that anybody said.
 */
import { z } from 'zod';
import { directPrefix, type Host, KeyedQueue, newId, type Part } from '../../src/extension-api.js';
import { digest, digestOfReply, type Step, stepsOf } from './history.js';
import { newWords, partsOf, told } from './new-words.js';
import type { Said } from './request.js';

/** A client that names no conversation; its token, agent and what it sent. */
export interface LooseCall {
  agentId: string;
  tokenId: string;
  history: Said[];
  rules: string;
  /** Its SDK says that it sends this call again. */
  repeated: boolean;
  /** The client's own id of the call: with the same one it is the same call, and with another one another. */
  once?: string | undefined;
}

export interface KeyedCall extends Omit<LooseCall, 'tokenId'> {
  roomId: string;
  userId: string;
}

/** Where and as what a call is said. */
export interface Placed {
  channel: string;
  userId: string;
  /** The same for a call that is sent again. */
  messageId: string;
  /** What is new. */
  said: Said;
  /** What the agent has not heard of the client's history and rules: data, whoever it is said to be from. */
  parts: Part[];
  /** Nothing of it was taken: the next call is placed as if this one had not come. */
  refused(): Promise<void>;
}

export interface KeyedPlaced extends Omit<Placed, 'channel' | 'userId'> {
  /** Earlier messages that the client has changed since. */
  edits: { messageId: string; text: string }[];
}

const Call = z.object({
  path: z.string(),
  /** The path of the user's message before it; empty: it was the first. */
  previous: z.string(),
  text: z.string(),
  before: z.string(),
  messageId: z.string(),
  at: z.number(),
  ...told,
});
type Call = z.infer<typeof Call>;

const Talk = z.object({ calls: z.array(Call), rules: z.string() });
type Talk = z.infer<typeof Talk>;

const Spot = z.object({
  channel: z.string(),
  userId: z.string(),
  messageId: z.string(),
  /** Of the message that was said last there; absent in what was not stored. */
  memoryId: z.string().optional(),
  rules: z.string(),
  ...told,
});
type Spot = z.infer<typeof Spot>;

const mostCalls = 100;
const mostHeads = 20;
const talkTtlMs = 90 * 86_400_000;
const repeatTtlMs = 86_400_000;
/** So long a first message that comes again is the same one, and not another talk that begins alike. */
const sameStartMs = 600_000;
export class Conversations {
  readonly #host: Pick<Host, 'notes' | 'outcome' | 'history'>;
  readonly #key: string;
  readonly #queue = new KeyedQueue();

  constructor(host: Pick<Host, 'notes' | 'outcome' | 'history'>, key: string) {
    this.#host = host;
    this.#key = key;
  }

  keyed(call: KeyedCall): Promise<KeyedPlaced> {
    const note = `talk:${digest(this.#key, call.roomId, call.userId)}`;
    return this.#queue.run(note, () => this.#keyed(call, note));
  }

  loose(call: LooseCall): Promise<Placed> {
    const scope = digest(this.#key, call.agentId, call.tokenId);
    return this.#queue.run(scope, () => this.#loose(call, scope));
  }

  /** A loose call's message is stored: the next one may go on from it. */
  heard(call: LooseCall, { channel, userId, messageId }: Placed, memoryId: string): Promise<void> {
    const scope = digest(this.#key, call.agentId, call.tokenId);
    const { path } = stepsOf(call.history, this.#key).at(-1)!;
    const spot = { channel, userId, messageId, memoryId, rules: digest(this.#key, call.rules) };
    return this.#queue.run(scope, async () => {
      const key = headKey(scope, path);
      const others = (await this.#heads(key)).filter((one) => one.messageId !== messageId);
      await this.#put(key, [...others, spot].slice(-mostHeads), talkTtlMs);
    });
  }

  async #keyed({ roomId, history, rules, repeated, once }: KeyedCall, note: string): Promise<KeyedPlaced> {
    const steps = stepsOf(history, this.#key);
    const last = steps.at(-1)!;
    const talk = parsed(Talk, await this.#host.notes.get(note)) ?? { calls: [], rules: '' };
    const { calls } = talk;
    const known = calls.findLast(({ path }) => path === last.path);
    const isRepeat =
      known && (once === undefined ? isSame(known, talk, steps.length) : known.messageId === once);
    if (known && (repeated || isRepeat))
      return {
        messageId: known.messageId,
        said: newWords(steps, (path) => calls.some((one) => one !== known && one.path === path)),
        parts: partsOf(known, history, rules),
        ...{ edits: [], refused: asItWas },
      };
    const changed = known ? undefined : changedPast(calls, steps);
    const messageId = changed?.messageId ?? once ?? newId();
    const rulesDigest = digest(this.#key, rules);
    const besides = {
      ruled: talk.rules !== rulesDigest,
      opens: calls.length === 0 && (await this.#isEmpty(roomId)),
    };
    const heard = changed?.calls ?? [{ ...callOf(steps, steps.length - 1, messageId), ...besides }];
    await this.#put(note, { calls: [...calls, ...heard].slice(-mostCalls), rules: rulesDigest }, talkTtlMs);
    if (changed) return { messageId, said: last.said, parts: [], edits: changed.edits, refused: asItWas };
    return {
      messageId,
      said: newWords(steps, (path) => calls.some((one) => one.path === path)),
      parts: partsOf(besides, history, rules),
      edits: [],
      refused: () => this.#queue.run(note, () => this.#unsaid(note, messageId, talk.rules)),
    };
  }

  async #unsaid(note: string, messageId: string, rules: string): Promise<void> {
    const talk = parsed(Talk, await this.#host.notes.get(note));
    if (!talk) return;
    await this.#put(
      note,
      { calls: talk.calls.filter((one) => one.messageId !== messageId), rules },
      talkTtlMs,
    );
  }

  async #loose({ history, rules, repeated, once }: LooseCall, scope: string): Promise<Placed> {
    const steps = stepsOf(history, this.#key);
    const last = steps.at(-1)!;
    const callKey = `call:${digest(this.#key, scope, ...(once === undefined ? [last.path] : ['once', once]))}`;
    const isRepeat = repeated || once !== undefined;
    const before = isRepeat ? parsed(Spot, await this.#host.notes.get(callKey)) : undefined;
    const previous = steps.at(-2);
    const saidAfter = (opens: boolean | undefined) =>
      newWords(steps, (path) => path === previous?.path && opens === false);
    if (before)
      return {
        ...before,
        said: saidAfter(before.opens),
        parts: partsOf(before, history, rules),
        refused: asItWas,
      };
    const goesOn = previous && headKey(scope, previous.path);
    const head = goesOn === undefined ? undefined : await this.#takeHead(goesOn, last.before);
    const id = newId();
    const rulesDigest = digest(this.#key, rules);
    const besides = { ruled: head?.rules !== rulesDigest, opens: head === undefined };
    const spot: Spot = {
      ...(head ?? { channel: `${directPrefix}chat-${id}`, userId: `chat-${id}` }),
      ...{ messageId: id, rules: rulesDigest, ...besides },
    };
    delete spot.memoryId;
    await this.#put(callKey, spot, repeatTtlMs);
    return {
      channel: spot.channel,
      userId: spot.userId,
      messageId: id,
      said: saidAfter(besides.opens),
      parts: partsOf(besides, history, rules),
      refused: () =>
        this.#queue.run(scope, async () => {
          await this.#host.notes.take(callKey);
          if (goesOn !== undefined && head)
            await this.#put(goesOn, [...(await this.#heads(goesOn)), head].slice(-mostHeads), talkTtlMs);
        }),
    };
  }

  /** Whoever goes on from there takes it, so that two talks that began alike are two. */
  async #takeHead(key: string, reply: string): Promise<Spot | undefined> {
    const heads = parsed(z.array(Spot), await this.#host.notes.take(key)) ?? [];
    let found: Spot | undefined;
    for (const head of heads.toReversed()) {
      const outcome = head.memoryId === undefined ? null : await this.#host.outcome(head.memoryId);
      // Without a reply both wrote twice in a row.
      const said = outcome?.reply ? digestOfReply(outcome.reply.memory.content.text, this.#key) : '';
      if (said === reply) {
        found = head;
        break;
      }
    }
    const rest = heads.filter((head) => head !== found);
    if (rest.length > 0) await this.#put(key, rest, talkTtlMs);
    return found;
  }

  async #heads(key: string): Promise<Spot[]> {
    return parsed(z.array(Spot), await this.#host.notes.get(key)) ?? [];
  }

  async #isEmpty(roomId: string): Promise<boolean> {
    return (await this.#host.history(roomId, { limit: 1 })).items.length === 0;
  }

  #put(key: string, value: unknown, ttlMs: number): Promise<void> {
    return this.#host.notes.put(key, value, { ttlMs });
  }
}

/** What was said before cannot be unsaid. */
async function asItWas(): Promise<void> {}

function headKey(scope: string, path: string): string {
  return `head:${scope}:${path}`;
}

/** What cannot be read is of another version, or damaged: it counts as none. */
function parsed<T>(schema: z.ZodType<T>, value: unknown): T | undefined {
  return schema.safeParse(value).data;
}

/** A call that came before, and not a new talk in the same room that begins with the same words. */
function isSame(known: Call, { calls }: Talk, length: number): boolean {
  if (length > 1) return true;
  return known === calls.at(-1) && Date.now() - known.at < sameStartMs;
}

function callOf(steps: readonly Step[], index: number, messageId: string): Call {
  const { path, text, before } = steps[index]!;
  return { path, previous: steps[index - 1]?.path ?? '', text, before, messageId, at: Date.now() };
}

/** The same last message, after words that the client has changed since it was answered. */
function changedPast(
  calls: readonly Call[],
  steps: readonly Step[],
): { messageId: string; calls: Call[]; edits: KeyedPlaced['edits'] } | undefined {
  const last = steps.at(-1)!;
  // What was sent with the change before is a branch of its own.
  if (steps.length < 2 || calls.some(({ path }) => path === steps.at(-2)!.path)) return undefined;
  for (const same of calls.toReversed()) {
    if (same.text !== last.text || same.before !== last.before) continue;
    const line = lineOf(same, calls);
    if (line.length !== steps.length) continue;
    const edits = steps.flatMap(({ text, said }, index) => {
      const { text: earlier, messageId } = line[index]!;
      return earlier === text ? [] : [{ messageId, text: said.text }];
    });
    const messageId = same.messageId;
    return { messageId, calls: line.map((call, index) => callOf(steps, index, call.messageId)), edits };
  }
  return undefined;
}

/** A call and those before it in its history, first to last; fewer, where it began before what is known. */
function lineOf(call: Call, calls: readonly Call[]): Call[] {
  const line = [call];
  for (let first = call; first.previous !== ''; ) {
    const before = calls.findLast(({ path }) => path === first.previous);
    if (!before || line.length === mostCalls) return [];
    line.unshift(before);
    first = before;
  }
  return line;
}
