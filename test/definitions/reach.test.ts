/** Whoever may define agents over the API, and would like to have more of the machine and of others than that. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DefinitionsStage } from './stage.js';

const stage = new DefinitionsStage();
const pwned = join(stage.home.folder, 'pwned');
beforeAll(async () => {
  const script = `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(pwned)}, ''); export default {};`;
  writeFileSync(join(stage.home.characters, 'evil.mjs'), script);
  mkdirSync(join(stage.home.characters, 'skill'));
  writeFileSync(
    join(stage.home.characters, 'skill', 'SKILL.md'),
    '---\nname: s\ndescription: s\n---\nhidden',
  );
  stage.home.secret('others', 'a-token-of-others');
  await stage.open({ TELEGRAM_BOT_TOKEN: '1:of-the-hub', CARRIER_AGENT: 'somebody' });
});
afterAll(() => stage.home.dispose());

const telegram = (token: string) => ({ connectors: { telegram: { token } } });

describe('a definition in the store', () => {
  it.each([
    ['a variable', telegram('env:TELEGRAM_BOT_TOKEN'), 'connectors.telegram.token', 'env'],
    ['a secret in a file', telegram('file:others'), 'connectors.telegram.token', 'files'],
    ['a file anywhere', telegram('file:/etc/passwd'), 'connectors.telegram.token', 'files'],
    ['a plugin by path', { plugins: ['time', './evil.mjs'] }, 'plugins[1]', 'files'],
    ['a plugin by a whole path', { plugins: ['/tmp/x.js'] }, 'plugins[0]', 'files'],
    ['a plugin above', { plugins: ['../x.js'] }, 'plugins[0]', 'files'],
    ['a plugin by an address', { plugins: ['file:///tmp/x.js'] }, 'plugins[0]', 'files'],
    ['a skill', { skills: ['skill'] }, 'skills[0]', 'files'],
    ['tests elsewhere', { evaluation: { tests: '../../etc' } }, 'evaluation.tests', 'files'],
    ['tests elsewhere by detours', { evaluation: { tests: 'a/..\\..\\b' } }, 'evaluation.tests', 'files'],
    ['tests by a whole path', { evaluation: { tests: '/etc' } }, 'evaluation.tests', 'files'],
    ['a document', { knowledge: [{ path: '.' }] }, 'knowledge[0].path', 'files'],
    [
      'a program',
      { toolSources: [{ name: 'x', type: 'mcp', command: 'sh' }] },
      'toolSources[0]',
      'tool-sources',
    ],
    [
      'an address',
      { toolSources: [{ name: 'x', type: 'mcp', url: 'http://127.0.0.1:1/' }] },
      'toolSources[0]',
      'tool-sources',
    ],
  ])('does not reach %s', async (_, definition, field, setting) => {
    const { status, body } = await stage.create('thief', definition);
    expect([status, body.error.code, body.error.field]).toEqual([422, 'invalid_field', field]);
    expect(body.error.message).toContain(`CARRIER_STORED_AGENTS_MAY=${setting}`);
    // Nor by a change of one that is there.
    await stage.create('honest');
    const changed = await stage.ask('PATCH', '/agents/honest', { definition });
    expect([changed.status, changed.body.error.field]).toEqual([422, field]);
    expect(() => readFileSync(pwned)).toThrow();
  });

  it.each(['data:text/javascript,1', 'https://evil.example/x.js', 'node:fs', 'evil.mjs'])(
    'a plugin called %s is looked for by that name alone',
    async (name) => {
      const id = `named-${name.replace(/\W+/g, '-').slice(0, 20)}`;
      expect((await stage.create(id, { plugins: [name] })).status).toBe(200);
      await expect
        .poll(async () => (await stage.show(id)).body.problems, { timeout: 10_000 })
        .toMatchObject([{ field: 'plugins[0]', message: expect.stringContaining('not found') }]);
    },
  );
});

describe('an administrator of one agent', () => {
  let token: string;
  beforeAll(async () => {
    await stage.create('mine');
    token = await stage.issue('admin', ['mine']);
    await stage.ask('PUT', '/secrets/of-hub', { value: 'a-secret-of-the-hub' });
  });
  const mine = (definition: object, path = '/agents/mine') =>
    stage.ask('PATCH', path, { definition }, { token });

  it('changes it, and neither makes one nor changes another', async () => {
    expect((await mine({ bio: 'changed' })).status).toBe(200);
    const made = await stage.ask('POST', '/agents', { id: 'more', definition: {} }, { token });
    expect(made.status).toBe(403);
    const other = await mine({ bio: 'x' }, '/agents/honest');
    const nobodys = await mine({ bio: 'x' }, '/agents/nobody');
    expect([other.status, other.body.error.code]).toEqual([404, 'agent_unknown']);
    expect(nobodys.body.error.message).toBe(other.body.error.message.replace('honest', 'nobody'));
    expect((await stage.ask('GET', '/agents/honest/export', undefined, { token })).status).toBe(404);
  });

  it('does not bring back one that was removed', async () => {
    await stage.ask('DELETE', '/agents/mine');
    const back = await stage.ask('POST', '/agents/mine/roll-back', { to: 1 }, { token });
    expect([403, 404]).toContain(back.status);
    expect((await stage.show('mine')).status).toBe(404);
    expect((await stage.ask('POST', '/agents/mine/roll-back', { to: 1 })).status).toBe(200);
  });

  it('names no secret of the hub or of another agent, and keeps one that was named for it', async () => {
    for (const reference of ['secret:of-hub', 'secret:agent.honest.0123456789ab']) {
      const { status, body } = await mine(telegram(reference));
      expect([status, body.error.code, body.error.field]).toEqual([
        403,
        'permission_denied',
        'connectors.telegram.token',
      ]);
    }
    const named = await stage.ask('PATCH', '/agents/mine', { definition: telegram('secret:of-hub') });
    expect(named.status).toBe(200);
    expect((await mine({ bio: 'again' })).status).toBe(200);
    expect((await mine({ connectors: { discord: { token: 'secret:of-hub' } } })).status).toBe(403);
    expect((await mine(telegram('my-own-value-1'))).body.definition.connectors.telegram.token).toBe('***');
  });

  it('a token for other things alone changes nothing', async () => {
    const limited = await stage.issue('owner', undefined, { scopes: ['agents.read'] });
    const answer = await stage.ask('PATCH', '/agents/mine', { comment: 'x' }, { token: limited });
    expect(answer.status).toBe(403);
    expect((await stage.ask('GET', '/agents/mine', undefined, { token: limited })).status).toBe(200);
  });
});

it('names of the language change no agent', async () => {
  const body = '{"definition": {"__proto__": {"bio": "x"}, "constructor": {"prototype": {"bio": "x"}}}}';
  const { status } = await stage.ask('PATCH', '/agents/honest', JSON.parse(body));
  expect(status).toBe(422);
  expect(({} as { bio?: string }).bio).toBeUndefined();
});

it('what the operator allows is possible, and no more than to a character file', async () => {
  const other = new DefinitionsStage();
  try {
    other.home.secret('token', '1:in-a-file');
    await other.open({ CARRIER_STORED_AGENTS_MAY: 'files,env' });
    expect((await other.create('allowed', telegram('file:token'))).status).toBe(200);
    await other.create('beyond', telegram('file:/etc/hostname'));
    await expect
      .poll(async () => (await other.show('beyond')).body.problems, { timeout: 10_000 })
      .toMatchObject([{ message: expect.stringContaining('CARRIER_SECRETS_DIR') }]);
    const source = { toolSources: [{ name: 'x', type: 'mcp', command: 'sh' }] };
    expect((await other.create('runs', source)).status).toBe(422);
  } finally {
    await other.home.dispose();
  }
});
