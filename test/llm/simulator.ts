/** Simulated providers, with answers to all that the contract suite says. */
import { LLMock } from '@copilotkit/aimock';
import { said, weatherResult } from '../../src/testing/language-model.js';

const story = 'Once upon a time there was a hub that lost nothing. '.repeat(12);
/** In OpenAI's words and in Anthropic's. */
const usage = { prompt_tokens: 12, completion_tokens: 7, input_tokens: 12, output_tokens: 7 };

export async function simulator(): Promise<LLMock> {
  const mock = new LLMock({ port: 0, chunkSize: 8 });
  mock.on(
    { userMessage: said.tool, hasToolResult: true },
    { content: `It is like this: ${weatherResult}`, usage },
  );
  mock.on(
    { userMessage: said.tool },
    { toolCalls: [{ name: 'weather', arguments: { city: 'Utrecht' } }], usage },
  );
  mock.on({ userMessage: said.long }, { content: story, usage }, { latency: 10 });
  mock.on({ endpoint: 'chat' }, { content: 'What a fine question that is.', usage });
  await mock.start();
  return mock;
}
