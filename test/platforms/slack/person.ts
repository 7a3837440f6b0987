/** What people do in their Slack client, and what the app is told of it. */
import type { Answer, Events, Kind } from './events.js';
import { type SlackFile, type SlackMessage, viewOf } from './message.js';
import { viewOf as groupView } from './methods/usergroups.js';
import type { Ephemeral, Workspace } from './workspace.js';
import { app, type World } from './world.js';

export interface Saying {
  channel: string;
  user: string;
  text: string;
  threadTs?: string;
  files?: { name: string; mimetype: string; bytes: Buffer }[];
  attachments?: Record<string, unknown>[];
  blocks?: Record<string, unknown>[];
}

export interface Upload {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

export interface Said {
  message: SlackMessage;
  /** Whether the app acknowledged every event of it in the end. */
  acked: Promise<boolean>;
}

export class People {
  readonly #world: World;
  readonly #events: Events;
  readonly #workspace: Workspace;
  /** Response URLs handed out: who asked where, and how often it may still be used. */
  readonly responses = new Map<string, { channel: string; user: string; left: number }>();

  constructor(world: World, events: Events, workspace: Workspace) {
    this.#world = world;
    this.#events = events;
    this.#workspace = workspace;
  }

  say({ channel, user, text, threadTs, files = [], attachments, blocks }: Saying): Said {
    const stored = files.map((file) => this.store({ ...file, mediaType: file.mimetype }));
    const subtype = stored.length > 0 ? 'file_share' : undefined;
    const message = this.#workspace.add({
      channel,
      user,
      text,
      threadTs,
      files: stored,
      subtype,
      attachments,
      blocks,
    });
    return { message, acked: this.announce(message) };
  }

  /** Tells the app of a message, once more if it was told before. */
  async announce(message: SlackMessage): Promise<boolean> {
    const { installation, channels } = this.#workspace;
    const parent = this.#workspace.find(message.channel, message.threadTs);
    const view = viewOf(message, this.#world.baseUrl, false);
    const event = { ...view, channel: message.channel, ...(parent ? { parent_user_id: parent.user } : {}) };
    const told = [this.#world.emit(this.#workspace, event)];
    const mentioned = message.text.includes(`<@${installation?.botUserId}>`);
    if (mentioned && channels.get(message.channel)?.kind !== 'im')
      told.push(this.#world.emit(this.#workspace, { ...event, type: 'app_mention', subtype: undefined }));
    return (await Promise.all(told)).every(Boolean);
  }

  edit(message: SlackMessage, text: string): Promise<boolean> {
    const before = viewOf(message, this.#world.baseUrl, false);
    message.text = text;
    message.edited = { user: message.user, ts: this.#workspace.nextTs() };
    return this.#changed(message, before);
  }

  /** A link's preview arrives: the text is as it was. */
  unfurl(message: SlackMessage): Promise<boolean> {
    const before = viewOf(message, this.#world.baseUrl, false);
    message.attachments = [{ from_url: 'https://example.com', title: 'Example' }];
    return this.#changed(message, before);
  }

  /** A message with replies leaves a tombstone. */
  delete(message: SlackMessage): Promise<boolean> {
    const before = viewOf(message, this.#world.baseUrl, false);
    if (this.#workspace.messages.some(({ threadTs, ts }) => threadTs === message.ts && ts !== message.ts)) {
      Object.assign(message, { subtype: 'tombstone', text: 'This message was deleted.', user: 'USLACKBOT' });
      return this.#changed(message, before);
    }
    this.#workspace.remove(message);
    return this.#hidden('message_deleted', message.channel, {
      deleted_ts: message.ts,
      previous_message: before,
    });
  }

  react(message: SlackMessage, user: string, emoji: string): Promise<boolean> {
    message.reactions.set(emoji, (message.reactions.get(emoji) ?? new Set()).add(user));
    return this.#reaction('reaction_added', message, user, emoji);
  }

  unreact(message: SlackMessage, user: string, emoji: string): Promise<boolean> {
    message.reactions.get(emoji)?.delete(user);
    return this.#reaction('reaction_removed', message, user, emoji);
  }

  /** Somebody changes who is in a user group; resolves once the app has heard of it. */
  async regroup(id: string, users: string[], disabled = false): Promise<void> {
    const workspace = this.#workspace;
    const before = workspace.groups.get(id) ?? { id, users: new Set<string>(), disabled: false };
    const group = { id, users: new Set(users), disabled };
    workspace.groups.set(id, group);
    const team = { subteam_id: id, team_id: workspace.id };
    const added = users.filter((user) => !before.users.has(user));
    const removed = [...before.users].filter((user) => !group.users.has(user));
    const changed = { added_users: added, removed_users: removed, date_update: 2 };
    await Promise.all([
      ...(added.length + removed.length > 0
        ? [this.#world.emit(workspace, { type: 'subteam_members_changed', ...team, ...changed })]
        : []),
      this.#world.emit(workspace, { type: 'subteam_updated', subteam: groupView(workspace, group, true) }),
    ]);
  }

  /** Presses the button with that label. Resolves with whether the app took it in time. */
  async press(message: SlackMessage, user: string, label: string): Promise<boolean> {
    const block = (message.blocks ?? []).find(({ type }) => type === 'actions');
    const buttons = (block?.elements ?? []) as { text: { text: string } }[];
    const button = buttons.find(({ text }) => text.text === label);
    if (!button) throw new Error(`No button "${label}" under ${message.ts}.`);
    const channel = this.#workspace.channels.get(message.channel)!;
    const thread = message.threadTs ? { thread_ts: message.threadTs } : {};
    const container = {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: false,
      ...thread,
    };
    const answer = await this.#interact('interactive', channel.id, user, {
      type: 'block_actions',
      user: { id: user, username: this.#workspace.users.get(user)?.name, team_id: this.#workspace.id },
      team: { id: this.#workspace.id, domain: 'test' },
      enterprise: null,
      is_enterprise_install: false,
      container,
      channel: { id: channel.id, name: channel.name },
      message: viewOf(message, this.#world.baseUrl),
      actions: [{ ...button, block_id: 'b1', action_ts: this.#workspace.nextTs() }],
    });
    return answer.acked;
  }

  /** Presses a button of a message that only this person sees: the app is not told what stands in it. */
  async pressUnseen(shown: Ephemeral, label: string): Promise<boolean> {
    const { channel, user, blocks = [] } = shown;
    const row = blocks.find(({ type }) => type === 'actions');
    const button = ((row?.elements ?? []) as { text: { text: string } }[]).find(
      ({ text }) => text.text === label,
    );
    if (!button) throw new Error(`No button "${label}".`);
    const ts = this.#workspace.nextTs();
    const answer = await this.#interact('interactive', channel, user, {
      type: 'block_actions',
      user: { id: user, username: this.#workspace.users.get(user)?.name, team_id: this.#workspace.id },
      team: { id: this.#workspace.id, domain: 'test' },
      enterprise: null,
      is_enterprise_install: false,
      container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: true },
      channel: { id: channel, name: this.#workspace.channels.get(channel)?.name },
      actions: [{ ...button, block_id: row?.block_id ?? 'b1', action_ts: ts }],
    });
    return answer.acked;
  }

  /** Any other interaction, as Slack words it. */
  interact(user: string, channel: string, payload: object): Promise<boolean> {
    return this.#interact('interactive', channel, user, payload).then(({ acked }) => acked);
  }

  /** Types a slash command. Resolves with whether the app took it in time. */
  async command(user: string, channel: string, command: string, text = ''): Promise<boolean> {
    const answer = await this.#interact('slash_commands', channel, user, {
      team_id: this.#workspace.id,
      team_domain: 'test',
      channel_id: channel,
      channel_name: this.#workspace.channels.get(channel)?.name ?? '',
      user_id: user,
      user_name: this.#workspace.users.get(user)?.name ?? '',
      command,
      text,
      is_enterprise_install: 'false',
    });
    return answer.acked;
  }

  async #interact(kind: Kind, channel: string, user: string, payload: object): Promise<Answer> {
    const id = `r${this.responses.size + 1}-${this.#workspace.id}`;
    this.responses.set(id, { channel, user, left: 5 });
    const answer = await this.#events.once(kind, {
      token: 'legacy',
      api_app_id: app.id,
      trigger_id: `trigger.${id}`,
      response_url: `${this.#world.baseUrl}/response/${id}`,
      ...payload,
    });
    if (answer.acked) this.respond(id, answer.body, 0);
    return answer;
  }

  /** What the app answers, with the acknowledgement or later; `cost` is what it takes of the URL's five uses. */
  respond(id: string, body: unknown, cost: number): boolean {
    const response = this.responses.get(id);
    if (!response || response.left < cost) return false;
    response.left -= cost;
    const given = (typeof body === 'string' ? { text: body } : (body ?? {})) as Partial<Ephemeral> & {
      replace_original?: boolean;
    };
    const { channel, user } = response;
    const { text, blocks } = given;
    if (text && given.replace_original) this.#workspace.ephemerals.pop();
    if (text) this.#workspace.ephemerals.push({ channel, user, text, ...(blocks && { blocks }) });
    return true;
  }

  #changed(message: SlackMessage, before: Record<string, unknown>): Promise<boolean> {
    const after = viewOf(message, this.#world.baseUrl, false);
    return this.#hidden('message_changed', message.channel, { message: after, previous_message: before });
  }

  #hidden(subtype: string, channel: string, more: Record<string, unknown>): Promise<boolean> {
    const ts = this.#workspace.nextTs();
    return this.#world.emit(this.#workspace, {
      type: 'message',
      subtype,
      hidden: true,
      channel,
      ts,
      ...more,
    });
  }

  #reaction(type: string, message: SlackMessage, user: string, reaction: string): Promise<boolean> {
    const item = { type: 'message', channel: message.channel, ts: message.ts };
    return this.#world.emit(this.#workspace, { type, user, reaction, item_user: message.user, item });
  }

  /** Uploads a file, for a message to carry. */
  store({ name, mediaType: mimetype, bytes: given }: Upload): SlackFile {
    const bytes = Buffer.from(given);
    const id = `F1${String(this.#workspace.files.size + 1).padStart(8, '0')}`;
    const file = { id, name, mimetype, size: bytes.length, bytes, teamId: this.#workspace.id };
    this.#workspace.files.set(id, file);
    return file;
  }
}
