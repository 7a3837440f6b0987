/** What a Slack workspace holds: people, conversations, messages, files, and the apps installed in it. */
import { readable, type SlackFile, type SlackMessage } from './message.js';

export interface SlackUser {
  id: string;
  name: string;
  realName: string;
  isBot: boolean;
}

export interface SlackChannel {
  id: string;
  name: string;
  kind: 'channel' | 'group' | 'mpim' | 'im';
  members: Set<string>;
  archived: boolean;
}

/** https://docs.slack.dev/reference/objects/usergroup-object */
export interface UserGroup {
  id: string;
  users: Set<string>;
  disabled: boolean;
}

/** What one person alone sees. */
export interface Ephemeral {
  channel: string;
  user: string;
  text: string;
  threadTs?: string;
  blocks?: Record<string, unknown>[];
}

/** The app in one workspace. */
export interface Installation {
  teamId: string;
  token: string;
  botId: string;
  botUserId: string;
  scopes: string[];
}

export class Workspace {
  readonly id: string;
  readonly name: string;
  readonly users = new Map<string, SlackUser>();
  readonly channels = new Map<string, SlackChannel>();
  readonly messages: SlackMessage[] = [];
  readonly groups = new Map<string, UserGroup>();
  /** Its plan has user groups. */
  hasGroups = true;
  /** Of a group, so many members are listed with it. */
  mostListed = 500;
  readonly files = new Map<string, SlackFile>();
  /** Seen by one person only; gone when the client is reloaded. */
  readonly ephemerals: Ephemeral[] = [];
  /** Every status shown under a thread, oldest first; an empty one clears it. */
  readonly statuses: { channel: string; threadTs: string; status: string }[] = [];
  installation: Installation | null = null;

  constructor(id: string, name: string) {
    this.id = id;
    this.name = name;
  }

  addUser(id: string, realName: string, isBot = false): SlackUser {
    const user = { id, name: realName.toLowerCase().replaceAll(' ', '.'), realName, isBot };
    this.users.set(id, user);
    return user;
  }

  addChannel(
    id: string,
    kind: SlackChannel['kind'],
    members: string[],
    name = id.toLowerCase(),
  ): SlackChannel {
    const channel = { id, name, kind, members: new Set(members), archived: false };
    this.channels.set(id, channel);
    return channel;
  }

  /** Slack's message ids: seconds and a serial of six digits, unique within the channel. */
  nextTs(): string {
    lastMicros = Math.max(Date.now() * 1000, lastMicros + 1);
    return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`;
  }

  find(channel: string, ts: string | undefined): SlackMessage | undefined {
    return this.messages.find((message) => message.channel === channel && message.ts === ts);
  }

  add(message: Pick<SlackMessage, 'channel' | 'user' | 'text'> & Partial<SlackMessage>): SlackMessage {
    const whole: SlackMessage = {
      ts: this.nextTs(),
      teamId: this.id,
      files: [],
      reactions: new Map(),
      streaming: false,
      ...message,
    };
    this.messages.push(whole);
    return whole;
  }

  remove(message: SlackMessage): void {
    this.messages.splice(this.messages.indexOf(message), 1);
  }

  /** What the app has posted, as people read it, oldest first. */
  shown(channel?: string): string[] {
    return this.ofApp(channel).map(readable);
  }

  ofApp(channel?: string): SlackMessage[] {
    const { botId } = this.installation ?? {};
    return this.messages.filter(
      (message) => message.botId === botId && (channel === undefined || message.channel === channel),
    );
  }
}

let lastMicros = 0;
