import { defineAgentType } from '../extension-api.js';

export default defineAgentType({
  name: 'conversational',
  about: 'answers what people write to it',
  create: ({ conversational }) => conversational,
});
