import type { AgentSource } from './agents/agent-source.js';
import type { Bots } from './agents/bots.js';
import { modelStates } from './agents/model-state.js';
import type { Models } from './agents/models.js';
import { findingOf, type Problem } from './agents/problem.js';
import type { RunningAgents } from './agents/running-agents.js';
import type { Connector, Finding } from './connector/connector.js';
import { type Agent, agentUnknown } from './core/character.js';
import type { ConnectorState } from './core/connector-state.js';
import { FatalError } from './errors.js';
import { look } from './look.js';
import { suggestion } from './nearest.js';
import type { AgentDesk } from './operations/operation.js';
import { redact } from './redaction.js';
import type { Cooling } from './runtime/cooling.js';

type Diagnosable = Pick<Connector, 'diagnose'>;

interface DeskParts {
  characters: Pick<AgentSource, 'get' | 'list' | 'isStored' | 'writtenInFile'>;
  models: Pick<Models, 'refs' | 'get' | 'contextOf'>;
  cooling: Pick<Cooling, 'stateOf'>;
  bots(agent: Agent): Promise<Bots>;
  check(agent: Agent, bots: Bots): Promise<Problem[]>;
}

/** @throws FatalError `agent_unknown` */
function requireAgent({ characters }: DeskParts, id: string): Agent {
  const agent = characters.get(id);
  if (agent) return agent;
  throw agentUnknown(id);
}

/** The running agents, as operations see them. */
export function agentDesk(
  parts: DeskParts,
  problems: () => Problem[],
  running: () => RunningAgents,
): AgentDesk {
  const facesOf = (id: string) => running().connectors.filter(({ agentId }) => agentId === id);
  return {
    list: () => parts.characters.list(),
    problems,
    get: (id) => requireAgent(parts, id),
    isStored: (id) => parts.characters.isStored(id),
    writtenInFile: (id) => parts.characters.writtenInFile(id) ?? null,
    models: (agent) => parts.models.refs(agent),
    connectors: ({ id }) => [...new Set(facesOf(id).map(({ name }) => name))],
    modelStates: (agent) => modelStates(agent, parts),
    connectorStates: () => running().states(),
    async testConnector(agent, name) {
      const face = running().connector(name, agent.id);
      const state = running()
        .states()
        .find(({ connector, agentId }) => connector === name && agentId === (face?.agentId ?? agent.id));
      if (face) return [connectionFinding(state), ...(await diagnosed(face))];
      const { bots, problems, unset = [] } = await parts.bots(agent);
      const bot = bots.find(({ connector }) => connector === name);
      if (bot) return diagnosed(bot.create());
      const missing = [...problems, ...unset].filter(({ connector }) => connector === name);
      if (missing.length > 0)
        return missing.map(({ field, message }) => findingOf({ agentId: agent.id, field, message }));
      const known = [...bots, ...problems, ...unset].map(({ connector }) => connector);
      throw new FatalError('not_found', `${agent.id} is not on "${name}"${suggestion(name, known)}`, {
        field: 'connector',
      });
    },
    async check(agent) {
      const known = problems().filter(({ agentId }) => agentId === agent.id);
      const found = await parts.check(agent, await parts.bots(agent));
      const wrong = new Map([...known, ...found].map((problem) => [problem.field, problem]));
      const looks = await Promise.all(facesOf(agent.id).map(diagnosed));
      return [...[...wrong.values()].map(findingOf), ...looks.flat()];
    },
  };
}

function connectionFinding(state: ConnectorState | undefined): Finding {
  const { state: is = 'runs', lastError } = state ?? {};
  const ok = is === 'runs' || is === 'stands-by';
  const fix = ok ? undefined : (lastError?.message ?? 'It is being connected; try again in a moment.');
  const check = is === 'stands-by' ? 'another process of the hub holds its connection' : 'it is connected';
  return { check, ok, ...(fix && { fix }) };
}

/** One that fails or hangs is a finding like any other. What platforms say may quote what they were sent. */
async function diagnosed(face: Diagnosable | Promise<Diagnosable>): Promise<Finding[]> {
  const { findings } = await look('', async () => (await (await face).diagnose?.()) ?? []);
  return findings.map(({ fix, ...finding }) => ({
    ...finding,
    ...(fix !== undefined && { fix: redact(fix) }),
  }));
}

/** One agent's fault is not the hub's: throws where no agent's models can be used. */
export async function anyChain({
  characters,
  models,
}: {
  characters: Pick<AgentSource, 'list'>;
  models: { chain(agent: Agent): Promise<unknown> };
}): Promise<void> {
  const chains = characters.list().map((agent) => models.chain(agent));
  const settled = await Promise.allSettled(chains);
  const fault = settled.find((chain) => chain.status === 'rejected');
  if (fault && settled.every(({ status }) => status === 'rejected')) throw fault.reason;
}
