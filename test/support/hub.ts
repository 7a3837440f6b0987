import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Carrier, type Overrides, startCarrier } from '../../src/carrier.js';
import { type Config, readConfig } from '../../src/config.js';
import { type Hub, startHub } from '../../src/hub.js';
import { createLogger } from '../../src/logger.js';

const quiet = createLogger('silent');

/** A data folder and a characters folder of their own, gone after the test. */
export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), 'carrier-test-'));
  readonly characters = join(this.folder, 'characters');
  readonly #running: { stop(): Promise<void> }[] = [];

  constructor() {
    mkdirSync(this.characters);
    this.character('assistant', { name: 'Ada', bio: 'A helpful assistant.' });
  }

  character(id: string, definition: object): void {
    writeFileSync(join(this.characters, `${id}.json`), JSON.stringify(definition));
  }

  /** A file that characters may name as `file:NAME`. */
  secret(name: string, value: string): void {
    mkdirSync(join(this.folder, 'secrets'), { recursive: true });
    writeFileSync(join(this.folder, 'secrets', name), `${value}\n`);
  }

  settings(env: Record<string, string> = {}): Record<string, string> {
    return {
      CARRIER_DATA_DIR: join(this.folder, 'data'),
      CARRIER_CHARACTERS_DIR: this.characters,
      CARRIER_SECRETS_DIR: join(this.folder, 'secrets'),
      CARRIER_PORT: '0',
      CARRIER_EMBEDDER: 'none',
      CARRIER_RETRY_BASE_MS: '5',
      ...env,
    };
  }

  config(env: Record<string, string> = {}): Config {
    return readConfig(this.settings(env));
  }

  /** A hub without HTTP. */
  async carrier(overrides: Overrides = {}, env: Record<string, string> = {}): Promise<Carrier> {
    return this.#keep(await startCarrier(this.config(env), quiet, overrides));
  }

  /** A whole hub on a free port. */
  async hub(overrides: Overrides = {}, env: Record<string, string> = {}): Promise<Hub> {
    return this.#keep(await startHub(this.config(env), quiet, overrides));
  }

  async dispose(): Promise<void> {
    for (const running of this.#running) await running.stop().catch(() => {});
    rmSync(this.folder, { recursive: true, force: true });
  }

  #keep<T extends { stop(): Promise<void> }>(running: T): T {
    this.#running.push(running);
    return running;
  }
}
