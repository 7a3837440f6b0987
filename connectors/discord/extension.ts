import { z } from 'zod';
import { defineConnector, secret } from '../../src/extension-api.js';

export default defineConnector({
  name: 'discord',
  about: 'a Discord bot',
  users: 'platform',
  settings: z.object({
    token: secret().optional(),
    /** Connections to share many servers among. */
    shards: z.union([z.literal('auto'), z.number().int().min(1).max(10_000)]).default('auto'),
    apiUrl: z.url().optional(),
    /** Whether Discord fetches the links of replies, to show what is there. */
    previews: z.boolean().default(false),
  }),
  setup: [
    {
      title: 'Make a bot',
      text: 'Create an application. Under **Bot**, switch on the **Message Content Intent**, then **Reset Token** and copy it.',
      url: 'https://discord.com/developers/applications',
      settings: ['token'],
    },
    { title: 'Invite it', text: 'Open the invitation that `carrier doctor` prints, and choose the server.' },
  ],
  async create({ agent, settings: { token, shards, apiUrl, previews }, hub: { streaming, maxFileBytes } }) {
    const { discordConnector } = await import('./connector.js');
    const reach = { token: token!, shards, apiUrl };
    return discordConnector({ agentId: agent!.id, ...reach, previews, streaming, maxFileBytes });
  },
});
