/**
 * Gateways and workers as processes of their own, on Redis and a MongoDB server: throughput against bare BullMQ, what a
 * message asks of both servers, who spends the CPU, and what more workers bring when the model is slow.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { Client } from './client.js';
import type { Trip } from './distributed-hub.js';
import { columns, type DistributedFigures, median } from './figures.js';
import { messagesPerRoom, postAll, rooms } from './load.js';
import { launch, measure, redis, settings } from './processes.js';
import { type DatabaseServer, databaseServer } from './servers.js';

const roundCount = 3;
const program = fileURLToPath(new URL('distributed-hub.ts', import.meta.url));
const modelMs = 200;
/** So low that the number of workers is the limit, not the machine. */
const turnsAtOnce = 8;
/** Twice as many as the most workers take at once: none of them is ever idle. */
const callers = 64;

interface Servers {
  redis: { port: number; pid: number; stop(): void };
  database: DatabaseServer;
}

interface Hub {
  url: string;
  token: string;
  pid: number;
  /** The commands to the database since the last call. */
  trips(): Promise<Trip[]>;
  end(): Promise<void>;
}

/** @param database `ferretdb`, or what to call the server at MONGODB_URL; without that, it is the one of the tests. */
export async function distributed(database?: string): Promise<DistributedFigures> {
  const servers = await start(database);
  try {
    process.stdout.write(`Redis with its append-only file off, ${servers.database.name}; embeddings off.\n`);
    const throughput = await compare(servers);
    const asked = await count(servers);
    const workers: Record<string, number> = {};
    for (const n of [1, 2, 4]) {
      workers[n] = await turnsPerSecond(servers, n);
      process.stdout.write(`  ${n} workers: ${workers[n].toFixed(1)} turns a second\n`);
    }
    const workerRatios = Object.fromEntries(
      Object.entries(workers).map(([n, perSecond]) => [n, perSecond / workers['1']!]),
    );
    return { database: servers.database.name, ...throughput, ...asked, workers, workerRatios };
  } finally {
    servers.redis.stop();
    await servers.database.stop();
  }
}

async function start(database?: string): Promise<Servers> {
  const server = await redis();
  if (!server) throw new Error('No redis-server on PATH; install it (Debian: apt-get install redis-server).');
  return { redis: server, database: await databaseServer(database) };
}

let databases = 0;

/** Hubs that share a database of their own, the gateway first. */
async function hubs(servers: Servers, roles: string[], env: Record<string, string> = {}): Promise<Hub[]> {
  const name = `bench${++databases}`;
  const shared = {
    REDIS_URL: `redis://127.0.0.1:${servers.redis.port}`,
    MONGODB_URL: servers.database.url,
    CARRIER_REDIS_PREFIX: name,
    CARRIER_MONGODB_DATABASE: name,
  };
  return Promise.all(
    roles.map(async (role) => {
      const hub = await launch(
        ['--import', 'tsx', program],
        settings({ ...shared, ...env, CARRIER_ROLE: role }),
        /^(\{.*\})\n/,
      );
      const { url, token } = JSON.parse(hub.match[1]!) as { url: string; token: string };
      const trips = async () => JSON.parse(await hub.ask('trips')) as Trip[];
      return { url, token, pid: hub.pid, trips, end: hub.end };
    }),
  );
}

async function compare(servers: Servers) {
  const bare: number[] = [];
  const http: number[] = [];
  const cpu: DistributedFigures['cpuMsPerMessage'][] = [];
  for (let i = 0; i < roundCount; i++) {
    bare.push(measure<number>('bare-bullmq.ts', [String(servers.redis.port)]));
    const [gateway, worker] = (await hubs(servers, ['gateway', 'worker'])) as [Hub, Hub];
    // The same rooms, so that each has the history that a turn reads.
    await postAll([gateway.url], gateway.token, 'room');
    const pids = {
      gateway: gateway.pid,
      worker: worker.pid,
      redis: servers.redis.pid,
      database: servers.database.pid,
    };
    const before = each((part) => cpuMs(pids[part]));
    http.push(await postAll([gateway.url], gateway.token, 'room'));
    cpu.push(each((part) => spent(before[part], cpuMs(pids[part]))));
    await Promise.all([gateway.end(), worker.end()]);
    process.stdout.write(
      `  round ${i + 1}: bare ${bare.at(-1)!.toFixed(0)}, over HTTP ${http.at(-1)!.toFixed(0)} a second\n`,
    );
  }
  return {
    bareBullmqPerSecond: median(bare),
    httpPerSecond: median(http),
    httpRatio: median(http.map((value, i) => value / bare[i]!)),
    cpuMsPerMessage: each((part) => {
      const rounds = cpu.map((round) => round[part]).filter((ms) => ms !== null);
      return rounds.length > 0 ? median(rounds) : null;
    }),
  };
}

/** What a message asks of Redis (by MONITOR) and of the database (by the driver's monitoring). */
async function count(servers: Servers) {
  const [gateway, worker] = (await hubs(servers, ['gateway', 'worker'])) as [Hub, Hub];
  const trips = async () => [...(await gateway.trips()), ...(await worker.trips())];
  const client = await Client.open(new URL(gateway.url), gateway.token);
  // Past the window of recent messages, so that a turn searches too.
  for (let n = 0; n < 60; n++) await client.post('alone', n);
  const redisClient = new Redis(servers.redis.port);
  const monitor = await redisClient.monitor();
  let commands = 0;
  // What scripts call within Redis is no command of a client.
  monitor.on('monitor', (_time: string, _args: string[], source: string) => {
    if (source !== 'lua') commands++;
  });
  const alone = { redis: [] as number[], trips: [] as number[], sequence: [] as number[] };
  for (let n = 0; n < 30; n++) {
    await pause(100);
    await trips();
    commands = 0;
    await client.post('alone', 100 + n);
    const replied = performance.timeOrigin + performance.now();
    await pause(100);
    const made = await trips();
    alone.redis.push(commands);
    alone.trips.push(made.length);
    alone.sequence.push(inSequence(made.filter(({ to }) => to <= replied)));
  }
  client.close();
  await postAll([gateway.url], gateway.token, 'many');
  await trips();
  commands = 0;
  await postAll([gateway.url], gateway.token, 'many');
  const messages = rooms * messagesPerRoom;
  const busy = { redis: commands / messages, trips: (await trips()).length / messages };
  for (const client of [monitor, redisClient]) client.disconnect();
  await Promise.all([gateway.end(), worker.end()]);
  return {
    redisCommandsPerMessage: { idle: median(alone.redis), busy: busy.redis },
    databaseRoundTripsPerMessage: { idle: median(alone.trips), busy: busy.trips },
    roundTripsInSequence: median(alone.sequence),
  };
}

/** The most that can have waited for one another: each begins after the one before has ended. */
function inSequence(trips: Trip[]): number {
  let length = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of trips.sort((a, b) => a.to - b.to)) {
    if (from < end) continue;
    length++;
    end = to;
  }
  return length;
}

async function turnsPerSecond(servers: Servers, workers: number): Promise<number> {
  const roles = ['gateway', ...Array.from({ length: workers }, () => 'worker')];
  const running = await hubs(servers, roles, {
    BENCH_MODEL_MS: String(modelMs),
    CARRIER_CONCURRENCY: String(turnsAtOnce),
  });
  const [gateway] = running as [Hub];
  const clients = await Promise.all(
    Array.from({ length: callers }, () => Client.open(new URL(gateway.url), gateway.token)),
  );
  const askAll = (prefix: string, each: number) =>
    Promise.all(
      clients.map(async (client, caller) => {
        for (let n = 0; n < each; n++) await client.post(`${prefix}${caller}`, n);
      }),
    );
  await askAll('warm', 1);
  const perCaller = 4 * workers;
  const started = performance.now();
  await askAll('room', perCaller);
  const perSecond = (callers * perCaller) / ((performance.now() - started) / 1000);
  for (const client of clients) client.close();
  await Promise.all(running.map((hub) => hub.end()));
  return perSecond;
}

const parts = ['gateway', 'worker', 'redis', 'database'] as const;

function each<T>(of: (part: (typeof parts)[number]) => T) {
  return Object.fromEntries(parts.map((part) => [part, of(part)])) as Record<(typeof parts)[number], T>;
}

/** CPU time of a process so far; null where it cannot be told (no /proc, or a server elsewhere). */
function cpuMs(pid: number | null): number | null {
  try {
    // Fields 14 and 15, in ticks of 10 ms (proc_pid_stat(5)); the name before may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

/** For a message. */
function spent(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : (after - before) / (rooms * messagesPerRoom);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function distributedTable(figures: DistributedFigures): string {
  const { redisCommandsPerMessage: commands, databaseRoundTripsPerMessage: trips, workers } = figures;
  const cpu = Object.entries(figures.cpuMsPerMessage).filter(([, ms]) => ms !== null);
  return columns([
    ['bare BullMQ (add + process, concurrency 50)', `${figures.bareBullmqPerSecond.toFixed(0)} jobs/s`],
    [
      'a gateway and a worker, over HTTP',
      `${figures.httpPerSecond.toFixed(0)} messages/s, ${figures.httpRatio.toFixed(2)} x bare`,
    ],
    [
      'CPU per message',
      cpu.map(([part, ms]) => `${part} ${ms!.toFixed(2)} ms`).join(', ') || 'not told by this system',
    ],
    ['Redis commands a message, alone / among many', `${commands.idle} / ${commands.busy.toFixed(1)}`],
    ['database round trips a message, alone / among many', `${trips.idle} / ${trips.busy.toFixed(1)}`],
    ['of them in sequence, from arrival to reply', String(figures.roundTripsInSequence)],
    ...Object.entries(workers).map(([n, perSecond]): [string, string] => [
      `${n} ${n === '1' ? 'worker' : 'workers'}, model of ${modelMs} ms, ${turnsAtOnce} turns at once each`,
      `${perSecond.toFixed(1)} turns/s, ${figures.workerRatios[n]!.toFixed(2)} x one`,
    ]),
  ]);
}
