/** A hub with its HTTP, whose agents are defined over it; its model says what the prompt tells of the agent. */
import type { Hub } from '../../src/hub.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';

/** Whatever JSON there is. */
type Json = ReturnType<typeof JSON.parse>;
export interface Answer {
  status: number;
  body: Json;
  etag: string | null;
}

/** The agent's name and bio, as the prompt has them, and what was said. */
export const tellingModel = () =>
  scriptedModel((request) => {
    const persona = request.system.find((part) => part.kind === 'persona') as Json;
    return `${persona?.name} (${persona?.bio ?? persona?.text}): ${lastSaid(request)}`;
  });

export class DefinitionsStage {
  readonly home = new Home();
  hub!: Hub;

  async open(env: Record<string, string> = {}): Promise<void> {
    this.hub = await this.home.hub({ model: () => tellingModel() }, env);
  }

  get token(): string {
    return this.hub.token.secret;
  }

  async ask(
    method: string,
    path: string,
    body?: object,
    { headers = {}, token = this.token }: { headers?: Record<string, string>; token?: string } = {},
  ): Promise<Answer> {
    const response = await fetch(this.hub.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, body: await response.json(), etag: response.headers.get('etag') };
  }

  create(id: string, definition: object = {}, more: object = {}): Promise<Answer> {
    const whole = { name: 'Nia', bio: 'A new one.', plugins: [], ...definition };
    return this.ask('POST', '/agents', { id, definition: whole, ...more });
  }

  show(id: string): Promise<Answer> {
    return this.ask('GET', `/agents/${id}`);
  }

  async say(id: string, text: string): Promise<string> {
    return (await api(this.hub.url, this.token).send(id, { text, userId: 'ann' })).reply!.text;
  }

  /** Of a token with this role, for these agents alone if any are named. */
  async issue(role: string, agents?: string[], more: object = {}): Promise<string> {
    const name = `${role} ${Math.random()}`;
    const { body } = await this.ask('POST', '/tokens', { name, role, ...(agents && { agents }), ...more });
    return body.token;
  }
}
