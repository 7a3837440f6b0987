import { webhookConnector } from '../../../connectors/webhook/connector.js';
import { WebhookSource } from '../../../connectors/webhook/source.js';
import { connectorContract } from '../../../src/testing/connector.js';
import type { TestHub } from '../../../src/testing/hub.js';
import type { Platform } from '../../../src/testing/platform.js';
import { post, standard, standardSecret } from './senders.js';

connectorContract('the webhook connector', platform, {
  cannot: {
    delivers: 'a program that posts an event waits for no reply: replies are read in the room',
    strangers: 'every sender has the secret of its source',
    places: 'the operator names every source',
    takesFiles: 'an event has text alone',
    showsFiles: 'replies are read in the room',
    edits: 'an event stays as it is',
    reactions: 'a program has none',
    buttons: 'a program presses none',
    replaces: 'replies are read in the room',
    live: 'replies are read in the room',
    groups: 'an event says who posts it, and nothing of groups',
    order: 'each post is on its own: a sender who minds waits for its answer',
  },
});

/** A program that posts events, and a person who looks into the room again and again. */
async function platform(hub: TestHub): Promise<Platform> {
  const source = WebhookSource.parse({
    ...{ signature: 'standard', secret: standardSecret, text: '{text}' },
    ...{ author: { id: '{user}' }, room: '{channel}' },
  });
  const connector = webhookConnector({ agents: { eliza: { pages: source } }, maxBodyBytes: 100_000 });
  let shown: string[] = [];
  let open = true;
  void (async () => {
    for (; open; await new Promise((resolve) => setTimeout(resolve, 10)))
      // While the hub is stopped nobody can look.
      shown = await hub.memories().then(
        (memories) => memories.filter(({ role }) => role === 'assistant').map(({ content }) => content.text),
        () => shown,
      );
  })();
  return {
    connector,
    async send({ id, ...message }) {
      const sent = post(`${hub.url}/webhooks/eliza/pages`, standard(id, message));
      return sent.then(
        ({ status }) => status < 300,
        () => false,
      );
    },
    shown: () => shown,
    refuse: () => {},
    async close() {
      open = false;
    },
  };
}
