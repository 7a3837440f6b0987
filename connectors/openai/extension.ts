import { z } from 'zod';
import { defineConnector } from '../../src/extension-api.js';

export default defineConnector({
  // A provider of models has the platform's own name.
  name: 'openai-api',
  about: 'agents as models of the OpenAI API, `/v1/chat/completions`',
  serves: 'hub',
  settings: z.object({}),
  async create({ hub, derive }) {
    const { ChatConnector } = await import('./connector.js');
    return new ChatConnector({ ...hub, key: derive('chat-calls') });
  },
});
