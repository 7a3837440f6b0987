import { z } from 'zod';
import { defineProvider } from '../../extension-api.js';

export default defineProvider({
  name: 'offline',
  about: 'built in and simple, no language model',
  settings: z.object({}),
  startedBy: [],
  fallback: true,
  async create() {
    const { offlineModel } = await import('./model.js');
    return offlineModel();
  },
});
