import { z } from 'zod';
import { defineConnector, secret } from '../../src/extension-api.js';
import { sharedBy } from './people.js';

export default defineConnector({
  name: 'telegram',
  about: 'a Telegram bot',
  settings: z.object({
    token: secret().optional(),
    /** Where Telegram reaches this hub; absent: the hub polls. */
    webhookUrl: z.url({ protocol: /^https?$/ }).optional(),
    apiUrl: z.url().optional(),
    /** Whether pages that replies link to are previewed: whoever talks to the agent may make it link to anything. */
    previews: z.stringbool().default(false),
  }),
  shared: sharedBy,
  setup: [
    {
      title: 'Make a bot',
      text: 'Write `/newbot` to @BotFather and copy the token that it gives: `123456:ABC-…`. It needs no scopes; in groups a bot hears what names it.',
      url: 'https://t.me/BotFather',
      settings: ['token'],
    },
  ],
  async create({ agent, settings, hub: { streaming, maxFileBytes }, derive }) {
    const { telegramConnector } = await import('./connector.js');
    const { id, character } = agent!;
    const { token, webhookUrl, apiUrl, previews } = settings;
    const { groups = 'mention', context = false, commands } = character.connectors.telegram ?? {};
    return telegramConnector({
      ...{ agentId: id, token: token!, apiUrl, previews, commands, streaming, maxFileBytes },
      hearsAll: context || groups === 'always' || groups === 'keyword',
      ...(webhookUrl && {
        webhook: {
          url: `${webhookUrl.replace(/\/$/, '')}/telegram/${id}`,
          secret: derive(`telegram webhook ${id}`),
        },
      }),
    });
  },
});
