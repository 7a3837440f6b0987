/** The hub of a soak, as one process or as several, and what takes it down. */
import { join } from 'node:path';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';

const open = { dm: 'open', places: 'open', groups: 'always', rate: { perUser: 0, perRoom: 0 } };

export interface Hubs {
  /** Of the process that people reach; null while there is none. */
  address(): { url: string; token: string } | null;
  start(): Promise<void>;
  /** Kills the process that holds the platforms' connections and, after a while, starts it again. */
  killGateway(): Promise<void>;
  /** The same with a worker, where it is a process of its own; otherwise the hub a second time. */
  killWorker(): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

/** @param awayMs how long a killed process is gone. */
export async function prepareHubs(
  settings: Record<string, string>,
  { distributed, awayMs }: { distributed: boolean; awayMs: number },
): Promise<Hubs> {
  const home = new Home();
  home.character('assistant', {
    name: 'Ada',
    bio: 'A helpful assistant.',
    plugins: [],
    connectors: { discord: open, telegram: open, slack: open, http: { groups: 'always' } },
  });
  const engines = distributed ? await startEngines() : null;
  const processOf = (role: string, name: string) =>
    new HubProcess({
      ...home.settings({
        CARRIER_SWEEP_MS: '1000',
        CARRIER_RETRY_BASE_MS: '200',
        ...engines?.settings,
        ...settings,
      }),
      CARRIER_DATA_DIR: join(home.folder, name),
      CARRIER_ROLE: role,
      HOME: home.folder,
    });
  const gateway = processOf(distributed ? 'gateway' : 'all', 'gateway');
  const workers = distributed ? [processOf('worker', 'worker-1'), processOf('worker', 'worker-2')] : [];
  let url: string | null = null;

  async function killGateway(): Promise<void> {
    url = null;
    await gateway.end('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, awayMs));
    url = await gateway.start();
  }

  return {
    address: () => (url === null ? null : { url, token: gateway.token }),
    async start() {
      [url] = await Promise.all([gateway.start(), ...workers.map((worker) => worker.start())]);
    },
    killGateway,
    async killWorker() {
      const [worker] = workers;
      if (!worker) return killGateway();
      await worker.end('SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      await worker.start();
    },
    log: () => [gateway, ...workers].map(({ log }) => log).join(''),
    async stop() {
      url = null;
      await Promise.all([gateway, ...workers].map((each) => each.end('SIGKILL')));
      await engines?.stop();
      await home.dispose();
    },
  };
}

async function startEngines() {
  if (noRedis) throw new Error(`Not distributed: ${noRedis}.`);
  const [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
  return {
    settings: {
      REDIS_URL: redis.url,
      ...mongo.settings('soak'),
      CARRIER_CALLBACK_SECRET: 'a secret of the soak alone',
    },
    async stop() {
      await redis.stop();
      await mongo.stop();
    },
  };
}
