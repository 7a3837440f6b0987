import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { McpConnector } from '../../../connectors/mcp/connector.js';
import { createLogger } from '../../../src/logger.js';
import { connectorContract } from '../../../src/testing/connector.js';
import type { TestHub } from '../../../src/testing/hub.js';
import type { Platform, PlatformMessage } from '../../../src/testing/platform.js';
import { limits } from '../../http/api.js';
import { asked, askedPlatform } from '../asked.js';

connectorContract('the MCP server', platform, {
  ...asked,
  cannot: { ...asked.cannot, takesFiles: 'a call of a tool has text alone' },
});

/** Clients that name their room and their messages, each call on a connection of its own. */
async function platform({ url, token }: TestHub): Promise<Platform> {
  const connector = new McpConnector({
    ...limits,
    ...{ key: 'the key of a test', log: createLogger('silent'), replyTimeoutMs: 10_000, pollMs: 50 },
  });
  async function ask({ id, channel, user, text }: PlatformMessage) {
    const client = new Client({ name: 'test', version: '1' });
    // It would wait for a minute where the connection is cut.
    client.onerror = () => void client.close();
    try {
      await client.connect(
        new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
          requestInit: { headers: { authorization: `Bearer ${token}` } },
        }),
      );
      const { isError, structuredContent } = await client.callTool({
        name: 'ask_agent',
        arguments: { agent: 'eliza', message: text, user, room: channel, message_id: id },
      });
      const { turnId, reply } = structuredContent as { turnId: string; reply: string };
      return isError ? null : { id: turnId, text: reply };
    } finally {
      await client.close();
    }
  }
  const { take: _, ...rest } = askedPlatform(connector, ask);
  return rest;
}
