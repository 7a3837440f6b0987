import { embedderContract, fakeProviderContext, languageModelContract } from 'carrier-hub/testing';
import extensions from './index.js';
import { startParrot } from './server.js';

const [provider, embedder] = extensions;

languageModelContract(
  'the parrot',
  async () => {
    const server = await startParrot();
    const settings = { apiKey: 'k', baseUrl: server.url, model: 'grey' };
    const model = await provider.create(fakeProviderContext({ settings }));
    return { model, close: () => server.close() };
  },
  { withoutTools: 'a parrot has no hands' },
);

embedderContract('letters', async () => ({ embedder: await embedder.create(fakeProviderContext()) }), {
  meaningless: 'letters mean nothing',
});
