import { z } from 'zod';
import { type Agent, agentUnknown, Character } from '../core/character.js';
import { type AgentDesk, defineOperation } from './operation.js';
import { id } from './shapes.js';

const Problem = z.object({
  agentId: z.string().nullable(),
  field: z.string().nullable(),
  message: z.string(),
});
const OneAgent = z.strictObject({ agentId: id });
/** Agents are the hub's own, whoever talks to them: no tenant's and no person's. */
const ofHub = { tenant: 'default', userId: '' };
const concerns = ({ agentId }: { agentId: string }) => ({ agentId, ...ofHub });
const unknown = { of: ({ agentId }: { agentId: string }) => agentUnknown(agentId) };
const audit = ({ agentId }: { agentId: string }) => ({ agentId });

export const listAgents = defineOperation({
  name: 'agents.list',
  about: 'the running agents, and what is wrong with definitions',
  permission: 'agents.read',
  reads: true,
  input: z.strictObject({}),
  output: z.object({
    agents: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        models: z.array(z.string()),
        plugins: z.array(z.string()),
        connectors: z.array(z.string()),
      }),
    ),
    problems: z.array(Problem),
  }),
  concerns: () => ofHub,
  partly: true,
  async run(_input, { agents, sees, seesPart }) {
    const seen = agents.list().filter(({ id }) => seesPart(concerns({ agentId: id })));
    return {
      agents: seen.map((agent) => ({
        ...{ id: agent.id, name: agent.character.name, models: agents.models(agent) },
        ...{ plugins: agent.character.plugins, connectors: agents.connectors(agent) },
      })),
      problems: agents
        .problems()
        .filter(({ agentId }) => (agentId === null ? sees({}) : seesPart(concerns({ agentId })))),
    };
  },
});

export const showAgent = defineOperation({
  name: 'agents.show',
  about: 'the definition of an agent that is in force; secrets are references there',
  permission: 'agents.read',
  reads: true,
  input: OneAgent,
  output: z.object({
    id: z.string(),
    character: Character,
    models: z.array(z.string()),
    problems: z.array(Problem),
  }),
  concerns,
  partly: true,
  unknown,
  audit,
  async run({ agentId }, { agents }) {
    const agent = agents.get(agentId);
    return { ...agent, models: agents.models(agent), problems: problemsOf(agents, agent) };
  },
});

export const checkAgent = defineOperation({
  name: 'agents.check',
  about: 'look at all that an agent names with the eyes of its platforms and providers',
  permission: 'agents.read',
  reads: true,
  input: OneAgent,
  output: z.object({
    ok: z.boolean(),
    findings: z.array(z.object({ check: z.string(), ok: z.boolean(), fix: z.string().optional() })),
  }),
  concerns,
  partly: true,
  unknown,
  audit,
  async run({ agentId }, { agents }) {
    const agent = agents.get(agentId);
    const findings = await agents.check(agent);
    return { ok: findings.every(({ ok }) => ok), findings };
  },
});

function problemsOf(agents: AgentDesk, { id }: Agent) {
  return agents.problems().filter(({ agentId }) => agentId === id);
}
