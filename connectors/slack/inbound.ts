/** Events of conversations, taken to the hub. Each method resolves when Slack may be told "got it". */

import { LRUCache } from 'lru-cache';
import { type CarrierError, FatalError, type Host, type InboundMessage } from '../../src/extension-api.js';
import type { LiveReplies } from '../../src/replies.js';
import type { Place } from './catch-up.js';
import type { Directory } from './directory.js';
import { calling } from './failure.js';
import { type FileRules, fetchFiles } from './files-in.js';
import { Lines } from './lines.js';
import { liveSurface } from './live.js';
import {
  channelAndTs,
  isDirect,
  isSpoken,
  keyOf,
  normalizeMessage,
  normalizeReaction,
  type ReplyIn,
  readMessageText,
} from './normalize.js';
import { MessageChanged, MessageDeleted, MessageEvent, Reaction, type SlackMessage } from './payload.js';
import { idsIn, type Names } from './text.js';
import type { Threads } from './threads.js';
import type { Workspace } from './workspaces.js';

export interface InboundParts {
  agentId: string;
  host: Host;
  directory: Directory;
  threads: Threads;
  /** Null: replies are shown when they are whole. */
  live: LiveReplies | null;
  replyIn: ReplyIn;
  files: FileRules;
  /** A message was stored there. */
  stored(place: Place): Promise<void>;
}

const toldTtlMs = 86_400_000;

export class Inbound {
  readonly #parts: InboundParts;
  /** Messages on their way into the store: a twin that comes meanwhile is done when they are. */
  readonly #storing = new Map<string, Promise<void>>();
  /** Those that were dealt with: one that comes after its twin is not read, named and fetched again. */
  readonly #done = new LRUCache<string, true>({ max: 10_000 });
  /** A file or a name that must be asked for first does not let the next message pass. */
  readonly #lines = new Lines();

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
    const conversation = `${workspace.teamId}:${event.channel}:${event.thread_ts ?? ''}`;
    const storing =
      this.#storing.get(key) ??
      this.#lines
        .run(conversation, () => this.#store(event, workspace))
        .finally(() => this.#storing.delete(key));
    this.#storing.set(key, storing);
    await storing;
    this.#done.set(key, true);
  }

  async reaction(payload: unknown, workspace: Workspace, removed: boolean): Promise<void> {
    const event = this.#checked(Reaction.safeParse(payload));
    const { channel, ts } = event?.item ?? {};
    // Only what the agent said is of interest to it, and Slack tells whose message it is.
    if (
      !event ||
      !channel ||
      !ts ||
      event.item_user !== workspace.botUserId ||
      event.user === workspace.botUserId
    )
      return;
    const { host, agentId } = this.#parts;
    const names = await this.#names(workspace, [event.user]);
    const { user, reaction } = event;
    const { teamId } = workspace;
    await host.react(
      normalizeReaction({ user, reaction, item: { channel, ts } }, removed, { agentId, teamId, names }),
    );
  }

  async #store(event: MessageEvent, workspace: Workspace): Promise<void> {
    const { agentId, host, threads, replyIn } = this.#parts;
    const { teamId, enterpriseId, botUserId } = workspace;
    const { thread_ts: thread, channel, user } = event;
    const participates =
      thread && !isDirect(event) ? await threads.hasSpokenIn(teamId, channel, thread) : false;
    const reading = { agentId, teamId, enterpriseId, botUserId, replyIn, participates };
    const envelope = normalizeMessage(event, { ...reading, names: () => undefined });
    await this.#receive(envelope, workspace, async () => {
      const names = await this.#names(workspace, [...idsIn(event.text ?? ''), ...(user ? [user] : [])]);
      const message = normalizeMessage(event, { ...reading, names });
      const files = event.files ?? [];
      const { attachments, remarks } = await fetchFiles(files, workspace, host, message, this.#parts.files);
      const text = [message.text, ...remarks].filter((line) => line !== '').join('\n');
      return { ...message, text, attachments };
    });
  }

  async #receive(
    message: InboundMessage,
    workspace: Workspace,
    complete: () => Promise<InboundMessage>,
  ): Promise<void> {
    const { host, live, threads } = this.#parts;
    const { source, author, direct, addressed } = message;
    try {
      const receipt = await host.receive(message, { complete });
      if (!receipt) return;
      if (addressed && !direct && source.thread)
        await threads.addressedIn(source.tenant, source.channel, author.id, source.thread);
      await this.#stored(message, workspace);
      const { memory, duplicate } = receipt;
      if (!duplicate && memory.status === 'pending')
        live?.follow(memory, liveSurface(workspace.client, memory));
    } catch (error) {
      if (!(error instanceof FatalError) || error.code === 'agent_unknown') throw error;
      await this.#refused(message, error, workspace);
    }
  }

  /** A message that opens a thread may be followed there as well as beside it. */
  async #stored({ source }: InboundMessage, { enterpriseId }: Workspace): Promise<void> {
    const { tenant: teamId, channel, thread, messageId } = source;
    const { ts } = channelAndTs(messageId);
    const place = { teamId, channel, ts, ...(enterpriseId ? { enterpriseId } : {}) };
    if (thread) await this.#parts.stored({ ...place, thread });
    if (!thread || thread === ts) await this.#parts.stored(place);
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
    // What stands in the place of a deleted message that has replies.
    if (message.subtype === 'tombstone') return void (await this.#parts.host.remove(key));
    // A preview of a link arrived, or a reply was counted: nobody changed a word.
    if (before && before.text === message.text) return;
    const names = await this.#names(workspace, idsIn(message.text ?? ''));
    try {
      const text = readMessageText(message, workspace.botUserId, names);
      await this.#parts.host.edit({
        key,
        text,
        author: { id: message.user ?? message.bot_id ?? '' },
        roles: [],
      });
    } catch (error) {
      // What the hub will never take is not sent again; the message stays as it was.
      if (!(error instanceof FatalError) || error.code === 'agent_unknown') throw error;
      this.#parts.host.log.warn(
        { connector: 'slack', code: error.code },
        `an edit was refused: ${error.message}`,
      );
    }
  }

  async #deleted(payload: unknown, workspace: Workspace): Promise<void> {
    const event = this.#checked(MessageDeleted.safeParse(payload));
    if (event) await this.#parts.host.remove(this.#key(workspace, event.channel, event.deleted_ts));
  }

  #key({ teamId }: Workspace, channel: string, ts: string) {
    return keyOf({ agentId: this.#parts.agentId, teamId }, channel, ts);
  }

  #names({ teamId, client }: Workspace, ids: string[]): Promise<Names> {
    return this.#parts.directory.names(teamId, client, ids);
  }

  /** A payload that is not as Slack describes it would not be, either, when it came again: it is logged and left. */
  #checked<T>(result: { success: true; data: T } | { success: false; error: Error }): T | null {
    if (result.success) return result.data;
    this.#parts.host.log.warn({ connector: 'slack' }, `an event was not understood: ${result.error.message}`);
    return null;
  }
}

function spokenSubtype({ subtype }: SlackMessage): string | null | undefined {
  return subtype === 'tombstone' ? null : subtype;
}
