/** Agents as files and the store define them, and what changes those in the store. */
import { AgentSource } from './agents/agent-source.js';
import type { Characters } from './agents/characters.js';
import type { Config } from './config.js';
import { AgentDefinitions } from './definitions/agent-definitions.js';
import type { BehaviourTests } from './definitions/behaviour-tests.js';
import { Definitions } from './definitions/definitions.js';
import type { Engines } from './engines.js';
import type { Registry } from './extensions/registry.js';
import { secretsOf } from './extensions/settings.js';
import type { Logger } from './logger.js';
import type { SecretVault } from './secrets/vault.js';

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
