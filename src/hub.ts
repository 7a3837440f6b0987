import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Carrier, type Overrides, startCarrier } from './carrier.js';
import type { Config } from './config.js';
import type { Agent } from './core/character.js';
import { withIssuer } from './http/issuer.js';
import { startHttpServer } from './http/server.js';
import { tokenVerifier } from './http/tokens.js';
import type { Logger } from './logger.js';
import { secretFile } from './secret-file.js';
import { shutDown } from './shutdown.js';
import { revocationNote } from './store/revocation.js';
import type { Store } from './store/store.js';

export interface Process {
  url: string;
  agents(): Agent[];
  /** Which agent has a face on which platform: `AGENT on CONNECTOR`. */
  bots: string[];
  /** The chain of models for agents that name none. */
  models: string[];
  stop(): Promise<void>;
}

export interface Hub extends Process {
  /** The administrator's token; `created` on the first start of this data folder. */
  token: { secret: string; created: boolean };
}

/** Carrier and its HTTP server, with an administrator's token. When it resolves, requests are answered. */
export async function startHub(config: Config, log: Logger, overrides?: Overrides): Promise<Hub> {
  const carrier = await startCarrier(config, log, overrides);
  try {
    const token = await adminToken(carrier.store, config.dataDir, log);
    return { ...(await serve(carrier, config, log)), token };
  } catch (error) {
    await carrier.stop();
    throw error;
  }
}

/** Takes turns only: its HTTP serves health and metrics, and it makes no token of its own. */
export async function startWorker(config: Config, log: Logger, overrides?: Overrides): Promise<Process> {
  const carrier = await startCarrier(config, log, overrides);
  try {
    return await serve(carrier, config, log);
  } catch (error) {
    await carrier.stop();
    throw error;
  }
}

async function serve(carrier: Carrier, config: Config, log: Logger): Promise<Process> {
  const { store } = carrier;
  const server = await startHttpServer({
    config: config.http,
    connectors: () => carrier.connectors(),
    plugins: () => carrier.routes(),
    tokens: config.http.issuer
      ? withIssuer(config.http.issuer, tokenVerifier(store.tokens))
      : tokenVerifier(store.tokens),
    ready: () => carrier.ready(),
    metrics: () => carrier.metrics(),
    operations: carrier.operations,
    limits: { ...config.http.limits, counter: carrier.rates, limited: carrier.limited },
    log,
  });
  carrier.announce(server.url);
  const stop = async () => {
    const end = performance.now() + config.turns.stopMs;
    await shutDown(log, () => config.turns.stopMs, { server: () => server.close(config.turns.stopMs) });
    await carrier.stop(end - performance.now());
  };
  const bots = carrier
    .connectors()
    .flatMap(({ name, agentId }) => (agentId ? [`${agentId} on ${name}`] : []));
  return { url: server.url, agents: carrier.agents, bots, models: carrier.models, stop };
}

/**
 * The file holds the token, for the CLI; the store holds its hash alone. A deleted file means a new token, and so does
 * one whose token was revoked. Hubs that share a store, also those of one machine, each have their own.
 */
async function adminToken(store: Store, dataDir: string, log: Logger): Promise<Hub['token']> {
  const path = adminTokenPath(dataDir);
  const { tokens, notes } = store;
  const token = secretFile(path, 'carrier_');
  const hash = createHash('sha256').update(token.secret).digest('hex');
  if (await revocationNote.in(notes, log).get(hash)) {
    rmSync(path);
    return adminToken(store, dataDir, log);
  }
  const known = (await tokens.list()).some((record) => record.hash === hash);
  if (!known) {
    await tokens.save({
      hash,
      name: `admin@${hostname()}:${dataDir}`,
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
