/** The extensions that come with the hub, in the order in which their models are asked. Each loads its own parts on use. */
export const builtin: (() => Promise<{ default: unknown }>)[] = [
  () => import('../../connectors/http/extension.js'),
  () => import('../../connectors/openai/extension.js'),
  () => import('../../connectors/mcp/extension.js'),
  () => import('../../connectors/discord/extension.js'),
  () => import('../../connectors/telegram/extension.js'),
  () => import('../../connectors/slack/extension.js'),
  () => import('../../connectors/webhook/extension.js'),
  () => import('../../connectors/webchat/extension.js'),
  () => import('../llm/openai/extension.js'),
  () => import('../llm/anthropic/extension.js'),
  () => import('../llm/ollama/extension.js'),
  () => import('../llm/offline/extension.js'),
  () => import('../llm/offline-embedder/extension.js'),
  () => import('../agents/conversational.js'),
  () => import('../agents/task.js'),
  () => import('../tools/mcp/extension.js'),
];
