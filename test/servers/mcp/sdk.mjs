// A server that the SDK makes, of the newest revision it speaks.
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

serveStdio(() => {
  const server = new McpServer({ name: 'sdk', version: '2' });
  const add = { description: 'Adds.', inputSchema: z.object({ a: z.number(), b: z.number() }) };
  server.registerTool('add', add, async ({ a, b }) => {
    server.registerTool(`sum-${a + b}`, { description: 'New.', inputSchema: z.object({}) }, async () => ({
      content: [{ type: 'text', text: 'new' }],
    }));
    return { content: [{ type: 'text', text: String(a + b) }] };
  });
  return server;
});
