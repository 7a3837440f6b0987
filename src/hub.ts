import { AdminToken } from './admin-token.js';
import { type Carrier, type Overrides, startCarrier } from './carrier.js';
import type { Config } from './config.js';
import { consoleOn } from './console/console.js';
import type { Agent } from './core/character.js';
import { withIssuer } from './http/issuer.js';
import { startHttpServer } from './http/server.js';
import { withSessions } from './http/sessions.js';
import type { Logger } from './logger.js';
import { packageVersion } from './package-folder.js';
import { shutDown } from './shutdown.js';

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
  /** A link that signs in to the console as the owner: good once, for ten minutes. */
  signInLink(): Promise<string>;
}

/** Carrier and its HTTP server, with an administrator's token. When it resolves, requests are answered. */
export async function startHub(config: Config, log: Logger, overrides?: Overrides): Promise<Hub> {
  const carrier = await startCarrier(config, log, overrides);
  try {
    const admin = await AdminToken.open(carrier.store, config.dataDir, log);
    const { stop, ...serving } = await serve(carrier, config, log);
    admin.watch(carrier.tokens);
    return {
      ...{ ...serving, token: admin.token },
      signInLink: async () => (await carrier.access.signInLinks.make({ kind: 'owner' })).url,
      stop() {
        admin.stop();
        return stop();
      },
    };
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
  const { sessions, signInLinks: links } = carrier.access;
  const { issuer, publicUrl } = config.http;
  const tokens = issuer ? withIssuer(issuer, carrier.tokens.known) : carrier.tokens.known;
  const face = consoleOn({
    ...{
      sessions,
      links,
      publicUrl,
      agents: carrier.agents,
      events: carrier.events,
      host: carrier.host,
      version: packageVersion(),
      log,
    },
  });
  const server = await startHttpServer({
    config: config.http,
    connectors: () => carrier.connectors(),
    plugins: () => carrier.routes(),
    tokens: withSessions(sessions, tokens),
    signIn: { issuer: issuer?.issuer, publicUrl },
    // A worker serves no people.
    ...(carrier.operations && { console: face }),
    ready: () => carrier.ready(),
    metrics: () => carrier.metrics(),
    operations: carrier.operations,
    events: carrier.events,
    limits: { ...config.http.limits, counter: carrier.rates, limited: carrier.limited },
    log,
  });
  links.listensOn(server.url);
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
