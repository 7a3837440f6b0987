/** Everything the parts of the server share: the app, its workspaces, and the way to tell it of events. */
import type { Arguments } from './arguments.js';
import type { Faults } from './faults.js';
import type { SlackMessage } from './message.js';
import { Refusal } from './refusal.js';
import type { Installation, SlackChannel, Workspace } from './workspace.js';

/** The app's credentials; all made up. */
export const app = {
  id: 'A0CARRIER',
  clientId: '111.222',
  clientSecret: 'client-secret-for-tests',
  signingSecret: '0123456789abcdef0123456789abcdef',
  appToken: 'xapp-1-A0CARRIER-for-tests',
};

export interface World {
  /** Of the server, without a path. */
  baseUrl: string;
  workspaces: Map<string, Workspace>;
  faults: Faults;
  /** Whether `chat.startStream` is there at all. */
  streaming: boolean;
  /** Hands an event of a workspace to the app, if it may see that conversation; resolves when that is settled. */
  emit(workspace: Workspace, event: Record<string, unknown>): Promise<boolean>;
  /** A ticket for one WebSocket connection. */
  ticket(): string;
  /** Bytes announced with `files.getUploadURLExternal`, by file id. */
  uploads: Map<string, { name: string; length: number; teamId: string; bytes: Buffer | null }>;
  /** Codes of the OAuth flow that were not exchanged yet, with their workspace. */
  codes: Map<string, { teamId: string; scopes: string[]; redirectUri: string | undefined }>;
}

/** One authenticated call. */
export interface Call {
  world: World;
  args: Arguments;
  workspace: Workspace;
  installation: Installation;
}

export interface Method {
  /** Any one of these; none: any token will do. */
  scopes?: string[];
  /** How it is authenticated; default `bot`. */
  by?: 'bot' | 'app' | 'client' | 'nobody';
  run(call: Call): Record<string, unknown> | Promise<Record<string, unknown>>;
}

/** @throws Refusal `channel_not_found` also where the app is no member of a private conversation, as Slack has it. */
export function channelOf({ args, workspace, installation }: Call, name = 'channel'): SlackChannel {
  const channel = workspace.channels.get(args.required(name, 'channel_not_found'));
  if (!channel) throw new Refusal('channel_not_found');
  if (channel.kind !== 'channel' && !channel.members.has(installation.botUserId))
    throw new Refusal('channel_not_found');
  return channel;
}

/** @throws Refusal `not_in_channel`, `is_archived` */
export function writableChannelOf(call: Call, name = 'channel'): SlackChannel {
  const channel = channelOf(call, name);
  if (channel.archived) throw new Refusal('is_archived');
  if (!channel.members.has(call.installation.botUserId)) throw new Refusal('not_in_channel');
  return channel;
}

/** The app's own message that a call names. */
export function ownMessageOf(call: Call, channel: SlackChannel, refusal: string): SlackMessage {
  const message = call.workspace.find(channel.id, call.args.required('ts', 'invalid_arguments'));
  if (!message) throw new Refusal('message_not_found');
  if (message.botId !== call.installation.botId) throw new Refusal(refusal);
  return message;
}

/** @throws Refusal `thread_not_found` */
export function threadOf({ args, workspace }: Call, channel: SlackChannel): string | undefined {
  const threadTs = args.optional('thread_ts');
  if (threadTs === undefined) return undefined;
  if (!/^\d+\.\d{6}$/.test(threadTs)) throw new Refusal('invalid_thread_ts');
  const parent = workspace.find(channel.id, threadTs);
  if (!parent) throw new Refusal('thread_not_found');
  return parent.threadTs ?? threadTs;
}
