/** Servers of the Model Context Protocol as sources of tools. What speaks the protocol is loaded once there is one. */
import { defineToolSource } from '../../extension-api.js';
import { McpSettings } from './settings.js';

export default defineToolSource({
  name: 'mcp',
  about: 'servers of the Model Context Protocol',
  settings: McpSettings,
  async create(context) {
    const { McpSource } = await import('./source.js');
    return new McpSource(context);
  },
});
