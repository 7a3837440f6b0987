/** A turn that waits for days, in a process that does not live that long. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { api } from '../support/api.js';
import { writeBank } from '../support/bank.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { scriptedModel, textsOf } from '../support/model.js';
import { until } from '../support/until.js';

const dayMs = 24 * 3600 * 1000;

onBothStores('a turn that waits', (engines) => {
  let home: Home;
  let doomed: HubProcess;
  let env: Record<string, string>;
  let bank: ReturnType<typeof writeBank>;
  beforeEach(() => {
    home = new Home();
    env = { ...engines(), CARRIER_SWEEP_MS: '200' };
    bank = writeBank(home.characters);
    home.character('assistant', { name: 'Ada', bio: 'Careful.', plugins: ['./bank.js'] });
    const own = {
      CARRIER_DATA_DIR: `${home.folder}/${env.REDIS_URL ? 'doomed' : 'data'}`,
      HOME: home.folder,
    };
    doomed = new HubProcess({ ...home.settings(env), ...own });
  });
  afterEach(async () => {
    await doomed.end('SIGKILL');
    await home.dispose();
  });

  it('goes on three days later on another worker, where it stopped, after what was said meanwhile', async () => {
    const dying = api(await doomed.start(), doomed.token);
    const question = { text: 'wire 5', userId: 'alice', roomId: 'office', messageId: 'q' };
    const asked = await dying.send('assistant', question);
    expect(asked.reply!.text).toMatch(/waits until an operator approves it: `wire \{"amount":5\}`/);
    expect(asked.reply!.actions).toMatchObject([{ name: 'wire', state: 'awaiting', ok: false }]);
    const other = await dying.send('assistant', { text: 'note 1', userId: 'bob', roomId: 'office' });
    expect(other.reply!.text).toContain('noted 1');
    expect(bank.ledger().map(({ did }) => did)).toEqual(['note 1']);
    await doomed.end('SIGKILL');

    const model = scriptedModel((request) => {
      const { role, text } = request.messages.at(-1)!;
      return role === 'tool' ? `Done: ${text}.` : 'I hear.';
    });
    const days = { model: () => model, now: () => Date.now() + 3 * dayMs };
    const hub = await home.hub(days, env);
    const client = api(hub.url, hub.token.secret);
    await client.send('assistant', { text: 'any news?', userId: 'carol', roomId: 'office' });
    const page = await client.get(`/turns/${asked.turnId}`);
    expect(await page.json()).toMatchObject({ status: 'waiting', actions: [{ state: 'awaiting' }] });

    /** A terminal gives text. */
    const resume = (approve: boolean | string) =>
      fetch(`${hub.url}/turns/${asked.turnId}/resume`, {
        method: 'POST',
        headers: { authorization: `Bearer ${hub.token.secret}`, 'content-type': 'application/json' },
        body: JSON.stringify({ approve }),
      });
    expect((await resume('true')).status).toBe(200);
    // The caller asks again for the answer to its message.
    await until(async () => (await client.send('assistant', question)).reply!.text === 'Done: wired 5.');
    expect((await resume(true)).status).toBe(200);
    expect((await resume('false')).status).toBe(409);
    expect((await resume('maybe')).status).toBe(422);
    const answer = await client.send('assistant', question);
    expect(answer.reply!.actions).toMatchObject([
      { name: 'wire', state: 'done', result: 'wired 5', ok: true },
    ]);
    expect(bank.ledger().filter(({ did }) => did === 'wire 5')).toMatchObject([{ user: 'alice' }]);
    const told = textsOf(model.requests.at(-1)!);
    expect(told.findIndex((text) => text.includes('wire 5'))).toBe(0);
    for (const meanwhile of ['note 1', 'noted 1', 'any news?'])
      expect(told.findIndex((text) => text.includes(meanwhile))).toBeGreaterThan(0);
    expect(told.at(-1)).toContain('wired 5');
    const waited = (await (await client.get(`/turns/${asked.turnId}`)).json()) as Record<string, unknown>;
    expect(waited).toMatchObject({ status: 'done', continuedBy: answer.turnId });
    const shown = await (await client.get(`/assistant/turns/${answer.turnId}`)).json();
    expect(shown).toMatchObject({ status: 'done', usage: { inputTokens: 10 } });
    const line = await client.messages('assistant', 'office');
    expect(line.at(-1)).toMatchObject({ role: 'assistant', text: 'Done: wired 5.' });
    expect(line.filter(({ text }) => text.includes('wired 5'))).toHaveLength(1);
  }, 60_000);

  it('[structure.10] tells of an action that was running when its process died that nobody knows', async () => {
    const dying = api(await doomed.start(), doomed.token);
    const question = { text: 'vanish', userId: 'alice', roomId: 'office', messageId: 'q' };
    await dying.post('assistant', question).catch(() => {});
    expect(bank.ledger()).toHaveLength(1);
    const model = scriptedModel((request) => `Read: ${request.messages.at(-1)!.text}`);
    const hub = await home.hub({ model: () => model }, env);
    const client = api(hub.url, hub.token.secret);
    const answer = await client.send('assistant', question);
    expect(answer.reply!.text).toMatch(/^Read: .*Nobody knows whether it took effect/);
    expect(answer.reply!.actions).toMatchObject([{ name: 'vanish', state: 'unknown', ok: false }]);
    expect(bank.ledger()).toHaveLength(1);
  }, 60_000);
});
