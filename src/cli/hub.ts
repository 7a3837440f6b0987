import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Overrides, startCarrier } from '../carrier.js';
import type { Config } from '../config.js';
import type { Agent } from '../core/character.js';
import { startHttpServer } from '../http/server.js';
import { tokenVerifier } from '../http/tokens.js';
import type { Logger } from '../logger.js';
import { secretFile } from '../secret-file.js';
import type { AgentStore } from '../store/agent-store.js';

export interface Hub {
  url: string;
  agents: Agent[];
  /** The administrator's token; `created` on the first start of this data folder. */
  token: { secret: string; created: boolean };
  stop(): Promise<void>;
}

/** A whole hub: carrier and HTTP server. When it resolves, requests are answered. */
export async function startHub(config: Config, log: Logger, overrides?: Overrides): Promise<Hub> {
  const carrier = await startCarrier(config, log, overrides);
  try {
    const { store, connectors } = carrier;
    const token = await adminToken(store.agents, config.dataDir);
    const server = await startHttpServer({
      config: config.http,
      connectors,
      tokens: tokenVerifier(store.agents),
      ready: () => carrier.ready(),
      log,
    });
    carrier.announce(server.url);
    const stop = async () => {
      await server.close(config.turns.stopMs);
      await carrier.stop();
    };
    return { url: server.url, agents: carrier.agents(), token, stop };
  } catch (error) {
    await carrier.stop();
    throw error;
  }
}

/** The file holds the token, for the CLI; the store holds its hash alone. A deleted file means a new token. */
async function adminToken(agents: AgentStore, dataDir: string): Promise<Hub['token']> {
  const token = secretFile(adminTokenPath(dataDir), 'carrier_');
  const hash = createHash('sha256').update(token.secret).digest('hex');
  const known = (await agents.tokens()).some((record) => record.hash === hash);
  if (!known) {
    await agents.saveToken({
      hash,
      name: `admin@${hostname()}`,
      role: 'admin',
      tenant: 'default',
      createdAt: Date.now(),
    });
  }
  return token;
}

export function adminTokenPath(dataDir: string): string {
  return join(dataDir, 'admin-token');
}
