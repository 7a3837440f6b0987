/**
 * How many messages a second, at what CPU, in turns with what they are compared to, so that ratios hold where the
 * machine's speed drifts: BullMQ alone, the bare store, and a checkout of another commit.
 */
import { join } from 'node:path';
import type { BareStore } from './bare-store.js';
import { type Figures, median } from './figures.js';
import { postAll, quick } from './load.js';
import { home, launch, measure, program, redis, settings } from './processes.js';

const roundCount = quick ? 1 : 5;

interface Pipeline {
  perSecond: number;
  cpuMs: number;
  idleP50: number;
  idleP99: number;
}

interface Measured {
  store: BareStore;
  pipeline: Pipeline;
}

interface Round extends Measured {
  bare?: number;
  paced?: number;
  baseline?: Pipeline;
  /** Without encryption. */
  clear?: Measured;
  http: number;
}

interface Options {
  /** A built checkout: its own program is run, on its own build. */
  baseline?: string;
  /** Beside each of the rounds one without encryption is run. */
  encrypted?: boolean;
}

export async function throughputFigures({ baseline, encrypted }: Options): Promise<Partial<Figures>> {
  const server = await redis();
  if (!server) process.stdout.write('No redis-server on PATH: nothing of BullMQ, and no ratios to it.\n');
  const statements = recorded();
  const rounds: Round[] = [];
  for (let i = 0; i < roundCount; i++) {
    const port = server && [String(server.port)];
    const round: Round = {
      ...(port && { bare: measure('bare-bullmq.ts', port), paced: measure('paced-bullmq.ts', port) }),
      ...(encrypted && { clear: measuredOnce(statements, { CARRIER_ENCRYPTION_KEYS: '' }) }),
      ...(baseline && { baseline: measure('pipeline.ts', [], { checkout: baseline }) }),
      ...measuredOnce(statements),
      http: await overHttp(),
    };
    rounds.push(round);
    const told = Object.entries({ ...round, clear: round.clear?.pipeline }).flatMap(([name, one]) =>
      one === undefined ? [] : `${name} ${(typeof one === 'number' ? one : one.perSecond).toFixed(0)}`,
    );
    process.stdout.write(`  round ${i + 1}: ${told.join(', ')} a second\n`);
  }
  server?.stop();
  return figuresOf(rounds);
}

function measuredOnce(statements: string, env?: Record<string, string>): Measured {
  return {
    store: measure('bare-store.ts', [statements], { env }),
    pipeline: measure('pipeline.ts', [], { env }),
  };
}

function figuresOf(rounds: Round[]): Partial<Figures> {
  const middle = (of: (round: Round) => number) => median(rounds.map(of));
  /** Null where a round has none of it. */
  const maybe = (of: (round: Round) => number | undefined) =>
    rounds.some((round) => of(round) === undefined) ? null : middle((round) => of(round)!);
  const over = (a: number, b: number | undefined) => (b === undefined ? undefined : a / b);
  return {
    bareBullmqPerSecond: maybe(({ bare }) => bare),
    pacedBullmqPerSecond: maybe(({ paced }) => paced),
    bareStorePerSecond: middle(({ store }) => store.perSecond),
    bareStoreCpuMsPerMessage: middle(({ store }) => store.cpuMs),
    bareStoreFlushesPerMessage: middle(({ store }) => store.flushes),
    pipelinePerSecond: middle(({ pipeline }) => pipeline.perSecond),
    pipelineRatio: maybe(({ pipeline, bare }) => over(pipeline.perSecond, bare)),
    pipelineToPaced: maybe(({ pipeline, paced }) => over(pipeline.perSecond, paced)),
    pipelineToBareStore: middle(({ pipeline, store }) => pipeline.perSecond / store.perSecond),
    httpPerSecond: middle(({ http }) => http),
    httpRatio: maybe(({ http, bare }) => over(http, bare)),
    httpToPaced: maybe(({ http, paced }) => over(http, paced)),
    cpuMsPerMessage: middle(({ pipeline }) => pipeline.cpuMs),
    clear: clearOf(rounds),
    cpuRatioToClear: maybe(({ pipeline, clear }) => over(pipeline.cpuMs, clear?.pipeline.cpuMs)),
    bareStoreCpuRatioToClear: maybe(({ store, clear }) => over(store.cpuMs, clear?.store.cpuMs)),
    cpuMsPerMessageOfBaseline: maybe(({ baseline }) => baseline?.cpuMs),
    cpuRatioToBaseline: maybe(({ pipeline, baseline }) => over(pipeline.cpuMs, baseline?.cpuMs)),
    idleP50Ms: middle(({ pipeline }) => pipeline.idleP50),
    idleP99Ms: middle(({ pipeline }) => pipeline.idleP99),
  };
}

function clearOf(rounds: Round[]): Figures['clear'] {
  const clear = rounds.flatMap(({ clear }) => clear ?? []);
  if (clear.length === 0) return null;
  const middle = (of: (measured: Measured) => number) => median(clear.map(of));
  return {
    perSecond: middle(({ pipeline }) => pipeline.perSecond),
    cpuMsPerMessage: middle(({ pipeline }) => pipeline.cpuMs),
    idleP50Ms: middle(({ pipeline }) => pipeline.idleP50),
    bareStoreCpuMsPerMessage: middle(({ store }) => store.cpuMs),
  };
}

/** The file of the store's statements. */
function recorded(): string {
  const file = join(home, 'statements.jsonl');
  const recorder = new URL('statements.mjs', import.meta.url).href;
  measure('recorded-store.ts', [], { env: { BENCH_STATEMENTS: file }, before: ['--import', recorder] });
  return file;
}

async function overHttp(): Promise<number> {
  const hub = await launch(['--import', 'tsx', program('http-hub.ts')], settings(), /^(\{.*\})\n/);
  const { url, token } = JSON.parse(hub.match[1]!) as { url: string; token: string };
  await postAll([url], token, 'warm');
  const perSecond = await postAll([url], token, 'room');
  await hub.end();
  return perSecond;
}
