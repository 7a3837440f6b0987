import { z } from 'zod';
import { defineEmbedder } from '../../extension-api.js';

export default defineEmbedder({
  name: 'offline',
  about: 'English, without a network: the weights are in the package',
  settings: z.object({}),
  fallback: true,
  async create() {
    const { offlineEmbedder } = await import('./embedder.js');
    return offlineEmbedder();
  },
});
