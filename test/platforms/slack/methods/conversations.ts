/** Reading: conversations, people, and who the token is. */
import { type SlackMessage, viewOf } from '../message.js';
import { Refusal } from '../refusal.js';
import type { SlackChannel } from '../workspace.js';
import { type Call, channelOf, type Method } from '../world.js';

const historyScopes = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];

export const conversationMethods: Record<string, Method> = {
  'api.test': { by: 'nobody', run: () => ({ args: {} }) },

  'auth.test': {
    run: ({ world, workspace, installation }) => ({
      url: `${world.baseUrl}/`,
      team: workspace.name,
      team_id: workspace.id,
      user: 'carrier',
      user_id: installation.botUserId,
      bot_id: installation.botId,
      is_enterprise_install: false,
    }),
  },

  'users.info': {
    scopes: ['users:read'],
    run({ args, workspace }) {
      const user = workspace.users.get(args.required('user', 'user_not_found'));
      if (!user) throw new Refusal('user_not_found');
      const { id, name, realName, isBot } = user;
      const profile = { real_name: realName, display_name: realName.split(' ')[0] };
      return { user: { id, team_id: workspace.id, name, real_name: realName, is_bot: isBot, profile } };
    },
  },

  'conversations.info': {
    scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
    run(call) {
      const { id, name, kind, archived } = channelOf(call);
      return {
        channel: {
          id,
          name,
          is_im: kind === 'im',
          is_mpim: kind === 'mpim',
          is_private: kind !== 'channel',
          is_archived: archived,
        },
      };
    },
  },

  'conversations.history': {
    scopes: historyScopes,
    run(call) {
      const channel = memberChannelOf(call);
      const messages = call.workspace.messages
        .filter((message) => message.channel === channel.id)
        .filter(({ ts, threadTs }) => threadTs === undefined || threadTs === ts)
        .reverse();
      return page(call, messages);
    },
  },

  'conversations.replies': {
    scopes: historyScopes,
    run(call) {
      const channel = memberChannelOf(call);
      const ts = call.args.required('ts');
      const parent = call.workspace.find(channel.id, ts);
      if (!parent) throw new Refusal('thread_not_found');
      const replies = call.workspace.messages.filter(
        (message) => message.channel === channel.id && message.threadTs === ts && message.ts !== ts,
      );
      return page(call, [parent, ...replies], parent);
    },
  },

  'assistant.threads.setStatus': {
    scopes: ['chat:write', 'assistant:write'],
    run(call) {
      const channel = channelOf(call, 'channel_id');
      const threadTs = call.args.required('thread_ts');
      if (!call.workspace.find(channel.id, threadTs)) throw new Refusal('invalid_thread_ts');
      call.workspace.statuses.push({
        channel: channel.id,
        threadTs,
        status: call.args.optional('status') ?? '',
      });
      return {};
    },
  },
};

function memberChannelOf(call: Call): SlackChannel {
  const channel = channelOf(call);
  if (!channel.members.has(call.installation.botUserId)) throw new Refusal('not_in_channel');
  return channel;
}

/** The thread's parent comes with every page, whatever its age. */
function page(
  { world, args }: Call,
  messages: SlackMessage[],
  parent?: SlackMessage,
): Record<string, unknown> {
  const oldest = args.number('oldest', 0);
  const latest = args.number('latest', Number.POSITIVE_INFINITY);
  const limit = Math.min(args.number('limit', 100), 999);
  const from = args.number('cursor', 0);
  const within = messages.filter(
    (message) => message === parent || (Number(message.ts) > oldest && Number(message.ts) < latest),
  );
  const items = within.slice(from, from + limit);
  const more = from + limit < within.length;
  return {
    messages: items.map((message) => viewOf(message, world.baseUrl, args.flag('include_all_metadata'))),
    has_more: more,
    response_metadata: { next_cursor: more ? String(from + limit) : '' },
  };
}
