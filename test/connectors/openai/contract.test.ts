import OpenAI from 'openai';
import { ChatConnector } from '../../../connectors/openai/connector.js';
import { connectorContract } from '../../../src/testing/connector.js';
import type { TestHub } from '../../../src/testing/hub.js';
import type { Platform, PlatformMessage } from '../../../src/testing/platform.js';
import { limits } from '../../http/api.js';
import { asked, askedPlatform } from '../asked.js';

connectorContract('the OpenAI API', platform, asked);

/** Callers that name their room and their calls, and send a call again themselves. */
async function platform({ url, token }: TestHub): Promise<Platform> {
  const sdk = new OpenAI({ apiKey: token, baseURL: `${url}/v1`, maxRetries: 0 });
  const connector = new ChatConnector({
    ...limits,
    ...{ key: 'the key of a test', replyTimeoutMs: 10_000, pollMs: 50 },
  });
  async function ask(
    { id, channel, user, text }: PlatformMessage,
    files: OpenAI.ChatCompletionContentPart[] = [],
  ) {
    const { id: answerId, choices } = await sdk.chat.completions.create(
      {
        ...{ model: 'eliza', user },
        messages: [{ role: 'user', content: [{ type: 'text', text }, ...files] }],
      },
      { headers: { 'X-Carrier-Room': channel, 'Idempotency-Key': id } },
    );
    return { id: answerId, text: choices[0]!.message.content! };
  }
  const { take, ...rest } = askedPlatform(connector, ask);
  return {
    ...rest,
    sendFile(message, { name, mediaType, bytes }) {
      const data = `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`;
      return take(ask(message, [{ type: 'file', file: { filename: name, file_data: data } }]));
    },
  };
}
