/** How long somebody's "hi" takes alone, and beside another person's 64 rooms that all hang: both queues. */
import { startMongoServer } from '../servers/mongodb/launch.js';
import { type Figures, median, type Shares } from './figures.js';
import { quick } from './load.js';
import { launch, program, redis, settings } from './processes.js';

const greetings = quick ? 2 : 20;
const slowRooms = 64;

export async function sharesFigures(): Promise<Partial<Figures>> {
  const embedded = await measured({});
  const server = await redis();
  if (!server) return { shares: { embedded, shared: null } };
  const database = await startMongoServer({ replicaSet: 'rs0' });
  try {
    const shared = await measured({
      REDIS_URL: `redis://127.0.0.1:${server.port}`,
      MONGODB_URL: database.url,
      CARRIER_REDIS_PREFIX: 'shares',
      CARRIER_MONGODB_DATABASE: 'shares',
    });
    return { shares: { embedded, shared } };
  } finally {
    server.stop();
    await database.stop();
  }
}

async function measured(engines: Record<string, string>): Promise<Shares> {
  const env = settings({ ...engines, CARRIER_STOP_MS: '100' });
  const hub = await launch(['--import', 'tsx', program('shares-hub.ts')], env, /^(\{.*\})\n/);
  const { url, token } = JSON.parse(hub.match[1]!) as { url: string; token: string };
  const post = async (body: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${url}/assistant/message`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status}: ${text}`);
  };
  const greet = async (prefix: string) => {
    const waited: number[] = [];
    for (let n = 0; n < greetings; n++) {
      const sent = performance.now();
      await post({ text: 'hi', userId: `${prefix}${n}` });
      waited.push(performance.now() - sent);
    }
    return { p50Ms: median(waited), worstMs: Math.max(...waited) };
  };
  try {
    await greet('warm');
    const alone = await greet('alone');
    // Nobody waits for these: they end with the hub.
    for (let n = 0; n < slowRooms; n++)
      post({ text: 'slow', userId: 'bob', roomId: `slow${n}` }).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return { alone, beside: await greet('beside') };
  } finally {
    await hub.end();
  }
}
