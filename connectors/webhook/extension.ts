import { z } from 'zod';
import { defineConnector } from '../../src/extension-api.js';
import { WebhookSource } from './source.js';

const name = (what: string) =>
  z.string().regex(/^[\w.-]{1,64}$/, `must be ${what}: letters, digits, "_", "-" and "."`);

export default defineConnector({
  name: 'webhook',
  about: 'posts of other programs, such as GitHub and Stripe',
  serves: 'hub',
  settings: z.object({
    /** Sources by the agent's id, then by a name of their own: /webhooks/AGENT/SOURCE. */
    agents: z.record(name("an agent's id"), z.record(name("a source's name"), WebhookSource)).default({}),
  }),
  startedBy: ['agents'],
  setup: [
    {
      title: 'Name the source',
      text: 'Put it under `settings.webhook.agents` of `carrier.config.json`, as `connectors/webhook/README.md` shows, with a reference to its secret.',
      settings: ['agents'],
    },
  ],
  async create({ settings, hub: { maxBodyBytes } }) {
    const { webhookConnector } = await import('./connector.js');
    return webhookConnector({ ...settings, maxBodyBytes });
  },
});
