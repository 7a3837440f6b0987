import { z } from 'zod';
import { defineConnector, secret } from '../../src/extension-api.js';

export default defineConnector({
  name: 'telegram',
  about: 'a Telegram bot',
  settings: z.object({
    token: secret().optional(),
    /** Where Telegram reaches this hub; absent: the hub polls. */
    webhookUrl: z.url({ protocol: /^https?$/ }).optional(),
    apiUrl: z.url().optional(),
  }),
  setup: [
    {
      title: 'Make a bot',
      text: 'Write `/newbot` to @BotFather and copy the token that it gives.',
      url: 'https://t.me/BotFather',
      settings: ['token'],
    },
  ],
  async create({ agent, settings: { token, webhookUrl, apiUrl }, hub: { streaming, maxFileBytes }, derive }) {
    const { telegramConnector } = await import('./connector.js');
    const { id, character } = agent!;
    const { groups, context } = character.connectors.telegram ?? { groups: 'mention', context: false };
    return telegramConnector({
      ...{ agentId: id, token: token!, apiUrl, streaming, maxFileBytes },
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
