import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Document, MongoClient } from 'mongodb';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface MongoServerOptions {
  /** Kept when given; otherwise a temporary folder, removed by `stop`. */
  dataDir?: string;
  port?: number;
  /** Has it a search node? Default true. */
  search?: boolean;
  /** A single-node replica set of this name, so that the driver uses retryable writes. */
  replicaSet?: string;
  /** A mongos of a cluster, instead; see `shards.ts`. */
  cluster?: boolean;
  searchDelayMs?: number;
  searchLagMs?: number;
  /** Search indexes at most. */
  searchIndexes?: number;
  /** Kinds of indexes that are taken and left without effect. */
  ignoredIndexes?: ('unique' | 'partial' | 'text' | 'ttl')[];
  /** How long the catalogue is locked to make an index. */
  indexLockMs?: number;
  ttlSeconds?: number;
}

export interface RunningMongoServer {
  url: string;
  port: number;
  dataDir: string;
  readonly pid: number;
  /** Sends the signal and, unless it is one that a process survives, waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and data; ends it first if it still runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  control: Control;
}

/** Faults on demand: the `failCommand` fail point, as a real server started for tests has it. */
interface Control {
  fail(
    commands: string[],
    data: Document,
    mode?: 'alwaysOn' | { times: number } | { skip: number },
  ): Promise<void>;
  duplicateKey(commands: string[], times?: number): Promise<void>;
  writeConcernError(commands: string[], times?: number): Promise<void>;
  /** The primary steps down. */
  notPrimary(commands: string[], times?: number): Promise<void>;
  /** It is no primary for so long, which its `hello` tells at once. */
  stepDown(ms: number): Promise<void>;
  /** The connection is cut before the command is executed. */
  dropBefore(commands: string[], times?: number): Promise<void>;
  /** The connection is cut after the command is executed. Ours alone: a real server cannot do it. */
  dropAfter(commands: string[], times?: number): Promise<void>;
  delay(commands: string[], ms: number, times?: number): Promise<void>;
  /** From now on searches see the collection as it was so many ms ago; `Infinity`: as it is now. */
  searchLag(ms: number): Promise<void>;
  /** What commands on search indexes fail with, e.g. 125; 0: nothing. */
  searchManagement(code: number): Promise<void>;
  off(): Promise<void>;
}

const survivable = new Set<NodeJS.Signals>(['SIGSTOP', 'SIGCONT']);

/** The test server as a process of its own. */
export async function startMongoServer(options: MongoServerOptions = {}): Promise<RunningMongoServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'carrier-mongo-'));
  let port = options.port ?? 0;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const started = spawn(process.execPath, ['--import', 'tsx', main, ...flags(options, dataDir, port)], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child = started;
    port = await listening(started);
  }

  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    if (!survivable.has(signal)) await ended;
  }

  await start();
  const query = options.replicaSet ? `?replicaSet=${options.replicaSet}` : '';
  const url = `mongodb://127.0.0.1:${port}/${query}`;
  return {
    url,
    port,
    dataDir,
    get pid() {
      return child?.pid ?? 0;
    },
    kill,
    async restart() {
      await kill('SIGKILL');
      await start();
    },
    async stop() {
      await kill('SIGTERM');
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    },
    control: control(url),
  };
}

function flags(options: MongoServerOptions, dataDir: string, port: number): string[] {
  const { search = true, cluster, replicaSet, ignoredIndexes } = options;
  const { searchDelayMs, searchLagMs, searchIndexes, indexLockMs, ttlSeconds } = options;
  const valued = {
    ...{ 'replica-set': replicaSet, 'ignored-indexes': ignoredIndexes?.join(',') },
    ...{ 'search-delay-ms': searchDelayMs, 'search-lag-ms': searchLagMs, 'search-indexes': searchIndexes },
    ...{ 'index-lock-ms': indexLockMs, 'ttl-seconds': ttlSeconds },
  };
  return [
    ...['--data', dataDir, '--port', String(port), '--exit-with-parent'],
    ...(search ? [] : ['--no-search']),
    ...(cluster ? ['--cluster'] : []),
    ...Object.entries(valued).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [`--${name}`, String(value)],
    ),
  ];
}

export async function listening(child: ChildProcess): Promise<number> {
  const lines = createInterface({ input: child.stdout! });
  return await new Promise<number>((resolve, reject) => {
    lines.on('line', (line) => {
      const port = /^listening on (\d+)$/.exec(line)?.[1];
      if (port) resolve(Number(port));
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`the MongoDB test server ended with ${code} before it listened`)),
    );
  });
}

function control(url: string): Control {
  async function command(command: Document): Promise<void> {
    const client = new MongoClient(url, { appName: 'control' });
    try {
      await client.db('admin').command(command);
    } finally {
      await client.close();
    }
  }
  const configure = (mode: unknown, data?: Document) =>
    command({ configureFailPoint: 'failCommand', mode, ...(data && { data }) });
  const once =
    (data: (commands: string[]) => Document) =>
    async (commands: string[], times = 1) =>
      configure({ times }, { failCommands: commands, ...data(commands) });
  return {
    fail: (commands, data, mode = { times: 1 }) => configure(mode, { failCommands: commands, ...data }),
    duplicateKey: once(() => ({ errorCode: 11000 })),
    writeConcernError: once(() => ({
      writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' },
    })),
    notPrimary: once(() => ({ errorCode: 10107 })),
    dropBefore: once(() => ({ closeConnection: true })),
    dropAfter: once(() => ({ closeAfterExecution: true })),
    delay: (commands, ms, times = 1) =>
      configure({ times }, { failCommands: commands, blockConnection: true, blockTimeMS: ms }),
    stepDown: (ms) => command({ replSetStepDown: ms / 1000, force: true }),
    searchLag: (searchLagMs) => command({ setParameter: 1, searchLagMs }),
    searchManagement: (searchManagementCode) => command({ setParameter: 1, searchManagementCode }),
    off: () => configure('off'),
  };
}
