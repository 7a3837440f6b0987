/** The folder of an OpenClaw installation, of any of its names; nothing outside of it is read. */
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { FatalError } from '../../../errors.js';
import type { Remark } from '../plan.js';
import { isFolder, textOf, within } from '../source.js';

const stateNames = ['.openclaw', '.clawdbot', '.moltbot'];
const configNames = ['openclaw.json', 'clawdbot.json', 'moltbot.json'];
/** Of a listing; more is no installation. */
const mostEntries = 10_000;

interface FolderParts {
  root: string;
  state: string;
  configFile: string | null;
  remarks: Remark[];
}

export class OpenFolder {
  /** The real folder that was named; whatever leads out of it is not read. */
  readonly root: string;
  /** The real one with the configuration, sessions and jobs. */
  readonly state: string;
  /** Null: there is none. */
  readonly configFile: string | null;
  readonly remarks: Remark[];

  private constructor({ root, state, configFile, remarks }: FolderParts) {
    this.root = root;
    this.state = state;
    this.configFile = configFile;
    this.remarks = remarks;
  }

  /** @param path the state folder, or the one around it. @throws FatalError `invalid_field` where there is neither */
  static async at(path: string): Promise<OpenFolder> {
    const root = await realpath(resolve(path)).catch(() => null);
    const places = root ? [root, ...stateNames.map((name) => join(root, name))] : [];
    const found = [];
    for (const place of places) {
      const state = await within(root!, place);
      if (state !== null && (await isState(state))) found.push(state);
    }
    const [state, ...others] = found;
    if (!root || state === undefined)
      throw new FatalError(
        'invalid_field',
        `Nothing found at ${path}: no ${configNames.join(', ')}, no workspace and no agents, neither there nor in ${stateNames.join(', ')}.`,
        { field: 'source' },
      );
    const names = await namesIn(state);
    const [configName, ...otherConfigs] = configNames.filter((name) => names.includes(name));
    const remarks: Remark[] = [...others, ...otherConfigs.map((name) => join(state, name))].map((other) => ({
      path: relative(root, other) || '.',
      why: `is older than what was read, ${relative(root, state) || '.'}; import it by its own path`,
    }));
    const configFile = configName ? join(state, configName) : null;
    return new OpenFolder({ root, state, configFile, remarks });
  }

  /** As it is called in a report. */
  nameOf(path: string): string {
    return relative(this.root, path) || '.';
  }

  /** The real place of a path as the configuration writes it, also of another machine; null: not there, or outside. */
  async place(named: string): Promise<string | null> {
    const parts = named.split(/[\\/]+/);
    const inState = parts.findLastIndex((part) => stateNames.includes(part) || part === basename(this.state));
    // A folder that was copied from elsewhere still has the paths that were right there.
    const moved = inState < 0 ? null : await within(this.root, join(this.state, ...parts.slice(inState + 1)));
    if (moved) return moved;
    const home = dirname(this.state) === this.root ? this.root : dirname(this.state);
    return within(
      this.root,
      /^~(?=[\\/]|$)/.test(named) ? join(home, named.slice(1)) : resolve(this.state, named),
    );
  }

  /** Null: it is not there. What cannot be read is told. */
  async text(path: string, remarks: Remark[], most?: number): Promise<string | null> {
    const real = await within(this.root, path);
    if (real === null) {
      if ((await namesIn(dirname(path))).includes(basename(path)))
        remarks.push({ path: this.nameOf(path), why: 'leads out of the folder, and is not read' });
      return null;
    }
    try {
      return (await textOf(real, most)).replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
    } catch (error) {
      const why = (error as Error).message.replace(real, '').trim();
      remarks.push({ path: this.nameOf(path), why });
      return null;
    }
  }

  /** Folders and files in a folder of it, by name; none where it leads out. */
  async names(path: string): Promise<string[]> {
    const real = await within(this.root, path);
    return real === null ? [] : namesIn(real);
  }

  async folder(path: string): Promise<string | null> {
    const real = await within(this.root, path);
    return real !== null && (await isFolder(real)) ? real : null;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.sort().slice(0, mostEntries);
}

async function isState(folder: string): Promise<boolean> {
  const names = await namesIn(folder);
  return names.some((name) => configNames.includes(name) || /^workspace(?:[-.].+)?$|^agents$/.test(name));
}
