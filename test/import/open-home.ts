/** A folder of OpenClaw, made on the spot, and the importer run on it. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { carrier } from '../cli/carrier.js';
import { Home } from '../support/hub.js';

export class OpenHome {
  readonly home = new Home();
  /** The folder around `.openclaw`. */
  readonly source = join(this.home.folder, 'old');

  constructor() {
    mkdirSync(this.source);
  }

  file(name: string, content: unknown): string {
    const path = join(this.source, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  run(...args: string[]): ReturnType<typeof carrier> {
    return carrier(['import', 'openclaw', ...args], { cwd: this.home.folder, env: this.home.settings() });
  }

  read(name: string): string {
    return readFileSync(join(this.home.folder, name), 'utf8');
  }

  character(id: string) {
    return JSON.parse(this.read(`characters/${id}.json`));
  }

  /** Names, bytes and times of all files below. */
  static stateOf(folder: string): string[] {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => `${path} ${statSync(path).mtimeMs} ${statSync(path).isFile() ? readFileSync(path) : ''}`)
      .sort();
  }

  dispose() {
    return this.home.dispose();
  }
}
