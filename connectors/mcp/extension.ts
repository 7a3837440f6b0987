import { z } from 'zod';
import { defineConnector } from '../../src/extension-api.js';

export default defineConnector({
  // The type of tool source has the protocol's own name.
  name: 'mcp-server',
  about: 'agents as tools of an MCP server, `/mcp`',
  serves: 'hub',
  settings: z.object({}),
  async create({ hub, derive, log }) {
    const { McpConnector } = await import('./connector.js');
    return new McpConnector({ ...hub, key: derive('mcp-sessions'), log });
  },
});
