/** What `npm run bench -- --json FILE` writes; null where something was not to be had. */
export interface Figures {
  bareBullmqPerSecond: number | null;
  pipelinePerSecond: number;
  pipelineRatio: number | null;
  httpPerSecond: number;
  httpRatio: number | null;
  cpuMsPerMessage: number;
  idleP50Ms: number;
  idleP99Ms: number;
  startMs: number;
  rssIdleMb: number;
  rssAfter5000Mb: number;
  searchP50Ms: Record<string, number>;
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
  /** Null where the system does not tell. */
  cpuMsPerMessage: Record<'gateway' | 'worker' | 'redis' | 'database', number> | null;
  /** Turns a second by the number of worker processes, with a model that takes 200 ms. */
  workers: Record<string, number>;
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
