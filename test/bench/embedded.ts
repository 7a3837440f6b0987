/**
 * Throughput, latency, start, memory and search of the built hub, embedded, on disk. Baseline and pipeline are measured
 * in turn, so that the ratio holds where the machine's speed drifts.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from './client.js';
import { columns, type Figures, median } from './figures.js';
import { postAll } from './load.js';
import { launch, measure, redis, settings } from './processes.js';

const roundCount = 3;

function rssMb(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}

async function overHttp(): Promise<number> {
  const program = fileURLToPath(new URL('http-hub.ts', import.meta.url));
  const hub = await launch(['--import', 'tsx', program], settings(), /^(\{.*\})\n/);
  const { url, token } = JSON.parse(hub.match[1]!) as { url: string; token: string };
  await postAll([url], token, 'warm');
  const perSecond = await postAll([url], token, 'room');
  await hub.end();
  return perSecond;
}

/** The real program with its real offline model: how fast it starts, and what it keeps in memory. */
async function footprint(): Promise<{ startMs: number; rssIdleMb: number; rssAfter5000Mb: number }> {
  const args = ['dist/src/cli/carrier.js', 'start', '--log-level', 'warn'];
  const env = settings();
  const starts: number[] = [];
  for (let i = 0; i < 5; i++) {
    const hub = await launch(args, env, /ready at (\S+)/);
    starts.push(hub.readyMs);
    await hub.end();
  }
  const hub = await launch(args, env, /ready at (\S+)/);
  const token = readFileSync(join(env.CARRIER_DATA_DIR!, 'admin-token'), 'utf8').trim();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const rssIdleMb = rssMb(hub.pid);
  const clients = await Promise.all(
    Array.from({ length: 10 }, () => Client.open(new URL(hub.match[1]!), token)),
  );
  const samples: number[] = [];
  for (let batch = 0; batch < 5; batch++) {
    await Promise.all(
      clients.map(async (client, i) => {
        for (let n = 0; n < 100; n++) await client.post(`room-${batch}-${i}`, n);
      }),
    );
    samples.push(rssMb(hub.pid));
  }
  for (const client of clients) client.close();
  await hub.end();
  process.stdout.write(
    `  RSS after each 1,000 messages: ${samples.map((mb) => mb.toFixed(0)).join(', ')} MB\n`,
  );
  return { startMs: median(starts), rssIdleMb, rssAfter5000Mb: samples.at(-1)! };
}

export async function embedded(): Promise<Figures> {
  process.stdout.write(
    'Instant model, embeddings off (they are computed in the background), synchronous=FULL.\n',
  );
  const server = await redis();
  if (!server) process.stdout.write('No redis-server on PATH: no baseline, no ratios.\n');
  const bare: number[] = [];
  const pipeline: { perSecond: number; cpuMs: number; idleP50: number; idleP99: number }[] = [];
  const http: number[] = [];
  for (let i = 0; i < roundCount; i++) {
    if (server) bare.push(measure<number>('bare-bullmq.ts', [String(server.port)]));
    pipeline.push(measure('pipeline.ts'));
    http.push(await overHttp());
    process.stdout.write(
      `  round ${i + 1}: bare ${bare.at(-1)?.toFixed(0) ?? '-'}, pipeline ${pipeline.at(-1)!.perSecond.toFixed(0)}, http ${http.at(-1)!.toFixed(0)} a second\n`,
    );
  }
  server?.stop();
  const bareBullmqPerSecond = bare.length > 0 ? median(bare) : null;
  const ratio = (values: number[]) =>
    bare.length > 0 ? median(values.map((value, i) => value / bare[i]!)) : null;
  const rates = pipeline.map(({ perSecond }) => perSecond);
  return {
    bareBullmqPerSecond,
    pipelinePerSecond: median(rates),
    pipelineRatio: ratio(rates),
    httpPerSecond: median(http),
    httpRatio: ratio(http),
    cpuMsPerMessage: median(pipeline.map(({ cpuMs }) => cpuMs)),
    idleP50Ms: median(pipeline.map(({ idleP50 }) => idleP50)),
    idleP99Ms: median(pipeline.map(({ idleP99 }) => idleP99)),
    ...(await footprint()),
    searchP50Ms: measure<Record<string, number>>('search.ts'),
  };
}

export function embeddedTable(figures: Figures): string {
  const n = (value: number | null, digits = 0) => (value === null ? '-' : value.toFixed(digits));
  const rows: [string, string][] = [
    ['bare BullMQ (add + process, concurrency 50)', `${n(figures.bareBullmqPerSecond)} jobs/s`],
    ['pipeline', `${n(figures.pipelinePerSecond)} messages/s, ${n(figures.pipelineRatio, 2)} x bare`],
    ['over HTTP, keep-alive', `${n(figures.httpPerSecond)} messages/s, ${n(figures.httpRatio, 2)} x bare`],
    ['CPU per message (pipeline, all threads)', `${n(figures.cpuMsPerMessage, 2)} ms`],
    ['idle, message to reply, p50 / p99', `${n(figures.idleP50Ms, 1)} / ${n(figures.idleP99Ms, 1)} ms`],
    ['start to ready', `${n(figures.startMs)} ms`],
    ['RSS idle / after 5,000 messages', `${n(figures.rssIdleMb)} / ${n(figures.rssAfter5000Mb)} MB`],
    ...Object.entries(figures.searchP50Ms).map(([size, ms]): [string, string] => [
      `search among ${Number(size).toLocaleString('en')} memories, p50`,
      `${n(ms, 1)} ms`,
    ]),
  ];
  return columns(rows);
}
