/** Agents that are defined over HTTP: what people who talk to them see, and what administrators do to one another. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DefinitionsStage } from './stage.js';

const stage = new DefinitionsStage();
beforeAll(() => stage.open());
afterAll(() => stage.home.dispose());

let made = 0;
/** A new agent that is there for one test. */
async function newAgent(definition: object = {}): Promise<string> {
  const id = `agent-${++made}`;
  const { status, body } = await stage.create(id, definition);
  expect(status, JSON.stringify(body)).toBe(200);
  return id;
}

describe('an agent that is made over HTTP', () => {
  it('answers at once; another bio counts in the next turn, and so does the one that is rolled back to', async () => {
    const id = await newAgent({ bio: 'Likes herons.' });
    expect(await stage.say(id, 'hi')).toMatch(/Nia.*herons.*hi/s);
    const changed = await stage.ask('PATCH', `/agents/${id}`, { definition: { bio: 'Likes owls.' } });
    expect(changed).toMatchObject({ status: 200, etag: '"2"', body: { version: 2, inForce: true } });
    expect(await stage.say(id, 'again')).toMatch(/owls/);
    expect((await stage.ask('GET', `/agents/${id}/diff`)).body).toEqual({
      ...{ from: 1, to: 2 },
      differences: [{ field: 'bio', before: 'Likes herons.', after: 'Likes owls.' }],
    });
    const back = await stage.ask('POST', `/agents/${id}/roll-back`, { to: 1, comment: 'herons after all' });
    expect(back.body).toMatchObject({ version: 3, definition: { bio: 'Likes herons.' } });
    expect(await stage.say(id, 'and now')).toMatch(/herons/);
    const { versions } = (await stage.ask('GET', `/agents/${id}/versions`)).body;
    expect(versions).toMatchObject([
      { number: 3, active: true, comment: 'herons after all', by: expect.stringContaining('token') },
      { number: 2, active: false },
      { number: 1, active: false },
    ]);
  });

  it('is gone when it is removed; what was said stays, and is there when it is rolled back to', async () => {
    const id = await newAgent();
    await stage.say(id, 'keep this');
    expect((await stage.ask('DELETE', `/agents/${id}`)).body).toEqual({ id });
    expect(await stage.show(id)).toMatchObject({ status: 404, body: { error: { code: 'agent_unknown' } } });
    const gone = await stage.ask('POST', `/${id}/message`, { text: 'hello?', userId: 'ann' });
    expect(gone.body.error.code).toBe('agent_unknown');
    expect((await stage.ask('PATCH', `/agents/${id}`, { comment: 'x' })).status).toBe(404);
    expect((await stage.ask('POST', `/agents/${id}/roll-back`, { to: 1 })).body.version).toBe(2);
    const { messages } = (await stage.ask('GET', `/${id}/rooms/user:ann/messages`)).body;
    expect(messages[0].text).toBe('keep this');
  });

  it('made again after it was removed goes on with its versions', async () => {
    const id = await newAgent();
    await stage.ask('DELETE', `/agents/${id}`);
    expect((await stage.create(id)).etag).toBe('"2"');
  });

  it('is exported as a character file', async () => {
    const id = await newAgent({ style: ['Briefly.'] });
    const { file } = (await stage.ask('GET', `/agents/${id}/export`)).body;
    expect(file).toEqual({ name: 'Nia', bio: 'A new one.', plugins: [], style: ['Briefly.'] });
  });

  it.each([
    ['a misspelt field', { bioo: 'x' }, /bioo: unknown.*bio/, 'bioo'],
    ['a wrong type', { memory: { recall: 'much' } }, /memory\.recall: must be a/, 'memory.recall'],
    ['a missing field', { bio: undefined }, /bio: is missing/, 'bio'],
    [
      'a nest that never ends',
      { policy: JSON.parse('['.repeat(90) + ']'.repeat(90)) },
      /nested/,
      'definition',
    ],
  ])('is refused as a file would be for %s', async (_, definition, message, field) => {
    const { status, body } = await stage.create('never', definition);
    expect(status).toBe(422);
    expect(body.error).toMatchObject({
      code: 'invalid_field',
      field,
      message: expect.stringMatching(message),
    });
    expect((await stage.show('never')).status).toBe(404);
  });

  it.each(['tools', 'agents', 'Nia', 'a/b', '../etc', '__proto__', ''])('cannot be called %j', async (id) => {
    expect((await stage.create(id)).status).toBe(422);
  });

  it('is stored with a plugin that there is not, and its problem is told as that of a file', async () => {
    const id = await newAgent({ plugins: ['tme'] });
    await expect
      .poll(async () => (await stage.show(id)).body.problems, { timeout: 10_000 })
      .toMatchObject([{ field: 'plugins[0]', message: expect.stringContaining('"time"') }]);
  });
});

describe('[governed.13] two who change one agent', () => {
  it('of two who have read the same version one is told, and nothing is lost', async () => {
    const id = await newAgent();
    const [one, other] = [(await stage.show(id)).body, (await stage.show(id)).body];
    const put = (body: object, headers = {}) => stage.ask('PUT', `/agents/${id}`, body, { headers });
    const first = { definition: { ...one.definition, bio: 'first' } };
    const second = { definition: { ...other.definition, style: ['second'] } };
    const answers = await Promise.all([
      put(first, { 'if-match': '"1"' }),
      put(second, { 'if-match': '"1"' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(answers.find(({ status }) => status === 412)!.body.error.code).toBe('version_conflict');
    expect((await stage.ask('GET', `/agents/${id}/versions`)).body.versions).toHaveLength(2);
  });

  it('a write without a version is refused, and one that says in its body what it has read counts', async () => {
    const id = await newAgent();
    const { version, definition } = (await stage.show(id)).body;
    const put = (body: object) => stage.ask('PUT', `/agents/${id}`, { definition, ...body });
    expect(await put({})).toMatchObject({ status: 428, body: { error: { code: 'version_missing' } } });
    expect(await put({ version })).toMatchObject({ status: 200, etag: '"2"' });
    expect((await put({ version })).status).toBe(412);
    expect((await put({ ifVersion: '*' })).status).toBe(200);
  });

  it('the version is another after each change, also from A to B to A, and without any difference', async () => {
    const id = await newAgent();
    const bio = async (text: string) =>
      (await stage.ask('PATCH', `/agents/${id}`, { definition: { bio: text } })).etag;
    expect([await bio('B'), await bio('A new one.'), await bio('A new one.')]).toEqual(['"2"', '"3"', '"4"']);
    const late = await stage.ask('PATCH', `/agents/${id}`, {}, { headers: { 'if-match': '"1"' } });
    expect(late.status).toBe(412);
  });

  it.each(['"7"', 'W/"1"', '1', '"1-x"', '"9", W/"1"', '""'])(
    'If-Match: %s is not the first version',
    async (tag) => {
      const id = await newAgent();
      for (const [method, path, body] of [
        ['PUT', '', { definition: { name: 'x', bio: 'x' } }],
        ['PATCH', '', { definition: { bio: 'x' } }],
        ['DELETE', '', undefined],
        ['POST', '/roll-back', { to: 1 }],
      ] as const) {
        const answer = await stage.ask(method, `/agents/${id}${path}`, body, {
          headers: { 'if-match': tag },
        });
        expect([method, answer.status]).toEqual([method, 412]);
      }
      expect((await stage.show(id)).etag).toBe('"1"');
    },
  );

  it('changes of single fields at once are all kept', async () => {
    const id = await newAgent();
    const patches = [{ bio: 'b' }, { system: 's' }, { style: ['x'] }, { maxTokens: 99 }, { temperature: 1 }];
    const answers = await Promise.all(
      patches.map((definition) => stage.ask('PATCH', `/agents/${id}`, { definition })),
    );
    expect(answers.map(({ status }) => status)).toEqual(patches.map(() => 200));
    const { definition, version } = (await stage.show(id)).body;
    expect(definition).toMatchObject(Object.assign({}, ...patches));
    expect(version).toBe(6);
  });

  it('a merge patch takes fields away by null, and takes its own content type', async () => {
    const id = await newAgent({ memory: { recall: 3, facts: { share: 0.2 } } });
    const patch = { definition: { memory: { facts: null }, plugins: null } };
    const headers = { 'content-type': 'application/merge-patch+json' };
    const { body } = await stage.ask('PATCH', `/agents/${id}`, patch, { headers });
    expect(body.definition).toEqual({ name: 'Nia', bio: 'A new one.', memory: { recall: 3 } });
    const text = await stage.ask('PATCH', `/agents/${id}`, patch, {
      headers: { 'content-type': 'text/plain' },
    });
    expect(text.status).toBe(415);
  });
});

describe('a definition in the store and a file of one id', () => {
  const bios = async () => (await stage.say('assistant', 'who')).toString();

  it('the file counts until the definition says that it takes its place, and the clash is told', async () => {
    const answer = await stage.create('assistant', { name: 'Stored' });
    expect(answer.body).toMatchObject({ version: 1, inForce: false, overridesFile: false });
    expect(await bios()).toMatch(/^Ada/);
    const { problems } = (await stage.ask('GET', '/agents')).body;
    expect(problems).toContainEqual(
      expect.objectContaining({
        ...{ agentId: 'assistant', field: 'overridesFile' },
        message: expect.stringMatching(/not used: there is a character file.*--overrides-file/),
      }),
    );
    await stage.ask('PATCH', '/agents/assistant', { overridesFile: true });
    expect(await bios()).toMatch(/^Stored/);
    expect((await stage.show('assistant')).body).toMatchObject({ definedBy: 'store', overridesFile: true });
    await stage.ask('DELETE', '/agents/assistant');
    expect(await bios()).toMatch(/^Ada/);
  });

  it('what a file defines is changed there', async () => {
    const { status, body } = await stage.ask('PATCH', '/agents/assistant', { definition: { bio: 'x' } });
    expect([status, body.error.code]).toEqual([409, 'conflict']);
    expect(body.error.message).toContain('"overridesFile": true');
  });
});
