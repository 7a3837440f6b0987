/** The cluster under chaos: hubs as real processes, each started again when it ends, as an orchestrator would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Entry, now, readJournal } from './journal.js';

/** Compiled, as the program itself is: workers are started every two seconds, and have the machine to share. */
const ownProgram = fileURLToPath(new URL('../../dist/test/chaos/hub.js', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Before a process that ended by itself, since its engines were away, is started again. */
const restartMs = 300;

export type Role = 'gateway' | 'worker';

/** One life of a hub's process. Times as of `now`. */
export class Incarnation {
  readonly hub: string;
  readonly role: Role;
  readonly journal: string;
  readonly child: ChildProcess;
  /** It has said so, and takes work. */
  ready = false;
  diedAt: number | null = null;
  /** Absent: it ended by itself. */
  killed = false;
  readonly frozen: { from: number; to: number }[] = [];

  constructor(hub: string, role: Role, journal: string, child: ChildProcess) {
    this.hub = hub;
    this.role = role;
    this.journal = journal;
    this.child = child;
  }

  entries(): Entry[] {
    return readJournal(this.journal);
  }

  get running(): boolean {
    return this.ready && this.diedAt === null && this.frozen.at(-1)?.to !== Number.POSITIVE_INFINITY;
  }
}

export interface Address {
  url: string;
  token: string;
}

/** One hub that is to run, life after life. */
export interface Member {
  hub: string;
  role: Role;
  /** Absent: today's. */
  program?: string;
  /** Its own, above those of all. */
  settings?: Record<string, string>;
}

/** So many of a role, named by it. */
export function members(role: Role, count: number, settings: Record<string, string> = {}): Member[] {
  return Array.from({ length: count }, (_, i) => ({ hub: `${role}${i + 1}`, role, settings }));
}

export class Cluster {
  readonly incarnations: Incarnation[] = [];
  /** Of the gateways, which stay on their ports. */
  readonly addresses: Address[] = [];
  readonly #folder: string;
  readonly #settings: Record<string, string>;
  readonly #seed: number;
  #ending = false;

  constructor(folder: string, settings: Record<string, string>, seed: number) {
    this.#folder = folder;
    this.#settings = settings;
    this.#seed = seed;
  }

  /** Resolves when all of them are ready; may be called again, with more. */
  async start(joining: Member[]): Promise<void> {
    const addresses = await Promise.all(
      joining.map(async (member) => {
        const address = await this.#launch(member, member.role === 'gateway' ? await freePort() : 0);
        return member.role === 'gateway' ? [address] : [];
      }),
    );
    this.addresses.push(...addresses.flat());
  }

  /** Those of a role that are ready, and neither dead nor frozen. */
  running(role: Role): Incarnation[] {
    return this.incarnations.filter((incarnation) => incarnation.role === role && incarnation.running);
  }

  /** Kills it and waits until it is gone; its successor starts at once. */
  async kill(victim: Incarnation): Promise<void> {
    const gone = once(victim.child, 'exit');
    victim.killed = true;
    victim.child.kill('SIGKILL');
    await gone;
  }

  freeze(victim: Incarnation): void {
    victim.child.kill('SIGSTOP');
    victim.frozen.push({ from: now(), to: Number.POSITIVE_INFINITY });
  }

  thaw(victim: Incarnation): void {
    victim.frozen.at(-1)!.to = now();
    victim.child.kill('SIGCONT');
  }

  /** At once, also the frozen ones; may be called when the driver itself ends. */
  end(): void {
    this.#ending = true;
    for (const { child, diedAt } of this.incarnations) if (diedAt === null) child.kill('SIGKILL');
  }

  async ended(): Promise<void> {
    this.end();
    const left = this.incarnations.filter(({ diedAt }) => diedAt === null);
    await Promise.all(left.map(({ child }) => once(child, 'exit')));
  }

  async #launch(member: Member, port: number): Promise<Address> {
    const { hub, role, program = ownProgram, settings } = member;
    const life = this.incarnations.filter((earlier) => earlier.hub === hub).length + 1;
    const dataDir = join(this.#folder, hub);
    mkdirSync(dataDir, { recursive: true });
    const journal = join(this.#folder, `${hub}-${life}.journal`);
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [program], {
      cwd: root,
      env: {
        ...{
          PATH,
          HOME,
          ...this.#settings,
          ...settings,
          CARRIER_DATA_DIR: dataDir,
          CARRIER_PORT: String(port),
          CARRIER_ROLE: role,
        },
        ...{ CHAOS_JOURNAL: journal, CHAOS_NAME: `${hub}-${life}`, CHAOS_SEED: String(this.#seed) },
      },
      stdio: ['pipe', 'pipe', openSync(join(this.#folder, `${hub}.log`), 'a')],
    });
    const incarnation = new Incarnation(hub, role, journal, child);
    this.incarnations.push(incarnation);
    child.once('exit', () => {
      incarnation.diedAt = now();
      const pause = incarnation.killed ? 0 : restartMs;
      setTimeout(() => this.#ending || void this.#launch(member, port).catch(() => {}), pause);
    });
    const address = await printed(child);
    incarnation.ready = true;
    return address;
  }
}

/** What the program prints when requests are answered. */
async function printed(child: ChildProcess): Promise<Address> {
  const lines = createInterface({ input: child.stdout! });
  return await new Promise((resolve, reject) => {
    lines.once('line', (line) => resolve(JSON.parse(line) as Address));
    child.once('exit', (code) => reject(new Error(`a hub ended with ${code} before it was ready`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
