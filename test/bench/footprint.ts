/** The real program: how fast it starts, and what it keeps in memory. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from './client.js';
import { type Figures, median, type Rss, slope } from './figures.js';
import { quick, scaled } from './load.js';
import { launch, settings } from './processes.js';

const args = ['dist/src/cli/carrier.js', 'start', '--log-level', 'warn'];
const ready = /ready at (\S+)/;
const starts = quick ? 1 : 5;
const clientCount = 10;
/** RSS is taken after each batch. */
const batch = scaled(1000);
const batches = 50;
/** Over so many of the last batches it must not grow. */
const settled = 20;
/** Until what was begun at the start is over, and with an embedder until that is loaded. */
const restMs = quick ? 200 : 5000;

/** From the program's start to its word that it is ready, with what a first start has made. */
export async function startFigures(): Promise<Partial<Figures>> {
  const env = settings();
  const took: number[] = [];
  for (let i = 0; i <= starts; i++) {
    const hub = await launch(args, env, ready);
    if (i > 0) took.push(hub.readyMs);
    await hub.end();
  }
  return { startMs: median(took) };
}

export async function rssFigures(): Promise<Partial<Figures>> {
  return { rss: await rss('none'), rssWithEmbedder: await rss('offline') };
}

/** With an embedder, idle means that its thread has been asked once, and waits. */
async function rss(embedder: 'none' | 'offline'): Promise<Rss> {
  const env = settings({ CARRIER_EMBEDDER: embedder });
  const hub = await launch(args, env, ready);
  const token = readFileSync(join(env.CARRIER_DATA_DIR!, 'admin-token'), 'utf8').trim();
  const clients = await Promise.all(
    Array.from({ length: clientCount }, () => Client.open(new URL(hub.match[1]!), token)),
  );
  if (embedder !== 'none') await clients[0]!.post('first', 0);
  await new Promise((resolve) => setTimeout(resolve, restMs));
  const idleMb = rssMb(hub.pid);
  const samples: number[] = [];
  for (let i = 0; i < batches; i++) {
    await Promise.all(
      clients.map(async (client, c) => {
        for (let n = 0; n < batch / clientCount; n++) await client.post(`room-${i}-${c}`, n);
      }),
    );
    samples.push(rssMb(hub.pid));
  }
  for (const client of clients) client.close();
  await hub.end();
  const told = samples.filter((_, i) => (i + 1) % 5 === 0).map((mb) => mb.toFixed(0));
  process.stdout.write(
    `  RSS, embedder ${embedder}: idle ${idleMb.toFixed(0)}, after each 5,000 ${told.join(', ')} MB\n`,
  );
  return {
    idleMb,
    after: { 10000: samples[9]!, 50000: samples[batches - 1]! },
    slopeMbPer1000: slope(samples.slice(-settled)),
  };
}

function rssMb(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}
