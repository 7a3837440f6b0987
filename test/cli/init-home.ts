/** An empty folder in which `carrier init` is run without a terminal. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingsIn } from '../../src/cli/environment-file.js';
import { json, type Script } from '../llm/scripted-server.js';
import { says } from '../support/providers.js';
import { carrier, type Ended } from './carrier.js';

export class InitHome {
  readonly folder = mkdtempSync(join(tmpdir(), 'carrier-init-'));

  init(args: string[], env: Record<string, string> = {}): Promise<Ended> {
    return carrier(['init', ...args], { cwd: this.folder, env: { CARRIER_EMBEDDER: 'none', ...env } });
  }

  /** What `.env` sets there. */
  settings(): Record<string, string> {
    return settingsIn(readFileSync(join(this.folder, '.env')));
  }

  /** Gives the path of a file that it writes there. */
  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const agent = ['--template', 'helpdesk', '--agent-name', 'Hugo'];
export const alone = [...agent, '--platforms', 'none'];

/** A server of OpenAI's protocol with these models, and Ollama's own list of them. */
export const serving =
  (...names: string[]): Script =>
  (response, received) => {
    if (received.path === '/api/tags')
      return json(200, { models: names.map((name) => ({ name })) })(response, received);
    if (received.path.endsWith('/models'))
      return json(200, { data: names.map((id) => ({ id })) })(response, received);
    if (!names.includes(received.body.model))
      return json(404, { error: { message: 'no such model' } })(response, received);
    return says('Ahoy.')(response, received);
  };
