import { expect, it } from 'vitest';
import { z } from 'zod';
import {
  defineConnector,
  defineEmbedder,
  defineProvider,
  secret,
  unitVector,
} from '../../src/extension-api.js';
import { fakeConnectorContext, fakeProviderContext } from '../../src/testing/index.js';

const settings = z.object({ token: secret(), style: z.enum(['plain', 'rich']).default('plain') });
const connector = defineConnector({
  name: 'pager',
  settings,
  create: ({ agent, hub, nameOf, derive }) => ({
    name: `${agent?.id} ${hub.maxFiles} ${nameOf('token')} ${derive('a') === derive('b')}`,
    async start() {},
    async stop() {},
  }),
});
const provider = defineProvider({
  name: 'parrot',
  settings,
  create: ({ endpoint, settings: { token, style }, nameOf }) => ({
    id: `${endpoint}:${token} ${style} ${nameOf('token')}`,
    abilities: { sees: false, hears: false, tools: false },
    async *stream() {},
  }),
});
const embedder = defineEmbedder({
  name: 'parrot',
  create: () => ({
    id: 'parrot:letters',
    dimensions: 1,
    embed: async (texts) => texts.map(() => unitVector([1])),
    close: async () => {},
  }),
});

it('a test makes an extension of a faked context, and the compiler holds the settings against it', async () => {
  const given = { token: 't', style: 'rich' } as const;
  expect((await connector.create(fakeConnectorContext({ settings: given }))).name).toBe(
    'eliza 8 token false',
  );
  const model = await provider.create(fakeProviderContext({ settings: given, endpoint: 'loud' }));
  expect(model.id).toBe('loud:t rich token');
  expect((await embedder.create(fakeProviderContext())).dimensions).toBe(1);
  // @ts-expect-error the token is missing
  const wrong = () => connector.create(fakeConnectorContext({ settings: { style: 'plain' } as const }));
  expect((await wrong()).name).toMatch(/^eliza/);
});
