/** A real hub with something on every page: talk, a fact, a dead letter, people who ask, schedules, documents, money. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Home } from '../../support/hub.js';
import { lastSaid, scriptedModel } from '../../support/model.js';
import { ask, issue } from '../../support/tokens.js';
import { until } from '../../support/until.js';

export type Who = 'owner' | 'operator' | 'member';

export class Seeded {
  readonly home = new Home();
  readonly tokens = {} as Record<Who, string>;
  url = '';
  #signInLink!: () => Promise<string>;
  roomId = '';
  readonly #receiver = createServer((request, response) =>
    response.writeHead(request.url === '/good' ? 200 : 404).end(),
  );

  async open(): Promise<this> {
    const budget = [{ name: 'daily', tokens: 100_000 }];
    const rules = [{ never: 'forbidden', reason: 'it is forbidden' }];
    this.home.character('assistant', {
      ...{ name: 'Ada', bio: 'A helpful assistant.', plugins: ['time', 'remember'], budget },
      evaluation: { rules },
    });
    const http = { dm: 'pairing', operators: ['root'] };
    this.home.character('closed', {
      name: 'Eve',
      bio: 'Lets in by code.',
      plugins: [],
      connectors: { http },
    });
    await new Promise<void>((done) => this.#receiver.listen(0, '127.0.0.1', done));
    const hub = await this.home.hub(
      { model: () => scriptedModel(answerTo) },
      {
        CARRIER_CALLBACK_ALLOW_PRIVATE: 'true',
        CARRIER_DELIVERY_REFUSED_MS: '50',
        CARRIER_RATE_TOKEN: '100000',
      },
    );
    this.url = hub.url;
    this.#signInLink = hub.signInLink;
    this.tokens.owner = readFileSync(join(this.home.folder, 'data/admin-token'), 'utf8').trim();
    this.tokens.operator = (
      await issue(this.url, this.tokens.owner, { name: 'olga', role: 'operator' })
    ).token;
    const member = { name: 'mia', role: 'member', user: 'mia' };
    this.tokens.member = (await issue(this.url, this.tokens.owner, member)).token;
    await this.#talk();
    await this.#fill();
    return this;
  }

  /** As the owner. */
  signInLink(): Promise<string> {
    return this.#signInLink();
  }

  async close(): Promise<void> {
    this.#receiver.close();
    await this.home.dispose();
  }

  /** As the owner; @throws what the hub says where it is no good answer. */
  async ask(method: string, path: string, body?: object, who: Who = 'owner') {
    const { status, body: answer } = await ask(this.url, this.tokens[who], [method, path], body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  }

  async #talk(): Promise<void> {
    const say = (said: object, agent = 'assistant') =>
      ask(this.url, this.tokens.owner, ['POST', `/${agent}/message`], said);
    await say({ userId: 'alice', text: 'Remember that I row on Saturdays' });
    await this.ask('POST', '/assistant/message', { text: 'Remember that I like tea' }, 'member');
    const { port } = this.#receiver.address() as AddressInfo;
    const to = (path: string) => `http://127.0.0.1:${port}/${path}`;
    await say({ userId: 'greta', text: 'call back', callbackUrl: to('gone') });
    // A reply is given up when its platform takes others.
    await say({ userId: 'greta', text: 'call back again', callbackUrl: to('good') });
    await say({ userId: 'stranger', text: 'let me in' }, 'closed');
    await until(async () => (await this.ask('GET', '/deliveries')).deliveries.length === 1);
    const { rooms } = await this.ask('GET', '/rooms');
    this.roomId = rooms.find(({ channel }: { channel: string }) => channel.includes('alice')).roomId;
    await until(
      async () =>
        (await this.ask('GET', '/facts?agentId=assistant&connector=http&userId=mia')).facts.length > 0,
    );
  }

  async #fill(): Promise<void> {
    const { roomId } = this;
    const daily = { roomId, text: 'Stand up and stretch', cron: '0 9 * * 1-5', zone: 'Europe/Berlin' };
    await this.ask('POST', '/schedules', daily);
    await this.ask('POST', '/documents', {
      ...{ agentId: 'assistant', name: 'handbook.md', mediaType: 'text/markdown' },
      text: '# Opening hours\n\nThe shop opens at nine and closes at six.',
    });
    await this.ask('PUT', '/secrets/shop-key', { value: 'a-very-secret-value' });
    await this.ask('POST', '/roles/give', {
      role: 'operator',
      account: 'telegram:4711',
      agentId: 'assistant',
    });
    await this.ask('POST', '/lessons', { agentId: 'assistant', text: 'Say the opening hours first.' });
    const tool = {
      name: 'orders',
      description: 'Looks up an order.',
      url: 'https://shop.example/orders/{id}',
    };
    const parameters = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
    await this.ask('POST', '/tools', { ...tool, parameters, agents: ['assistant'] });
    const paused = {
      what: 'person',
      connector: 'http',
      userId: 'mallory',
      reason: 'We look into it.',
      for: '2h',
    };
    await this.ask('POST', '/switches/pause', paused);
    const { turns } = await this.ask('GET', '/turns?limit=1&status=done');
    await this.ask('POST', `/turns/${turns[0].turnId}/rate`, { rating: 4 });
    await until(
      async () => (await this.ask('GET', '/documents?agentId=assistant')).documents[0]?.state === 'ready',
    );
  }
}

function answerTo(request: Parameters<typeof lastSaid>[0]) {
  const said = lastSaid(request);
  const [, fact] = /Remember that (.*)/.exec(said) ?? [];
  if (fact && request.messages.at(-1)!.role === 'user')
    return { calls: [{ name: 'remember', arguments: JSON.stringify({ fact }) }] };
  return `You said: ${said}`;
}
