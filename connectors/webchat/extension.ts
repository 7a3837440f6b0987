import { z } from 'zod';
import { defineConnector, secret } from '../../src/extension-api.js';

export default defineConnector({
  name: 'webchat',
  about: 'a page and a widget for the visitors of web sites',
  settings: z.object({
    /** Signs the tokens of a site's users, HS256: at least 32 characters. */
    secret: secret().min(32, 'must have at least 32 characters').optional(),
  }),
  startedBySection: true,
  shared: (userId) => (userId.startsWith('anonymous:') ? 'it is a visitor whom no site has signed in' : null),
  setup: [
    {
      title: 'Let visitors in',
      text: 'Give the agent the section `connectors.webchat`, with the sites in `origins` that may embed the chat, as `connectors/webchat/README.md` shows. Its page is `/webchat/AGENT` then.',
    },
    {
      title: 'Embed it',
      text: 'Put `<script src="https://your-hub/webchat/widget.js" data-agent="AGENT" defer></script>` into the pages of your site.',
    },
    {
      title: 'Sign your users in (optional)',
      text: 'Set a secret of 32 characters or more, and have your server sign a token for each user with it.',
      settings: ['secret'],
    },
  ],
  async create({ settings, agent, hub, derive }) {
    const { WebChat } = await import('./connector.js');
    return new WebChat({ agent: agent!, secret: settings.secret, derive, limits: hub });
  },
});
