import { defineProvider } from '../../extension-api.js';

export default defineProvider({
  name: 'offline',
  about: 'built in and simple, no language model',
  startedBy: [],
  fallback: true,
  create: async () => (await import('./model.js')).offlineModel(),
});
