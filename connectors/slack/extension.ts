import { z } from 'zod';
import { defineConnector, secret } from '../../src/extension-api.js';
import { manifest } from './manifest.js';

export default defineConnector({
  name: 'slack',
  about: 'a Slack app',
  settings: z
    .object({
      botToken: secret().startsWith('xoxb-', 'must begin with xoxb-').optional(),
      appToken: secret().startsWith('xapp-', 'must begin with xapp-').optional(),
      signingSecret: secret().optional(),
      clientId: z.string().optional(),
      clientSecret: secret().optional(),
      redirectUri: z.url().optional(),
      apiUrl: z.url().optional(),
      previews: z.boolean().default(false),
    })
    .superRefine(({ botToken, appToken, signingSecret, clientId, clientSecret }, context) => {
      const wrong = (field: string, message: string) =>
        context.addIssue({ code: 'custom', path: [field], message });
      if ((botToken || clientId) && !appToken && !signingSecret)
        wrong(
          'appToken',
          'Slack sends events over a socket (an app token) or by posts (a signing secret): set one',
        );
      if (!clientId !== !clientSecret)
        wrong('clientSecret', 'client id and client secret belong together: set both, or neither');
      if (botToken && clientId) wrong('botToken', 'leave it out where workspaces install the app by OAuth');
    }),
  startedBy: ['botToken', 'clientId'],
  token: 'botToken',
  account: ['botToken', 'appToken', 'signingSecret', 'clientId', 'clientSecret'],
  setup: [
    {
      title: 'Make an app',
      text: 'Choose **Create New App**, **From a manifest**, and paste this: it has all scopes and events. Then **Install App**: the Bot User OAuth Token begins with `xoxb-`.',
      url: 'https://api.slack.com/apps',
      settings: ['botToken'],
      paste: manifest,
    },
    {
      title: 'Let it connect',
      text: 'Under **Basic Information**, **App-Level Tokens**, make one with the scope `connections:write`: it begins with `xapp-`.',
      settings: ['appToken'],
    },
  ],
  async create({ agent, settings, hub: { streaming, maxFileBytes }, derive }) {
    const { slackConnector } = await import('./connector.js');
    const { id: agentId, character } = agent!;
    const { allow, deny } = character.connectors.slack ?? {};
    return slackConnector({
      ...{ ...settings, agentId, streaming, maxFileBytes },
      namesGroups: [...(allow?.roles ?? []), ...(deny?.roles ?? [])].length > 0,
      ...(settings.clientId && { installationKey: derive(`slack installations ${agentId}`) }),
    });
  },
});
