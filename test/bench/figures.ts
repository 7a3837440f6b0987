/** What `npm run bench -- --json FILE` writes, without the parts not asked for; null where something was not to be had. */
export interface Figures {
  /** It only tried that everything runs: no figure says anything. */
  quick?: true;
  bareBullmqPerSecond: number | null;
  /** BullMQ alone, each of 50 rooms waiting for its job. */
  pacedBullmqPerSecond: number | null;
  /** The store's own statements for a message and its reply, in groups of 25. */
  bareStorePerSecond: number;
  bareStoreCpuMsPerMessage: number;
  bareStoreFlushesPerMessage: number;
  pipelinePerSecond: number;
  /** To `bareBullmqPerSecond`. All ratios are medians over the rounds, each within its round. */
  pipelineRatio: number | null;
  pipelineToPaced: number | null;
  pipelineToBareStore: number;
  httpPerSecond: number;
  httpRatio: number | null;
  httpToPaced: number | null;
  /** Of the pipeline, all threads. */
  cpuMsPerMessage: number;
  /** With `--encrypted` the same without it, in turns with it; else null, as all of these. */
  clear: {
    perSecond: number;
    cpuMsPerMessage: number;
    idleP50Ms: number;
    bareStoreCpuMsPerMessage: number;
  } | null;
  /** CPU with encryption to CPU without it: of the pipeline, and of the statements alone. */
  cpuRatioToClear: number | null;
  bareStoreCpuRatioToClear: number | null;
  cpuMsPerMessageOfBaseline: number | null;
  cpuRatioToBaseline: number | null;
  idleP50Ms: number;
  idleP99Ms: number;
  /** Messages a second of the pipeline by rooms that send, by memories in each of them, and by memories stored in all. */
  flat: Record<'rooms' | 'perRoom' | 'stored', Record<string, number>>;
  startMs: number;
  rss: Rss;
  rssWithEmbedder: Rss;
  stallMs: number;
  searchP50Ms: Record<string, number>;
  /** With `--encrypted` the same without it. */
  searchP50MsInClear: Record<string, number> | null;
  recall: Record<'embedded' | 'shared', Recalled>;
  /** By queue; null: no Redis is at hand. */
  shares: { embedded: Shares; shared: Shares | null };
}

/** Questions, and how many of them recalled the memory that they ask for; null without `--encrypted`. */
export interface Recalled {
  questions: number;
  found: number;
  foundEncrypted: number | null;
  /** Questions with the same hits in the same order, with encryption and without. */
  same: number | null;
}

/** From a message of somebody new to the reply: alone, and beside 64 rooms of one person in which the model hangs. */
export type Shares = Record<'alone' | 'beside', { p50Ms: number; worstMs: number }>;

/** Of the whole program, in MB (2^20). */
export interface Rss {
  idleMb: number;
  /** By messages. */
  after: Record<'10000' | '50000', number>;
  /** Over the last 20,000. */
  slopeMbPer1000: number;
}

/** What `npm run bench -- --distributed --json FILE` writes. */
export interface DistributedFigures {
  /** Which server stood for MongoDB. */
  database: string;
  bareBullmqPerSecond: number;
  /** One gateway and one worker, with a model that answers at once. */
  httpPerSecond: number;
  httpRatio: number;
  /** Sent by clients, for a message that comes alone; and for one of many. */
  redisCommandsPerMessage: { idle: number; busy: number };
  databaseRoundTripsPerMessage: { idle: number; busy: number };
  /** Of a message that comes alone: the longest chain, from its arrival to its reply. */
  roundTripsInSequence: number;
  /** Of each process; null where the system does not tell, as of a server elsewhere. */
  cpuMsPerMessage: Record<'gateway' | 'worker' | 'redis' | 'database', number | null>;
  /** Turns a second by the number of worker processes, with a model that takes 200 ms. */
  workers: Record<string, number>;
  /** The same as multiples of one worker's. */
  workerRatios: Record<string, number>;
}

/** Names and values, under one another. */
export function columns(rows: [string, string][]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}

export function median(values: number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]!;
}

/** How much values grow from one to the next, by least squares. */
export function slope(values: number[]): number {
  const mean = (numbers: number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const [x, y] = [(values.length - 1) / 2, mean(values)];
  return mean(values.map((one, i) => (i - x) * (one - y))) / mean(values.map((_, i) => (i - x) ** 2));
}

const subjects = [
  'the train',
  'my sister',
  'our garden',
  'the old radio',
  'a neighbour',
  'the bakery',
  'this report',
  'my bicycle',
];
const verbs = [
  'arrived',
  'broke down',
  'made me laugh',
  'was late',
  'looked wonderful',
  'cost too much',
  'smelled of rain',
];
const times = [
  'this morning',
  'on Tuesday',
  'before lunch',
  'in the evening',
  'last winter',
  'at the station',
  'after work',
];

/** A sentence such as people write; the same for the same number. */
export function sentence(n: number): string {
  const pick = (words: string[], step: number) => words[Math.floor(n / step) % words.length];
  return `${pick(subjects, 1)} ${pick(verbs, 3)} ${pick(times, 5)}, note ${n}`;
}
