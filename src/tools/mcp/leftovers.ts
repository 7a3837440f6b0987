/** Processes that were started here, noted in the data folder: what a hub leaves behind that was killed, the next one ends. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Running, runningProcess, runningProcesses, signalGroup } from './process-table.js';

const Known = z.object({ pid: z.number().int().min(2), started: z.string().min(1) });
const Note = z.object({ hub: Known, members: z.array(Known).min(1) });

/** Between asking to end and ending, in ms. */
const graceMs = 1000;

export class Leftovers {
  readonly #folder: string;

  /** @param dataFolder the hub's */
  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'tool-processes');
  }

  /** A group was started, or has grown. Its number is that of the process that leads it. */
  async note(group: number): Promise<void> {
    const hub = await runningProcess(process.pid);
    const leader = await runningProcess(group);
    if (!hub || !leader) return;
    await this.#write(group, hub, [leader]);
    const members = (await runningProcesses()).filter((one) => one.group === group);
    if (members.length > 1) await this.#write(group, hub, members);
  }

  async #write(group: number, hub: Running, members: Running[]): Promise<void> {
    const known = ({ pid, started }: Running) => ({ pid, started });
    await mkdir(this.#folder, { recursive: true });
    await writeFile(
      this.#path(group),
      JSON.stringify({ hub: known(hub), members: members.map(known) } satisfies z.input<typeof Note>),
      { mode: 0o600 },
    );
  }

  async forget(group: number): Promise<void> {
    await rm(this.#path(group), { force: true });
  }

  /** Ends the groups whose hub is gone, and returns how many there were. Nothing else is touched. */
  async sweep(): Promise<number> {
    const names = await readdir(this.#folder).catch(() => []);
    const groups = names.flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number);
    return (await Promise.all(groups.map((group) => this.#end(group)))).filter(Boolean).length;
  }

  async #end(group: number): Promise<boolean> {
    const text = await readFile(this.#path(group), 'utf8').catch(() => '');
    const note = Note.safeParse(jsonOf(text)).data;
    if (note && (await isStill(note.hub))) return false;
    const left = note !== undefined && (await holdsOneOf(group, note.members));
    if (left && signalGroup(group, 'SIGTERM')) {
      await new Promise((resolve) => setTimeout(resolve, graceMs));
      if (await holdsOneOf(group, note.members)) signalGroup(group, 'SIGKILL');
    }
    await this.forget(group);
    return left;
  }

  #path(group: number): string {
    return join(this.#folder, `${group}.json`);
  }
}

type Known = z.output<typeof Known>;

async function isStill({ pid, started }: Known): Promise<boolean> {
  return (await runningProcess(pid))?.started === started;
}

/** The number may be another group's by now: it is ours while one that was noted is in it. */
async function holdsOneOf(group: number, members: Known[]): Promise<boolean> {
  const found = await Promise.all(members.map(({ pid }) => runningProcess(pid)));
  return found.some((one, at) => one?.group === group && one.started === members[at]!.started);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
