import { z } from 'zod';
import { defineConnector } from '../../src/extension-api.js';

export default defineConnector({
  name: 'http',
  about: "the hub's HTTP API",
  serves: 'hub',
  settings: z.object({}),
  async create({ hub, callbackSecret, callbackSecretOf }) {
    const { httpConnector } = await import('./connector.js');
    return httpConnector({ ...hub, callbackSecret: callbackSecret(), callbackSecretOf });
  },
});
