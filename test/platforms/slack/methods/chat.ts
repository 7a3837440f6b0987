/** `chat.*` but for streams. */
import { checkBlocks } from '../blocks.js';
import { type SlackMessage, viewOf } from '../message.js';
import { Refusal } from '../refusal.js';
import { type Call, channelOf, type Method, ownMessageOf, threadOf, writableChannelOf } from '../world.js';

/** Longer texts are cut there, without an error. https://docs.slack.dev/reference/methods/chat.postMessage */
const maxTextChars = 40_000;

/** Of an edited text, after escaping, in UTF-8. */
const maxEditedBytes = 4000;

export const chatMethods: Record<string, Method> = {
  'chat.postMessage': {
    scopes: ['chat:write'],
    async run(call) {
      const { world, workspace, installation } = call;
      const channel = writableChannelOf(call);
      const threadTs = threadOf(call, channel);
      const content = contentOf(call);
      const message = workspace.add({
        channel: channel.id,
        user: installation.botUserId,
        botId: installation.botId,
        threadTs,
        ...content,
        text: content.text.slice(0, maxTextChars),
        // Links of apps get previews of media unless it is forbidden.
        unfurls: call.args.flag('unfurl_links') || call.args.optional('unfurl_media') !== 'false',
      });
      announce(call, viewOf(message, world.baseUrl));
      if (threadTs) clearStatus(call, channel.id, threadTs);
      return { channel: channel.id, ts: message.ts, message: viewOf(message, world.baseUrl) };
    },
  },

  'chat.update': {
    scopes: ['chat:write'],
    run(call) {
      const channel = channelOf(call);
      const message = ownMessageOf(call, channel, 'cant_update_message');
      if (message.streaming) throw new Refusal('streaming_state_conflict');
      const content = contentOf(call);
      if (Buffer.byteLength(content.text) > maxEditedBytes) throw new Refusal('msg_too_long');
      const before = viewOf(message, call.world.baseUrl);
      // Blocks and metadata that are not given stay; they are taken off with an empty list or object.
      Object.assign(
        message,
        Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined)),
      );
      message.edited = { user: call.installation.botUserId, ts: call.workspace.nextTs() };
      announceChange(call, message, before);
      return { channel: channel.id, ts: message.ts, text: message.text };
    },
  },

  'chat.delete': {
    scopes: ['chat:write'],
    run(call) {
      const channel = channelOf(call);
      const message = ownMessageOf(call, channel, 'cant_delete_message');
      call.workspace.remove(message);
      return { channel: channel.id, ts: message.ts };
    },
  },

  'chat.postEphemeral': {
    scopes: ['chat:write'],
    run(call) {
      const channel = writableChannelOf(call);
      const user = call.args.required('user', 'user_not_in_channel');
      if (!channel.members.has(user)) throw new Refusal('user_not_in_channel');
      const { text } = contentOf(call);
      call.workspace.ephemerals.push({ channel: channel.id, user, text, threadTs: threadOf(call, channel) });
      return { message_ts: call.workspace.nextTs() };
    },
  },
};

function contentOf({ args }: Call): Pick<SlackMessage, 'text' | 'blocks' | 'metadata'> {
  const blocks = args.json('blocks', 'invalid_blocks_format');
  const text = args.optional('text') ?? '';
  if (text === '' && (blocks === undefined || (blocks as unknown[]).length === 0))
    throw new Refusal('no_text');
  return {
    text,
    blocks: blocks === undefined ? undefined : checkBlocks(blocks),
    metadata: metadataOf(args.json('metadata', 'invalid_metadata_format')),
  };
}

export function metadataOf(value: unknown): SlackMessage['metadata'] {
  if (value === undefined) return undefined;
  const { event_type: type, event_payload: payload } = value as Record<string, unknown>;
  if (typeof type !== 'string' || type === '' || typeof payload !== 'object' || payload === null)
    throw new Refusal('invalid_metadata_format');
  if (JSON.stringify(payload).length > 8192) throw new Refusal('metadata_too_large');
  return { event_type: type, event_payload: payload as Record<string, unknown> };
}

/** The app hears of its own messages, too. */
export function announce({ world, workspace }: Call, view: Record<string, unknown>, channel?: string): void {
  void world.emit(workspace, {
    ...view,
    channel: channel ?? workspace.messages.find(({ ts }) => ts === view.ts)?.channel ?? '',
  });
}

export function announceChange(call: Call, message: SlackMessage, before: Record<string, unknown>): void {
  const event = { type: 'message', subtype: 'message_changed', hidden: true, ts: call.workspace.nextTs() };
  const after = viewOf(message, call.world.baseUrl);
  void call.world.emit(call.workspace, {
    ...event,
    channel: message.channel,
    message: after,
    previous_message: before,
  });
}

export function clearStatus({ workspace }: Call, channel: string, threadTs: string): void {
  const last = workspace.statuses.findLast(
    (status) => status.channel === channel && status.threadTs === threadTs,
  );
  if (last?.status) workspace.statuses.push({ channel, threadTs, status: '' });
}
