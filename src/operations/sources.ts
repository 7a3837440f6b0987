/** What agents stand on besides their definition: servers that bring tools, and models. */
import { z } from 'zod';
import { agentUnknown } from '../core/character.js';
import { modelStates } from '../core/model-state.js';
import { audit, concerns, OneAgent, unknown } from './agents.js';
import { defineOperation } from './operation.js';
import { id, instant, lastError, texts } from './shapes.js';

export const listServers = defineOperation({
  name: 'tools.servers',
  about:
    "the MCP servers and other sources of an agent's tools: whether they are connected, since when, and their last error",
  permission: 'policy.read',
  reads: true,
  input: z.strictObject({ agent: id }),
  output: z.object({
    servers: z.array(
      z.object({
        name: z.string(),
        state: z
          .enum(['connected', 'away', 'unusable', 'ready'])
          .describe('away: it is tried again; unusable: a setting is wrong; ready: it keeps no connection'),
        since: instant.nullable(),
        restarts: z.number().describe('how often it was connected anew since this hub began'),
        tools: z.number().describe('that it has, or had when it was there'),
        lastError,
        problem: z.string().optional().describe('why it is unusable'),
      }),
    ),
  }),
  concerns: ({ agent }) => concerns({ agentId: agent }),
  unknown: { of: ({ agent }) => agentUnknown(agent) },
  audit: ({ agent }) => ({ agentId: agent }),
  async run({ agent }, { agents, tools }) {
    const sources = await tools.sources(agents.get(agent));
    return {
      servers: sources.map(({ name, problem, connected, since, lastError, restarts, tools }) => ({
        ...{ name, tools, since: since ?? null, restarts: restarts ?? 0, lastError: lastError ?? null },
        state: stateOf(problem, connected),
        ...(problem !== undefined && { problem }),
      })),
    };
  },
});

function stateOf(problem: string | undefined, connected: boolean | undefined) {
  if (problem !== undefined) return 'unusable' as const;
  if (connected === undefined) return 'ready' as const;
  return connected ? ('connected' as const) : ('away' as const);
}

const Price = z
  .object({ input: z.number(), output: z.number(), cached: z.number().optional() })
  .describe('US dollars for a million tokens');

export const listModels = defineOperation({
  name: 'models.list',
  about: 'the models of an agent, in the order in which they are asked: provider, state, last failure, price',
  permission: 'agents.read',
  reads: true,
  input: OneAgent,
  output: z.object({
    models: z.array(
      z.object({
        model: z.string(),
        provider: z.string().nullable(),
        state: z
          .enum(modelStates)
          .describe('resting: it failed or is busy, others are asked first; unusable: a setting is missing'),
        until: instant.nullable().describe('until when it rests'),
        lastFailure: z
          .object({ ...texts('code', 'message'), at: instant.nullable() })
          .nullable()
          .describe('null: none is known; `at` null: it was not in this hub, or not at a time'),
        price: Price.nullable().describe('null: not known'),
        contextTokens: z.number().nullable().describe('of a prompt and its answer; null: not known'),
        can: z.array(z.enum(['sees', 'hears', 'tools'])),
      }),
    ),
  }),
  concerns,
  partly: true,
  unknown,
  audit,
  async run({ agentId }, { agents }) {
    const models = await agents.modelStates(agents.get(agentId));
    return {
      models: models.map(({ abilities, ...model }) => ({
        ...model,
        ...{ price: abilities?.price ?? null, contextTokens: abilities?.contextTokens ?? null },
        can: (['sees', 'hears', 'tools'] as const).filter((able) => abilities?.[able]),
      })),
    };
  },
});
