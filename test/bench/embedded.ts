/** The built hub, embedded, on disk: speed, CPU, start, memory, search, and whether any of it depends on size. */
import { columns, type Figures, type Recalled } from './figures.js';
import { flatFigures } from './flat.js';
import { rssFigures, startFigures } from './footprint.js';
import { quick } from './load.js';
import { measure } from './processes.js';
import { recallFigures } from './recalled.js';
import { sharesFigures } from './shares.js';
import type { Stall } from './stall.js';
import { throughputFigures } from './throughput.js';

interface Options {
  /** What is compared to itself without encryption, is. */
  encrypted?: boolean;
  /** A built checkout of another commit. */
  baseline?: string;
}

const parts = {
  throughput: throughputFigures,
  flat: flatFigures,
  start: startFigures,
  rss: rssFigures,
  stall: stallFigures,
  shares: sharesFigures,
  search: searchFigures,
  recall: recallFigures,
} satisfies Record<string, (options: Options) => Partial<Figures> | Promise<Partial<Figures>>>;

export const partNames = Object.keys(parts) as (keyof typeof parts)[];

export async function embedded(only: readonly (keyof typeof parts)[], options: Options) {
  process.stdout.write(
    'Instant model, embeddings off unless told (they are computed in the background), durable.\n',
  );
  let figures: Partial<Figures> = quick ? { quick } : {};
  for (const name of only) {
    process.stdout.write(`${name}\n`);
    figures = { ...figures, ...(await parts[name](options)) };
  }
  return figures;
}

function searchFigures({ encrypted }: Options): Partial<Figures> {
  const searched = (env?: Record<string, string>) =>
    measure<Record<string, number>>('search.ts', [], { env });
  return {
    searchP50Ms: searched(),
    searchP50MsInClear: encrypted ? searched({ CARRIER_ENCRYPTION_KEYS: '' }) : null,
  };
}

function stallFigures(): Partial<Figures> {
  const { longestMs, p99Ms, searches, messages, removed } = measure<Stall>('stall.ts');
  process.stdout.write(
    `  ${searches} searches, ${messages} messages, ${removed} removed: p99 ${p99Ms.toFixed(1)} ms\n`,
  );
  return { stallMs: longestMs };
}

const n = (value: number | null | undefined, digits = 0) => value?.toFixed(digits) ?? '-';

function encryptionRows(figures: Partial<Figures>, clear: NonNullable<Figures['clear']>): [string, string][] {
  return [
    [
      'the pipeline without encryption',
      `${n(clear.perSecond)} messages/s, ${n(clear.cpuMsPerMessage, 3)} ms of CPU each, idle p50 ${n(clear.idleP50Ms, 1)} ms`,
    ],
    [
      'CPU with encryption to CPU without it',
      `pipeline ${n(figures.cpuRatioToClear, 2)} x, bare store ${n(figures.bareStoreCpuRatioToClear, 2)} x`,
    ],
  ];
}

function recallRow(store: string, { questions, found, foundEncrypted, same }: Recalled): [string, string] {
  const name = `questions that recall what they ask for, ${store} store`;
  return foundEncrypted === null
    ? [name, `${found} of ${questions}`]
    : [
        name,
        `${foundEncrypted} of ${questions} with encryption, ${found} without; the same hits for ${same}`,
      ];
}

export function embeddedTable(figures: Partial<Figures>): string {
  const spaced = (of: Record<string, number>, digits = 0) =>
    Object.entries(of).map(([key, value]) => `${Number(key).toLocaleString('en')}: ${n(value, digits)}`);
  const rows: [string, string][] = [];
  if (figures.pipelinePerSecond !== undefined)
    rows.push(
      ['BullMQ alone, add + process, concurrency 50', `${n(figures.bareBullmqPerSecond)} jobs/s`],
      ['BullMQ alone, each room waiting for its job', `${n(figures.pacedBullmqPerSecond)} jobs/s`],
      [
        'bare store, the statements alone',
        `${n(figures.bareStorePerSecond)} messages/s, ${n(figures.bareStoreCpuMsPerMessage, 3)} ms of CPU and ${n(figures.bareStoreFlushesPerMessage, 2)} flushes each`,
      ],
      [
        'pipeline',
        `${n(figures.pipelinePerSecond)} messages/s, ${n(figures.pipelineToPaced, 2)} x paced BullMQ, ${n(figures.pipelineToBareStore, 2)} x bare store`,
      ],
      [
        'over HTTP, keep-alive',
        `${n(figures.httpPerSecond)} messages/s, ${n(figures.httpToPaced, 2)} x paced BullMQ`,
      ],
      [
        'CPU per message (pipeline, all threads)',
        `${n(figures.cpuMsPerMessage, 3)} ms, ${n(figures.cpuRatioToBaseline, 2)} x baseline`,
      ],
      ['idle, message to reply, p50 / p99', `${n(figures.idleP50Ms, 1)} / ${n(figures.idleP99Ms, 1)} ms`],
    );
  if (figures.clear) rows.push(...encryptionRows(figures, figures.clear));
  for (const [dimension, rates] of Object.entries(figures.flat ?? {}))
    rows.push([`messages/s by ${dimension}`, spaced(rates).join(', ')]);
  if (figures.startMs !== undefined) rows.push(['start to ready', `${n(figures.startMs)} ms`]);
  for (const [name, rss] of [
    ['embedder off', figures.rss],
    ['embedder on', figures.rssWithEmbedder],
  ] as const)
    if (rss)
      rows.push([
        `RSS, ${name}, idle / after 10,000 / 50,000 messages`,
        `${n(rss.idleMb)} / ${n(rss.after[10000])} / ${n(rss.after[50000])} MB, at last ${n(rss.slopeMbPer1000, 2)} MB per 1,000`,
      ]);
  if (figures.stallMs !== undefined)
    rows.push(['longest stall of the event loop', `${n(figures.stallMs, 1)} ms`]);
  if (figures.searchP50Ms)
    rows.push(['search p50 in ms, by memories', spaced(figures.searchP50Ms, 1).join(', ')]);
  if (figures.searchP50MsInClear)
    rows.push(['the same without encryption', spaced(figures.searchP50MsInClear, 1).join(', ')]);
  for (const [store, of] of Object.entries(figures.recall ?? {})) rows.push(recallRow(store, of));
  for (const [queue, shares] of Object.entries(figures.shares ?? {}))
    if (shares)
      rows.push([
        `"hi" alone / beside 64 hanging rooms of another, ${queue}`,
        `p50 ${n(shares.alone.p50Ms, 1)} / ${n(shares.beside.p50Ms, 1)} ms, worst ${n(shares.alone.worstMs, 1)} / ${n(shares.beside.worstMs, 1)} ms`,
      ]);
  return columns(rows);
}
