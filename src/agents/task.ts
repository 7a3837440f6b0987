import { defineAgentType } from '../extension-api.js';

export default defineAgentType({
  name: 'task',
  about: 'works on goals over many turns, and answers what people write meanwhile',
  create: ({ working }) => working,
});
