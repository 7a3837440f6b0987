/** On which platforms agents can be reached, and how that is going. */
import { z } from 'zod';
import { connectorStates } from '../core/connector-state.js';
import { concerns, ofHub, unknown } from './agents.js';
import { defineOperation } from './operation.js';
import { id, instant, lastError, texts } from './shapes.js';

export const listConnectors = defineOperation({
  name: 'connectors.list',
  about:
    'how each connector of each agent is in the hub that answers, its last error, and what is to be set up yet',
  permission: 'agents.read',
  reads: true,
  input: z.strictObject({}),
  output: z.object({
    connectors: z.array(
      z.object({
        agentId: z.string().nullable().describe('null: it serves all agents'),
        connector: z.string(),
        state: z
          .enum(connectorStates)
          .describe('stands-by: another hub holds it; away: it is tried again; off: it is refused'),
        since: instant.nullable().describe('since when; null: it never ran'),
        lastError,
        missing: z.array(z.object(texts('field', 'message'))).describe('settings that are to be made yet'),
      }),
    ),
  }),
  concerns: () => ofHub,
  partly: true,
  async run(_input, { agents, sees, seesPart }) {
    const seen = agents
      .connectorStates()
      .filter(({ agentId }) => (agentId === null ? sees({}) : seesPart(concerns({ agentId }))));
    const keyOf = ({ agentId, connector }: (typeof seen)[number]) => `${agentId ?? ''} ${connector}`;
    return { connectors: seen.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)) };
  },
});

export const testConnector = defineOperation({
  name: 'connectors.test',
  about: 'ask a platform now whether an agent can work there, and what it lacks: its token, scopes, intents',
  permission: 'agents.read',
  reads: true,
  input: z.strictObject({ agentId: id, connector: id }),
  output: z.object({
    ok: z.boolean(),
    findings: z.array(z.object({ check: z.string(), ok: z.boolean(), fix: z.string().optional() })),
  }),
  concerns,
  partly: true,
  unknown,
  audit: (input) => input,
  async run({ agentId, connector }, { agents }) {
    const findings = await agents.testConnector(agents.get(agentId), connector);
    return { ok: findings.every(({ ok }) => ok), findings };
  },
});
