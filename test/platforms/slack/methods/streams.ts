/** `chat.startStream` and its like: text that grows while it is written. */
import { checkBlocks } from '../blocks.js';
import { type SlackMessage, viewOf } from '../message.js';
import { Refusal } from '../refusal.js';
import { type Call, channelOf, type Method, ownMessageOf, threadOf, writableChannelOf } from '../world.js';
import { announce, announceChange, clearStatus, metadataOf } from './chat.js';

const maxMarkdownChars = 12_000;

export const streamMethods: Record<string, Method> = {
  'chat.startStream': {
    scopes: ['chat:write'],
    run(call) {
      const { world, args, workspace, installation } = call;
      if (!world.streaming) throw new Refusal('unknown_method', { req_method: 'chat.startStream' });
      const channel = writableChannelOf(call);
      const threadTs = threadOf(call, channel);
      if (channel.kind === 'im' && !threadTs) throw new Refusal('missing_thread_ts');
      if (channel.kind !== 'im') {
        args.required('recipient_user_id', 'missing_recipient_user_id');
        args.required('recipient_team_id', 'missing_recipient_team_id');
      }
      const message = workspace.add({
        channel: channel.id,
        user: installation.botUserId,
        botId: installation.botId,
        threadTs,
        text: markdownOf(call) ?? '',
        streaming: true,
      });
      announce(call, viewOf(message, world.baseUrl));
      if (threadTs) clearStatus(call, channel.id, threadTs);
      return { channel: channel.id, ts: message.ts };
    },
  },

  'chat.appendStream': {
    scopes: ['chat:write'],
    run(call) {
      const message = streamOf(call);
      const text = markdownOf(call);
      if (!text) throw new Refusal('no_text');
      message.text += text;
      return { channel: message.channel, ts: message.ts };
    },
  },

  'chat.stopStream': {
    scopes: ['chat:write'],
    run(call) {
      const message = streamOf(call);
      const before = viewOf(message, call.world.baseUrl);
      message.text += markdownOf(call) ?? '';
      const blocks = call.args.json('blocks', 'invalid_blocks_format');
      if (blocks !== undefined) message.blocks = checkBlocks(blocks);
      message.metadata =
        metadataOf(call.args.json('metadata', 'invalid_metadata_format')) ?? message.metadata;
      message.streaming = false;
      announceChange(call, message, before);
      return { channel: message.channel, ts: message.ts, message: viewOf(message, call.world.baseUrl) };
    },
  },
};

function streamOf(call: Call): SlackMessage {
  const message = ownMessageOf(call, channelOf(call), 'message_not_owned_by_app');
  if (!message.streaming) throw new Refusal('message_not_in_streaming_state');
  return message;
}

function markdownOf({ args }: Call): string | undefined {
  const text = args.optional('markdown_text');
  if (text !== undefined && text.length > maxMarkdownChars) throw new Refusal('msg_too_long');
  return text;
}
