import type { AgentSource } from './agents/agent-source.js';
import type { Bots } from './agents/bots.js';
import { findingOf, type Problem } from './agents/problem.js';
import type { RunningAgents } from './agents/running-agents.js';
import { type Agent, agentUnknown } from './core/character.js';
import type { AgentDesk } from './operations/operation.js';

interface DeskParts {
  characters: Pick<AgentSource, 'get' | 'list' | 'isStored' | 'writtenInFile'>;
  models: { refs(agent: Agent): string[] };
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
    async check(agent) {
      const known = problems().filter(({ agentId }) => agentId === agent.id);
      const found = await parts.check(agent, await parts.bots(agent));
      const wrong = new Map([...known, ...found].map((problem) => [problem.field, problem]));
      const looks = await Promise.all(facesOf(agent.id).map(async (face) => (await face.diagnose?.()) ?? []));
      return [...[...wrong.values()].map(findingOf), ...looks.flat()];
    },
  };
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
