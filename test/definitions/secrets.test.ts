/** Secrets that come with a definition: sealed, masked, kept by their mask and in nobody's reach. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub } from '../../src/hub.js';
import { startTelegramFront, type TelegramFront } from '../platforms/telegram/front.js';
import { startTelegramServer, type TelegramServer } from '../platforms/telegram/server.js';
import { journal } from '../support/journal.js';
import { until } from '../support/until.js';
import { type Answer, DefinitionsStage, tellingModel } from './stage.js';

const tokens = {
  first: '71001:AAtoken-of-nia_the-first-and-longest',
  second: '72002:AAtoken-of-nia_the-second-longest-one',
};

/** Bots in the place of connectors of the test's own. */
class BotStage extends DefinitionsStage {
  readonly logged = journal();
  readonly servers: TelegramServer[] = [];
  front!: TelegramFront;

  override async open(): Promise<void> {
    for (const token of Object.values(tokens))
      this.servers.push(await startTelegramServer({ token, username: 'nia_bot' }));
    this.front = await startTelegramFront(this.servers);
    const config = this.home.config({ TELEGRAM_API_URL: this.front.url, CARRIER_STREAMING: 'false' });
    this.hub = await startHub(config, this.logged.log, { model: () => tellingModel() });
  }

  /** What a bot answers on the platform. */
  async answers(at: number, text: string): Promise<string> {
    const server = this.servers[at]!;
    // Two bots are two platforms here: nobody is on both, and no message has the id of another.
    for (let others = 0; others < 50 * at; others++) server.world.user('Somebody else');
    const person = server.world.user('Ann');
    const chat = server.world.dm(person);
    const before = server.said(chat).length;
    server.people.say(chat, person, text);
    await until(() => server.said(chat).length > before, 15_000);
    return server.said(chat).at(-1)!.text!;
  }

  async close(): Promise<void> {
    await this.hub.stop();
    await Promise.all([this.front.stop(), ...this.servers.map((server) => server.stop())]);
    await this.home.dispose();
  }
}

const stage = new BotStage();
beforeAll(() => stage.open());
afterAll(() => stage.close());

const telegram = (token: string) => ({ connectors: { telegram: { token, dm: 'open' } } });
const names = async () =>
  (await stage.ask('GET', '/secrets')).body.secrets.map(({ name }: { name: string }) => name);
const put = (id: string, body: object): Promise<Answer> => stage.ask('PUT', `/agents/${id}`, body);

describe('[governed.12] a secret of a definition', () => {
  it('is kept when what was read is sent back with a new name, and the bot goes on', async () => {
    expect((await stage.create('nia', telegram(tokens.first))).status).toBe(200);
    expect(await stage.answers(0, 'hi')).toMatch(/^Nia .*hi$/);
    const { body } = await stage.show('nia');
    expect(body.definition.connectors.telegram.token).toBe('***');
    expect(body.character.connectors.telegram.token).toBe('***');
    body.definition.name = 'Nora';
    expect(await put('nia', body)).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await stage.answers(0, 'still there?')).toMatch(/^Nora .*there\?$/);
    expect(await names()).toHaveLength(1);
  });

  it('a new one takes its place, the old one is gone, and rolling back does not bring it back', async () => {
    const patch = { definition: telegram(tokens.second) };
    expect((await stage.ask('PATCH', '/agents/nia', patch)).status).toBe(200);
    expect(await stage.answers(1, 'the other bot')).toMatch(/other bot$/);
    expect(await names()).toHaveLength(1);
    const { differences } = (await stage.ask('GET', '/agents/nia/diff')).body;
    expect(differences).toEqual([{ field: 'connectors.telegram.token', before: '***', after: '***' }]);
    await stage.ask('POST', '/agents/nia/roll-back', { to: 1 });
    expect(await stage.answers(1, 'and now?')).toMatch(/^Nia .*now\?$/);
  });

  it('goes with the agent; a version that had it cannot come back without it', async () => {
    await stage.ask('DELETE', '/agents/nia');
    expect(await names()).toEqual([]);
    const back = await stage.ask('POST', '/agents/nia/roll-back', { to: 1 });
    expect([back.status, back.body.error.code]).toEqual([400, 'secret_missing']);
  });

  it.each(['*', '**', '****', '*** ', '***abc-a-secret', '*hunter2*'])(
    '%j is a secret, or the mask',
    async (value) => {
      await stage.create('stars', telegram('plain-first-secret'));
      const [before] = await names();
      const { status } = await stage.ask('PATCH', '/agents/stars', { definition: telegram(value) });
      expect(status).toBe(200);
      const [after] = await names();
      if (value.trim() === '***') expect(after).toBe(before);
      else expect(after).not.toBe(before);
      expect((await stage.show('stars')).body.definition.connectors.telegram.token).toBe('***');
      await stage.ask('DELETE', '/agents/stars');
    },
  );

  it.each([
    ['a new agent', undefined, telegram('***')],
    ['one that has none there', {}, telegram('***')],
    ['one that has a reference there', telegram('secret:of-hub'), telegram('***')],
    ['another place', telegram('kept-here-alone'), { connectors: { discord: { token: '***' } } }],
  ])('the mask is refused for %s', async (_, before, after) => {
    if (before) await stage.create('bare', before);
    const answer = before
      ? await put('bare', { definition: { name: 'x', bio: 'x', ...after }, ifVersion: '*' })
      : await stage.create('bare', after);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'secret_missing']);
    expect(answer.body.error.field).toMatch(/^connectors\.\w+\.token$/);
    await stage.ask('DELETE', '/agents/bare');
  });

  it('of a change that is refused nothing is kept, and the secret before is as it was', async () => {
    await stage.create('safe', telegram('kept-throughout-1'));
    const before = await names();
    const { definition } = (await stage.show('safe')).body;
    for (const [body, status] of [
      [{ definition: { ...definition, ...telegram('too-late-secret-2') }, ifVersion: 9 }, 412],
      [{ definition: { ...definition, ...telegram('invalid-secret-3'), bio: 7 }, ifVersion: '*' }, 422],
      [{ definition: { ...definition, ...telegram('x\0y') }, ifVersion: '*' }, 422],
    ] as const)
      expect((await put('safe', body)).status).toBe(status);
    expect(await names()).toEqual(before);
    await stage.ask('DELETE', '/agents/safe');
  });

  it('stands in no answer, log, audit row or file', async () => {
    const value = 'unmistakable-heron-4711';
    const token = `47110:${value}`;
    const answers = [await stage.create('quiet', telegram(token)), await stage.show('quiet')];
    answers.push(await put('quiet', { ...(await stage.show('quiet')).body, comment: 'again' }));
    answers.push(await stage.ask('GET', '/agents/quiet/export'), await stage.ask('GET', '/audit?limit=200'));
    answers.push(await stage.ask('GET', '/agents/quiet/versions'), await stage.ask('GET', '/agents'));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(JSON.stringify(answers)).not.toContain(value);
    expect(JSON.stringify(stage.logged.lines)).not.toContain(value);
    const data = join(stage.home.folder, 'data');
    const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    expect(files.length).toBeGreaterThan(1);
    for (const { parentPath, name } of files)
      expect(readFileSync(join(parentPath, name)).includes(value), name).toBe(false);
    await stage.ask('DELETE', '/agents/quiet');
  });

  it.each([
    ['bio', { bio: 'My key is sk-aaaabbbbccccddddeeee1111.' }],
    [
      'connectors.telegram.keywords[0]',
      { connectors: { telegram: { keywords: ['ghp_aaaabbbbccccdddd11112222'] } } },
    ],
  ])('in %s is refused', async (field, definition) => {
    const { status, body } = await stage.create('loud', definition);
    expect([status, body.error.field]).toEqual([422, field]);
    expect(body.error.message).toContain('carrier secrets set');
  });

  it('is no raw text where a connector has no secret', async () => {
    const { status, body } = await stage.create('loud', { connectors: { telegram: { gruops: 'always' } } });
    expect([status, body.error.field]).toEqual([422, 'connectors.telegram.gruops']);
    expect(await names()).toEqual([]);
  });
});
