/** Agents as files and the store define them, and what changes those in the store. */
import { AgentSource } from './agents/agent-source.js';
import { Characters } from './agents/characters.js';
import type { Problem } from './agents/problem.js';
import type { Config } from './config.js';
import type { Agent } from './core/character.js';
import { AgentDefinitions } from './definitions/agent-definitions.js';
import type { BehaviourTests } from './definitions/behaviour-tests.js';
import { definitionRecord, StoredDefinition } from './definitions/definition.js';
import { Definitions, knownOf } from './definitions/definitions.js';
import type { Engines } from './engines.js';
import type { Registry } from './extensions/registry.js';
import { secretsOf } from './extensions/settings.js';
import type { Logger } from './logger.js';
import type { SecretVault } from './secrets/vault.js';
import type { StoredRecord } from './store/record-store.js';

interface DefiningParts {
  config: Config;
  engines: Engines;
  registry: Registry;
  vault: SecretVault;
  /** Null: no agent is tested before it goes live. */
  tests: BehaviourTests | null;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export interface Defining {
  /** Once the definitions in the store were read. */
  agents(files: Promise<Characters> | Characters): Promise<AgentSource>;
  definitions: AgentDefinitions;
  stop(): void;
}

export function definingOn({ config, engines, registry, vault, tests, now, log }: DefiningParts): Defining {
  const may = new Set(config.storedAgentsMay);
  const { records, notes } = engines.store;
  const known = new Definitions({ records, notes, bus: engines.bus, alone: !config.cluster, may, log });
  const secretSettings = (connector: string) => {
    const extension = registry.get('connector', connector);
    return extension ? (extension.account ?? secretsOf(extension)) : [];
  };
  return {
    definitions: new AgentDefinitions({ known, may, secretsOf: secretSettings, vault, tests, now, log }),
    async agents(files) {
      const [read] = await Promise.all([files, known.start()]);
      return new AgentSource(read, known, log);
    },
    stop: () => known.stop(),
  };
}

/**
 * The agents as they would be in a hub, and what is wrong with them, for somebody who is none, such as `carrier doctor`.
 * Never fails.
 */
export async function agentsAtRest(
  config: Config,
  records: (kind: string) => Promise<StoredRecord[]>,
  log: Logger,
): Promise<{ agents: Agent[]; problems: Problem[] }> {
  const { charactersDir: path } = config;
  const none = (message: string): Problem => ({ agentId: null, field: path, message: `${path}: ${message}` });
  try {
    const files = await Characters.open(path, log);
    files.close();
    // That the store is away is told elsewhere.
    const stored = await records(definitionRecord.kind).catch(() => []);
    const source = new AgentSource(files, atRest(stored, config), log);
    const [agents, problems] = [source.list(), source.problems()];
    if (agents.length > 0) return { agents, problems };
    const message = 'there is no usable character. Put a character file in it; characters/README.md says how';
    return { agents, problems: [...problems, none(message)] };
  } catch (error) {
    return { agents: [], problems: [none((error as Error).message)] };
  }
}

function atRest(stored: StoredRecord[], { storedAgentsMay }: Config) {
  const may = new Set(storedAgentsMay);
  const known = stored.flatMap(({ id, value }) => {
    const { data } = StoredDefinition.safeParse(value);
    return (data && knownOf(id, data, may)) ?? [];
  });
  const get = (id: string) => known.find((one) => one.id === id) ?? null;
  return { get, list: () => known, onChange: () => {} };
}
