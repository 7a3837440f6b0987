/** Events of conversations, taken to the hub. Each method resolves when Slack may be told "got it". */

import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import {
  type CarrierError,
  FatalError,
  type InboundMessage,
  KeyedQueue,
  type Receiving,
  type SourceKey,
} from '../../src/extension-api.js';
import type { LiveReplies } from '../../src/replies.js';
import { addressing } from './addressing.js';
import type { CatchUp, Place } from './catch-up.js';
import { type CompleteParts, completed } from './complete.js';
import { calling } from './failure.js';
import { liveSurface } from './live.js';
import { isSpoken, keyOf, normalizeMessage, normalizeReaction, type ReplyIn } from './normalize.js';
import { MessageChanged, MessageDeleted, MessageEvent, Reaction, type SlackMessage } from './payload.js';
import { type Carrying, idsIn, readMessage } from './reader.js';
import type { Names } from './text.js';
import type { Workspace } from './workspaces.js';

export interface InboundParts extends CompleteParts {
  agentId: string;
  /** Null: replies are shown when they are whole. */
  live: LiveReplies | null;
  /** Whether links in replies get previews. */
  previews: boolean;
  replyIn: ReplyIn;
  catchUp: CatchUp;
}

const Noted = z.object({ event: z.unknown(), teamId: z.string(), enterpriseId: z.string().optional() });
type Noted = z.output<typeof Noted>;

const toldTtlMs = 86_400_000;

export class Inbound {
  readonly #parts: InboundParts;
  /** Messages on their way into the store: a twin that comes meanwhile is done when they are. */
  readonly #storing = new Map<string, Promise<void>>();
  /** Those that were dealt with: one that comes after its twin is not read, named and fetched again. */
  readonly #done = new LRUCache<string, true>({ max: 10_000 });
  /** A file or a name that must be asked for first does not let the next message pass. */
  readonly #lines = new KeyedQueue();

  constructor(parts: InboundParts) {
    this.#parts = parts;
  }

  /** Events `message` and `app_mention`. */
  async message(payload: unknown, workspace: Workspace): Promise<void> {
    const { subtype } = payload as { subtype?: unknown };
    if (subtype === 'message_changed') return this.#changed(payload, workspace);
    if (subtype === 'message_deleted') return this.#deleted(payload, workspace);
    const event = this.#checked(MessageEvent.safeParse(payload));
    if (!event || !isSpoken(event, workspace)) return;
    // A mention that comes with an edit is told anew: the message may have been nobody's business before.
    const key = [workspace.teamId, event.channel, event.ts, event.edited?.ts].join();
    if (this.#done.has(key)) return;
    const storing =
      this.#storing.get(key) ??
      this.#inLine(event, workspace, () => this.#store(event, workspace)).finally(() =>
        this.#storing.delete(key),
      );
    this.#storing.set(key, storing);
    await storing;
    this.#done.set(key, true);
  }

  /** An event that was noted while its message was completed, in a process that died then. */
  async again(noted: unknown, workspaceOf: (noted: Noted) => Promise<Workspace>): Promise<void> {
    const read = this.#checked(Noted.safeParse(noted));
    if (read) await this.message(read.event, await workspaceOf(read));
  }

  /** Nothing is asked of Slack for it: whose message it is, the hub knows. */
  async reaction(payload: unknown, { teamId, botUserId, home }: Workspace, removed: boolean): Promise<void> {
    const event = this.#checked(Reaction.safeParse(payload));
    const { channel, ts } = event?.item ?? {};
    // Only what the agent said is of interest to it, and Slack tells whose message it is.
    if (!event || !channel || !ts || event.item_user !== botUserId || event.user === botUserId) return;
    const { host, agentId } = this.#parts;
    const { user, reaction } = event;
    const item = { channel, ts };
    await host.react({
      ...normalizeReaction({ user, reaction, item }, removed, { agentId, teamId }),
      home,
    });
  }

  /** Resolves when Slack may be told "got it": the message is stored, or noted and still being completed. */
  #store(event: MessageEvent, workspace: Workspace): Promise<void> {
    return new Promise((resolve, reject) => {
      let told = false;
      const taken = () => {
        told = true;
        resolve();
      };
      this.#handOver(event, workspace, taken).then(resolve, (error: Error) => {
        reject(error);
        const { log } = this.#parts.host;
        if (told) log.warn({ connector: 'slack' }, `a message is not stored yet: ${error.message}`);
      });
    });
  }

  async #handOver(event: MessageEvent, workspace: Workspace, taken: () => void): Promise<void> {
    const { agentId, replyIn, catchUp, directory } = this.#parts;
    const { teamId, enterpriseId, botUserId, home } = workspace;
    const place = placeOf(event, workspace);
    catchUp.begin(place);
    const reading = { agentId, teamId, enterpriseId, botUserId, home, replyIn };
    const envelope = normalizeMessage(event, { ...reading, names: directory.known(teamId) });
    const complete = () => {
      catchUp.begin(place, true);
      return completed(event, workspace, reading, this.#parts);
    };
    const again: Noted = { event, teamId, ...(enterpriseId && { enterpriseId }) };
    const early = {
      event: again,
      taken() {
        void catchUp.seen(place);
        taken();
      },
    };
    await this.#receive(envelope, place, workspace, { complete, early });
    await catchUp.seen(place);
  }

  async #receive(
    message: InboundMessage,
    place: Place,
    workspace: Workspace,
    more: Receiving,
  ): Promise<void> {
    const { host, live, previews, threads, catchUp } = this.#parts;
    const { source, author, direct, addressed } = message;
    try {
      const receipt = await host.receive(message, more);
      if (!receipt) return;
      const { memory } = receipt;
      live?.follow(memory, liveSurface(workspace, memory, previews));
      const { tenant, channel, thread } = source;
      if (addressed && thread) {
        if (!direct) await threads.addressedIn(tenant, channel, author.id, thread);
        await threads.read(tenant, channel, thread);
      }
      catchUp.begin(place, true);
      if (thread === place.ts) {
        // It opens a thread, and what follows may be said there as well as beside it.
        const there = { ...place, thread };
        catchUp.begin(there, true);
        await catchUp.seen(there);
      }
    } catch (error) {
      if (!(error instanceof FatalError) || error.code === 'agent_unknown') throw error;
      await this.#refused(message, error, workspace);
    }
  }

  /** What cannot be taken is told to its sender alone, once. */
  async #refused({ source, author, addressed }: InboundMessage, error: CarrierError, workspace: Workspace) {
    const { host } = this.#parts;
    const silent = !addressed || error.code === 'text_empty' || error.code === 'invalid_field';
    host.log.warn({ connector: 'slack', code: error.code }, `a message was refused: ${error.message}`);
    const key = `told:${source.tenant}:${source.messageId}`;
    if (silent || (await host.notes.get(key)) !== null) return;
    await host.notes.put(key, true, { ttlMs: toldTtlMs });
    const { channel, thread } = source;
    await calling('telling a sender', () =>
      workspace.client.chat.postEphemeral({
        channel,
        user: author.id,
        ...(thread ? { thread_ts: thread } : {}),
        text: `Sorry, I could not take that message. ${error.message}`,
        parse: 'none',
      }),
    ).catch((failure: Error) => host.log.warn({ connector: 'slack' }, failure.message));
  }

  async #changed(payload: unknown, workspace: Workspace): Promise<void> {
    const event = this.#checked(MessageChanged.safeParse(payload));
    if (!event || !isSpoken({ ...event.message, subtype: spokenSubtype(event.message) }, workspace)) return;
    const { channel, message, previous_message: before } = event;
    const key = this.#key(workspace, channel, message.ts);
    await this.#inLine({ ...message, channel }, workspace, async () => {
      // What stands in the place of a deleted message that has replies.
      if (message.subtype === 'tombstone') return void (await this.#parts.host.remove(key));
      // A preview of a link arrived, or a reply was counted: nobody changed a word.
      if (before && typed(before) === typed(message)) return;
      if (await this.#edit(message, workspace, key)) return;
      // It was nobody's business before it named the agent.
      if (addressing(message, workspace.botUserId).agent)
        await this.#store({ ...message, channel }, workspace);
    });
  }

  /** Names that are not known yet are asked for once the gate has let the edit in, and put into it then. */
  async #edit(message: SlackMessage, workspace: Workspace, key: SourceKey): Promise<boolean> {
    const { host, directory } = this.#parts;
    const { botUserId, teamId, home } = workspace;
    const own = { ...message, attachments: [] };
    const addressed = addressing(message, botUserId).agent;
    const edit = (names: Names) => {
      const { text } = readMessage(own, names, workspace);
      const author = { id: message.user ?? message.bot_id ?? '' };
      return host.edit({ key, text, author, addressed, home });
    };
    try {
      const known = directory.known(teamId);
      const ids = idsIn(own).filter((id) => known(id) === undefined);
      if (!(await edit(known))) return false;
      if (ids.length > 0) await edit(await directory.names(teamId, workspace.client, ids));
    } catch (error) {
      // What the hub will never take is not sent again; the message stays as it was.
      if (!(error instanceof FatalError) || error.code === 'agent_unknown') throw error;
      host.log.warn({ connector: 'slack', code: error.code }, `an edit was refused: ${error.message}`);
    }
    return true;
  }

  async #deleted(payload: unknown, workspace: Workspace): Promise<void> {
    const event = this.#checked(MessageDeleted.safeParse(payload));
    if (!event) return;
    const { channel, deleted_ts: ts, previous_message: before } = event;
    await this.#inLine({ channel, ts, thread_ts: before?.thread_ts }, workspace, async () => {
      await this.#parts.host.remove(this.#key(workspace, channel, ts));
    });
  }

  /** What concerns a message waits for it, and for what was said before it in its conversation. */
  #inLine(about: Said, workspace: Workspace, job: () => Promise<void>): Promise<void> {
    const { teamId, channel, thread = '' } = placeOf(about, workspace);
    return this.#lines.run(`${teamId}:${channel}:${thread}`, job);
  }

  #key({ teamId }: Workspace, channel: string, ts: string) {
    return keyOf({ agentId: this.#parts.agentId, teamId }, channel, ts);
  }

  /** A payload that is not as Slack describes it would not be, either, when it came again: it is logged and left. */
  #checked<T>(result: { success: true; data: T } | { success: false; error: Error }): T | null {
    if (result.success) return result.data;
    this.#parts.host.log.warn({ connector: 'slack' }, `an event was not understood: ${result.error.message}`);
    return null;
  }
}

type Said = Pick<MessageEvent, 'channel' | 'ts' | 'thread_ts'>;

/** The message that a thread hangs on is said in the channel. */
function placeOf({ channel, ts, thread_ts: thread }: Said, { teamId, enterpriseId }: Workspace): Place {
  const place = { teamId, channel, ts, ...(enterpriseId ? { enterpriseId } : {}) };
  return thread && thread !== ts ? { ...place, thread } : place;
}

/** What its author wrote, without what Slack adds. */
function typed(message: Carrying): string {
  return readMessage({ ...message, attachments: [] }, (id) => id).text;
}

function spokenSubtype({ subtype }: SlackMessage): string | null | undefined {
  return subtype === 'tombstone' ? null : subtype;
}
