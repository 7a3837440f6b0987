/** Events of conversations, taken to the hub. Each method resolves when Slack may be told "got it". */

import { LRUCache } from 'lru-cache';
import {
  type CarrierError,
  FatalError,
  type Host,
  type InboundMessage,
  KeyedQueue,
  type SourceKey,
} from '../../src/extension-api.js';
import type { LiveReplies } from '../../src/replies.js';
import type { CatchUp, Place } from './catch-up.js';
import type { Directory } from './directory.js';
import { calling } from './failure.js';
import { type FileRules, fetchFiles } from './files-in.js';
import { liveSurface } from './live.js';
import {
  idsOf,
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
  catchUp: CatchUp;
}

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

  async #store(event: MessageEvent, workspace: Workspace): Promise<void> {
    const { agentId, host, threads, replyIn, catchUp, directory } = this.#parts;
    const { teamId, enterpriseId, botUserId, home } = workspace;
    const { thread_ts: thread, channel } = event;
    const place = placeOf(event, workspace);
    catchUp.begin(place);
    const participates =
      thread && !isDirect(event) ? await threads.hasSpokenIn(teamId, channel, thread) : false;
    const reading = { agentId, teamId, enterpriseId, botUserId, home, replyIn, participates };
    const envelope = normalizeMessage(event, { ...reading, names: directory.known(teamId) });
    await this.#receive(envelope, place, workspace, async () => {
      catchUp.begin(place, true);
      const names = await this.#names(workspace, idsOf(event));
      const message = normalizeMessage(event, { ...reading, names });
      const files = event.files ?? [];
      const { attachments, remarks } = await fetchFiles(files, workspace, host, message, this.#parts.files);
      const text = [message.text, ...remarks].filter((line) => line !== '').join('\n');
      return { ...message, text, attachments };
    });
    await catchUp.seen(place);
  }

  async #receive(
    message: InboundMessage,
    place: Place,
    workspace: Workspace,
    complete: () => Promise<InboundMessage>,
  ): Promise<void> {
    const { host, live, threads, catchUp } = this.#parts;
    const { source, author, direct, addressed } = message;
    try {
      const receipt = await host.receive(message, { complete });
      if (!receipt) return;
      const { memory } = receipt;
      live?.follow(memory, liveSurface(workspace.client, memory));
      const { thread } = source;
      if (addressed && !direct && thread)
        await threads.addressedIn(source.tenant, source.channel, author.id, thread);
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
      if (before && before.text === message.text) return;
      await this.#edit(message, workspace, key);
    });
  }

  /** Names that are not known yet are asked for once the gate has let the edit in, and put into it then. */
  async #edit(message: SlackMessage, workspace: Workspace, key: SourceKey): Promise<void> {
    const { host, directory } = this.#parts;
    const edit = (names: Names) => {
      const text = readMessageText(message, workspace.botUserId, names);
      const author = { id: message.user ?? message.bot_id ?? '' };
      return host.edit({ key, text, author, roles: [], home: workspace.home });
    };
    try {
      const known = directory.known(workspace.teamId);
      const ids = idsIn(message.text ?? '').filter((id) => known(id) === undefined);
      if ((await edit(known)) && ids.length > 0) await edit(await this.#names(workspace, ids));
    } catch (error) {
      // What the hub will never take is not sent again; the message stays as it was.
      if (!(error instanceof FatalError) || error.code === 'agent_unknown') throw error;
      host.log.warn({ connector: 'slack', code: error.code }, `an edit was refused: ${error.message}`);
    }
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

type Said = Pick<MessageEvent, 'channel' | 'ts' | 'thread_ts'>;

/** The message that a thread hangs on is said in the channel. */
function placeOf({ channel, ts, thread_ts: thread }: Said, { teamId, enterpriseId }: Workspace): Place {
  const place = { teamId, channel, ts, ...(enterpriseId ? { enterpriseId } : {}) };
  return thread && thread !== ts ? { ...place, thread } : place;
}

function spokenSubtype({ subtype }: SlackMessage): string | null | undefined {
  return subtype === 'tombstone' ? null : subtype;
}
