import { embedderContract, languageModelContract } from 'carrier-hub/testing';
import extensions from './index.js';
import { startParrot } from './server.js';

const [provider, embedder] = extensions;

languageModelContract(
  'the parrot',
  async () => {
    const server = await startParrot();
    const settings = { apiKey: 'k', baseUrl: server.url, model: 'grey' };
    const model = provider.create({ endpoint: 'parrot', model: '', abilities: {}, settings });
    return { model, close: () => server.close() };
  },
  { withoutTools: 'a parrot has no hands' },
);

embedderContract('letters', async () => ({ embedder: embedder.create({ settings: {}, model: '' }) }), {
  meaningless: 'letters mean nothing',
});
