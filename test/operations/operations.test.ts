/** Operations over HTTP, on a real hub: what each does, and what the audit says of it. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { derivedId } from '../../src/core/ids.js';
import { FatalError } from '../../src/errors.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Desk } from './desk.js';

let desk: Desk;
beforeEach(async () => {
  desk = new Desk();
  await desk.open();
});
afterEach(() => desk.home.dispose());

const admin = () => ({
  kind: 'token',
  name: expect.stringMatching(/^admin@/),
  tenant: 'default',
  role: 'owner',
});
const row = (operation: string, target: object, more: object = { outcome: 'done' }) => ({
  ...{ operation, target, principal: admin(), ...more },
});
/** A model that ends only when it is aborted. */
const endless = () =>
  scriptedModel((request, signal) =>
    lastSaid(request).includes('slow')
      ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      : `echo ${lastSaid(request)}`,
  );

describe('agents', () => {
  it('are listed with what is wrong, shown and checked', async () => {
    desk.home.character('broken', { name: 7 });
    desk.home.character('mute', {
      name: 'Mute',
      bio: '.',
      plugins: [],
      connectors: { discord: { dm: 'open' } },
    });
    await until(async () => {
      const found = await desk.get('/agents');
      return found.problems.length > 0 && found.agents.length === 2;
    });
    const { agents, problems } = await desk.get('/agents');
    expect(agents).toEqual([
      { id: 'assistant', name: 'Ada', models: ['offline'], plugins: [], connectors: ['telegram'] },
      // What it says of a connector starts none.
      { id: 'mute', name: 'Mute', models: ['offline'], plugins: [], connectors: [] },
    ]);
    expect(problems).toMatchObject([{ agentId: 'broken', field: 'name' }]);
    const shown = await desk.get('/agents/assistant');
    expect(shown.character.connectors.telegram.operators).toEqual(['root']);
    expect(await desk.post('/agents/assistant/check')).toMatchObject({ ok: true });
    expect(await desk.ask('GET', '/agents/nobody')).toMatchObject({
      status: 404,
      body: { error: { code: 'agent_unknown' } },
    });
    expect(await desk.audit()).toEqual(
      expect.arrayContaining([
        row('agents.check', { agentId: 'assistant' }),
        row('agents.show', { agentId: 'nobody' }, { outcome: 'failed', error: 'agent_unknown' }),
      ]),
    );
  });
});

describe('[http-and-cli.21] what is wrong with a request', () => {
  it.each([
    ['/pairings/approve', { cod: 'X' }, 'code', 'code: is missing; cod: unknown; did you mean "code"?'],
    ['/pairings/revoke', { pairing: 7 }, 'pairing', 'pairing: must be a text, not a number.'],
  ])('is told whole for %s %j', async (path, body, field, message) => {
    expect(await desk.ask('POST', path, body)).toEqual({
      status: 422,
      body: { error: { code: 'invalid_field', field, message } },
    });
  });
});

describe('tokens', () => {
  it('are listed without hashes and revoked within a second, also over a restart', async () => {
    const { tokens } = await desk.get('/tokens');
    expect(tokens).toEqual([
      {
        ...{ id: expect.stringMatching(/^tok_/), name: admin().name, role: 'owner', tenant: 'default' },
        ...{ createdAt: expect.stringMatching(/Z$/), bootstrap: true },
      },
    ]);
    const first = desk.hub.token.secret;
    const { status } = await desk.ask('DELETE', `/tokens/${encodeURIComponent(tokens[0].name)}`);
    expect(status).toBe(200);
    await until(async () => (await desk.ask('GET', '/tokens')).status === 401, 3000);
    await desk.hub.stop();
    await desk.start();
    expect(desk.hub.token).toMatchObject({ created: true });
    expect(desk.hub.token.secret).not.toBe(first);
    expect((await desk.get('/tokens')).tokens).toHaveLength(1);
    expect(
      (await fetch(`${desk.hub.url}/tokens`, { headers: { authorization: `Bearer ${first}` } })).status,
    ).toBe(401);
    expect(await desk.ask('DELETE', '/tokens/nobody')).toMatchObject({ status: 404 });
    // Asked for by name: the many questions above fill a page of the audit.
    const { rows } = await desk.get('/audit?operation=tokens.revoke');
    expect(rows).toContainEqual(
      expect.objectContaining(row('tokens.revoke', { token: tokens[0].name, made: false })),
    );
    expect(JSON.stringify([rows, await desk.audit()])).not.toContain(first);
  });
});

describe('rooms', () => {
  it('are listed, read from both ends and forgotten', async () => {
    const { memory } = (await desk.platform.dm('ann', 'one'))!;
    await desk.platform.last(1);
    await desk.platform.dm('ann', 'two');
    await desk.platform.last(2);
    await desk.platform.dm('bob', 'mine');
    await desk.platform.last(3);
    const { rooms } = await desk.get('/rooms?agentId=assistant');
    expect(rooms.map(({ channel }: { channel: string }) => channel)).toEqual(['bob', 'ann']);
    expect(rooms[1]).toMatchObject({ connector: 'telegram', agentId: 'assistant', messages: 4 });
    const path = `/rooms/${memory.roomId}`;
    const texts = async (query: string) =>
      (await desk.get(`${path}/messages?${query}`)).messages.map(({ text }: { text: string }) => text);
    expect(await texts('limit=2')).toEqual(['one', 'echo one']);
    expect(await texts('order=newest&limit=2')).toEqual(['echo two', 'two']);
    const page = await desk.get(`${path}/messages?order=newest&limit=3`);
    expect(await texts(`order=newest&cursor=${page.nextCursor}`)).toEqual(['one']);
    expect(await desk.post(`${path}/forget`, { count: true })).toEqual({ memories: 4 });
    expect(await desk.post(`${path}/forget`)).toEqual({ memories: 4 });
    expect(await texts('')).toEqual([]);
    expect((await desk.get('/rooms')).rooms).toHaveLength(1);
    const audit = await desk.audit();
    expect(audit).toContainEqual(row('rooms.forget', { roomId: memory.roomId, count: false }));
    expect(audit).toContainEqual(row('rooms.messages', { roomId: memory.roomId }));
    expect(JSON.stringify(audit)).not.toMatch(/echo|mine/);
  });

  it('say all that is wrong with a question, and take no unknown field', async () => {
    const { status, body } = await desk.ask('GET', '/rooms?limit=none&cursor=&colour=red');
    expect(status).toBe(422);
    expect(body.error.message).toMatch(/limit.*cursor.*colour/s);
    expect((await desk.ask('GET', '/rooms?limit=1&limit=2')).status).toBe(422);
    expect(await desk.audit()).toContainEqual(
      row('rooms.list', {}, { outcome: 'failed', error: 'invalid_field' }),
    );
  });
});

describe('turns', () => {
  it('are stopped by their id and by their room', async () => {
    desk.model = endless();
    await desk.hub.stop();
    await desk.start();
    for (const by of ['turn', 'room']) {
      const { memory } = (await desk.platform.dm('ann', `slow ${by}`))!;
      await until(() => desk.model.requests.length > 0);
      desk.model.requests.length = 0;
      const { turnId } =
        by === 'room'
          ? await desk.post(`/rooms/${memory.roomId}/stop`)
          : await desk.post(`/turns/${turnIdOf(memory)}/stop`);
      expect(turnId).toBe(turnIdOf(memory));
      await until(async () => (await desk.get(`/turns/${turnId}`)).status === 'stopped');
    }
    expect(desk.platform.texts).toEqual(['Stopped.', 'Stopped.']);
    expect((await desk.ask('POST', '/turns/turn_unknown/stop')).status).toBe(404);
    expect(await desk.post('/rooms/room_unknown/stop')).toEqual({ turnId: null });
    expect(await desk.audit()).toContainEqual(
      row('turns.stop', { turnId: 'turn_unknown' }, { outcome: 'failed', error: 'not_found' }),
    );
  });

  it('show what runs', async () => {
    desk.model = endless();
    await desk.hub.stop();
    await desk.start();
    const { memory } = (await desk.platform.dm('ann', 'slow'))!;
    await until(() => desk.model.requests.length > 0);
    expect(await desk.get(`/turns/${turnIdOf(memory)}`)).toMatchObject({
      ...{ status: 'open', covers: [memory.id], finishedAt: null, actions: [] },
    });
    await desk.post(`/rooms/${memory.roomId}/stop`);
    await desk.platform.last(1);
  });

  it('run again once they have failed, even where somebody stopped the room since', async () => {
    let broken = true;
    desk.model = scriptedModel((request) => {
      if (broken) throw new FatalError('model_refused', 'no key');
      return `echo ${lastSaid(request)}`;
    });
    await desk.hub.stop();
    await desk.start();
    const { memory } = (await desk.platform.dm('ann', 'hello'))!;
    await desk.platform.last(1);
    const turnId = turnIdOf(memory);
    expect((await desk.get('/turns?status=failed')).turns).toMatchObject([
      { turnId, status: 'failed', error: { code: 'model_refused' } },
    ]);
    const { memory: second } = (await desk.platform.dm('ann', 'again'))!;
    await desk.platform.last(2);
    await desk.post(`/rooms/${second.roomId}/stop`);
    broken = false;
    expect(await desk.post(`/turns/${turnId}/run-again`)).toEqual({ turnId });
    expect(await desk.platform.last(3)).toBe('echo hello');
    expect(await desk.get(`/turns/${turnId}`)).toMatchObject({ status: 'done', error: null });
    expect((await desk.ask('POST', `/turns/${turnId}/run-again`)).status).toBe(404);
    expect((await desk.get('/turns?status=failed')).turns).toHaveLength(1);
  });
});

describe('people', () => {
  it('are forgotten in every room, with the replies to them, and nobody else is', async () => {
    await desk.platform.dm('a', 'mine');
    await desk.platform.last(1);
    await desk.platform.say('a', 'shared');
    await desk.platform.last(2);
    for (const other of ['a/b', 'a%', 'a_', 'a:*', 'A']) {
      await desk.platform.say(other, 'theirs');
      await desk.platform.last(desk.platform.shown.length + 1);
    }
    const before = desk.platform.shown.length;
    const whom = { connector: 'telegram', userId: 'a' };
    expect(await desk.post('/people/forget', { ...whom, connector: 'slack' })).toEqual({ memories: 0 });
    expect(await desk.post('/people/forget', { ...whom, count: true })).toEqual({ memories: 4 });
    expect(await desk.post('/people/forget', whom)).toEqual({ memories: 4 });
    const { rooms } = await desk.get('/rooms');
    expect(rooms).toHaveLength(1);
    expect(rooms[0].messages).toBe((before - 2) * 2);
    expect(await desk.audit()).toContainEqual(
      row('people.forget', { ...whom, tenant: 'default', count: false }),
    );
  });
});

describe('secrets', () => {
  it('leave a row for every try, without their values', async () => {
    const { body } = await desk.ask('PUT', '/secrets/key', { value: 'sk-very-secret' });
    expect(JSON.stringify(body)).not.toContain('very-secret');
    const audit = await desk.audit();
    expect(audit).toContainEqual(
      expect.objectContaining({ operation: 'secrets.set', target: { name: 'key' } }),
    );
    expect(JSON.stringify(audit)).not.toContain('very-secret');
    expect((await desk.ask('PUT', '/secrets/no%20name', { value: 'x' })).status).toBe(422);
  });
});

describe('health', () => {
  it('is told, with what waits', async () => {
    expect(await desk.get('/health')).toMatchObject({
      ...{ ready: true, checks: { store: 'ok' }, queues: { turns: { waiting: 0, running: 0 } } },
    });
  });
});

describe('requests', () => {
  it('need the right method and type', async () => {
    expect((await desk.ask('PATCH', '/health')).status).toBe(405);
    const plain = await fetch(`${desk.hub.url}/people/forget`, {
      method: 'POST',
      headers: { authorization: `Bearer ${desk.hub.token.secret}`, 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(plain.status).toBe(415);
    expect((await fetch(`${desk.hub.url}/agents`)).status).toBe(401);
  });
});

function turnIdOf({ id }: { id: string }): string {
  return derivedId('turn', id);
}

describe('[structure.9] one operation, whoever carries the request', () => {
  it('approves pairings from HTTP, the command line and a chat alike', async () => {
    desk.home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { telegram: { dm: 'pairing', operators: ['root'] } },
    });
    await until(
      async () => (await desk.get('/agents/assistant')).character.connectors.telegram.dm === 'pairing',
    );
    const codeOf = async (who: string) => {
      await desk.platform.dm(who, 'hello');
      await until(() => desk.platform.shown.some(({ channel }) => channel === who));
      return /code is ([A-Z0-9]{8})/.exec(
        desk.platform.shown.find(({ channel }) => channel === who)!.text,
      )![1]!;
    };
    await desk.post('/pairings/approve', { code: await codeOf('ann') });
    const { stdout } = await cli(desk, 'pairing', 'approve', await codeOf('bob'));
    expect(stdout).toMatch(/^Let in: bob/);
    expect(await desk.platform.command('root', 'approve', await codeOf('eve'))).toBe('eve is let in.');
    expect((await desk.get('/pairings')).pairings).toHaveLength(3);
    const rows = (await desk.audit()).filter(({ operation }) => operation === 'pairings.approve');
    expect(rows).toMatchObject([
      { principal: admin(), outcome: 'done' },
      { principal: admin(), outcome: 'done' },
      { principal: { kind: 'person', name: 'root', role: 'operator' }, outcome: 'done' },
    ]);
    // A code that is not used yet would be as good as a key.
    expect(JSON.stringify(rows)).not.toMatch(/[A-Z2-9]{8}/);
  });
});

function cli({ home }: Desk, ...args: string[]) {
  const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
  const env = { ...home.settings(), PATH: process.env.PATH!, HOME: home.folder };
  return promisify(execFile)(process.execPath, [main, ...args], { env, cwd: home.folder });
}
