import { z } from 'zod';
import { defineConnector, secret } from '../../src/extension-api.js';

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
      text: 'Create an app from the manifest in `connectors/slack/README.md` and install it to your workspace.',
      url: 'https://api.slack.com/apps',
      settings: ['botToken'],
    },
    {
      title: 'Let it connect',
      text: 'Make an app-level token with the scope `connections:write`.',
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
