/** A hub with its HTTP, a small platform and a model that does as told; its API as an administrator sees it. */
import type { Hub } from '../../src/hub.js';
import type { LanguageModel } from '../../src/llm/llm.js';
import type { AuditRow, LinkedRow } from '../../src/store/audit-log.js';
import { Platform } from '../hub/platform.js';
import { type Api, api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';

/** Whatever JSON there is. */
type Json = ReturnType<typeof JSON.parse>;

export class Desk {
  readonly home = new Home();
  readonly platform = new Platform();
  model: LanguageModel & { requests: unknown[] } = scriptedModel((request) => `echo ${lastSaid(request)}`);
  hub!: Hub;
  api!: Api;

  async open(): Promise<void> {
    this.home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { telegram: { dm: 'open', operators: ['root'] } },
    });
    await this.start();
  }

  /** The API too, since a hub with connectors of its own has no other. */
  async start(): Promise<void> {
    const { httpConnector } = await import('../../connectors/http/connector.js');
    const http = httpConnector({
      ...{
        maxBodyBytes: 100_000,
        maxFileBytes: 100_000,
        maxFiles: 5,
        maxBacklog: 100,
        maxUploadingBytes: 1e6,
      },
      ...{ replyTimeoutMs: 20_000, callbackAllowPrivate: true, callbackSecret: 'secret', pollMs: 50 },
    });
    this.hub = await this.home.hub(
      { connectors: [this.platform, http], model: () => this.model },
      { CARRIER_DELIVERY_REFUSED_MS: '50' },
    );
    this.api = api(this.hub.url, this.hub.token.secret);
  }

  async ask(method: string, path: string, body?: object): Promise<{ status: number; body: Json }> {
    const response = await fetch(this.hub.url + path, {
      method,
      headers: { authorization: `Bearer ${this.hub.token.secret}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  /** The answer's body, which must be a good one. */
  async get(path: string): Promise<Json> {
    const { status, body } = await this.ask('GET', path);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async post(path: string, body: object = {}): Promise<Json> {
    const answer = await this.ask('POST', path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** The audit's rows, oldest first, without what differs from run to run. */
  async audit(): Promise<Omit<AuditRow, 'id' | 'at' | 'from'>[]> {
    const { rows } = await this.get('/audit?limit=200');
    return rows.reverse().map(({ id: _, at: __, seq: ___, from: ____, ...row }: LinkedRow) => row);
  }
}
