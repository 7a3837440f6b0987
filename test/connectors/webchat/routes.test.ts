/** Who gets what from a web chat's routes, without a browser. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ancestorsOf, isAllowed } from '../../../connectors/webchat/origins.js';
import { ConnectorsSettings } from '../../../src/core/connector-settings.js';
import { ChatRig, userToken } from './rig.js';

const originsOf = (...origins: string[]) =>
  ConnectorsSettings.parse({ webchat: { origins } }).webchat!.origins;

describe('origins', () => {
  it('[seen.30] are allowed by exact scheme, host and port, and names below by *. alone', () => {
    const allowed = originsOf('HTTPS://Shop.Example', 'https://*.mall.example', 'http://localhost:3000/');
    expect(allowed).toEqual(['https://shop.example', 'https://*.mall.example', 'http://localhost:3000']);
    const inside = ['https://shop.example', 'https://a.mall.example', 'https://a.b.mall.example'];
    for (const origin of [...inside, 'http://localhost:3000'])
      expect([origin, isAllowed(origin, allowed)]).toEqual([origin, true]);
    for (const origin of [
      ...['https://shop.example.evil.com', 'https://evilshop.example', 'http://shop.example', 'null', ''],
      ...[
        'https://shop.example:8443',
        'HTTPS://Shop.Example',
        'https://shop.example/',
        'https://mall.example',
      ],
      ...['https://evilmall.example', 'http://a.mall.example', 'https://a.mall.example:444', 'file://', '*'],
      ...[
        'https://shopxexample',
        'https://.mall.example',
        'http://localhost:30001',
        'https://x@shop.example',
      ],
    ])
      expect([origin, isAllowed(origin, allowed)]).toEqual([origin, false]);
    expect(ancestorsOf([])).toBe("'none'");
  });

  it.each([
    '*',
    'null',
    'https://*',
    'https://shop.example/path',
    'shop.example',
    'https://shop.*',
    'ftp://shop.example',
    'https://a.*.example',
    'https://x;script-src *',
  ])('[seen.30] cannot be %s in a character', (origin) => {
    expect(() => originsOf(origin)).toThrow(/must be an origin as/);
  });
});

describe('a web chat', () => {
  let rig: ChatRig;

  beforeAll(async () => {
    rig = await ChatRig.open(
      (port) => ({
        assistant: {
          origins: [`http://shop.example:${port}`],
          secret: 'env:WEBCHAT_SECRET_SHOP',
          perAddress: 0,
        },
        members: { anonymous: false, secret: 'env:WEBCHAT_SECRET_SHOP', files: false },
        narrow: { perAddress: 4 },
      }),
      { browser: false },
    );
    rig.home.character('private', { name: 'Pip', bio: 'Keeps to itself.' });
  });
  afterAll(() => rig?.close());

  const enter = async (body: object = {}, agent = 'assistant') => rig.ask(agent, '/visitor', body);
  const userOf = async (user: string) => (await enter({ user })).body;

  it('is there only for agents whose character has the section', async () => {
    for (const path of ['', '/messages', '/live'])
      expect((await fetch(`${rig.url}/webchat/private${path}`)).status).not.toBe(200);
    expect((await enter({}, 'private')).status).not.toBe(200);
    expect((await fetch(`${rig.url}/webchat/assistant`)).status).toBe(200);
  });

  it('[seen.29] gives nothing without a visitor’s token, and refuses what another page embeds', async () => {
    for (const path of ['/messages', '/live', '/messages/x/files/0'])
      expect((await rig.ask('assistant', path)).body.error.code).toBe('token_missing');
    for (const path of ['/messages', '/stop'])
      expect((await rig.ask('assistant', path, { text: 'x', messageId: '1' })).status).toBe(401);
    const refused = await enter({ embedder: 'https://evil.example' });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'permission_denied']);
    expect((await enter({ embedder: 'null' })).status).toBe(403);
    expect((await enter({ embedder: rig.site() })).status).toBe(200);
  });

  it('[seen.35] names its sites in its page’s policy, while all else of the hub is framed by nobody', async () => {
    const policyOf = async (path: string) => {
      const { headers } = await fetch(`${rig.url}${path}`);
      return [headers.get('content-security-policy') ?? '', headers.get('x-frame-options')] as const;
    };
    const [policy, frames] = await policyOf('/webchat/assistant');
    expect(policy).toContain(`frame-ancestors http://shop.example:${rig.port}`);
    expect(frames).toBeNull();
    expect((await policyOf('/webchat/narrow'))[0]).toContain("frame-ancestors 'none'");
    for (const path of ['/', '/healthz', '/agents'])
      expect((await policyOf(path))[0]).toContain("frame-ancestors 'none'");
  });

  it('[seen.36] makes nobody a user of the site without its valid signature, on any path', async () => {
    const alice = await userOf(await userToken('alice', { name: 'Alice' }));
    expect(alice.visitor).toEqual({ id: 'signed:alice', name: 'Alice' });
    const unsigned = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"alice","iat":1,"exp":9999999999}')}.`;
    const [head, , signature] = (await userToken('mallory')).split('.');
    const swapped = `${head}.${btoa('{"sub":"alice","iat":1,"exp":9999999999}').replace(/=/g, '')}.${signature}`;
    const wrong = [
      ...[unsigned, swapped, 'alice', '', `${alice.token}`],
      await userToken('alice', { secret: 'another-secret-of-thirty-two-characters' }),
      await userToken('alice', { lasts: -30 }),
      // In milliseconds, it would be good for ever.
      await userToken('alice', { lasts: Date.now() }),
    ];
    for (const user of wrong) {
      const { status, body } = await enter({ user });
      expect([status, body.error?.code]).toEqual([401, 'token_invalid']);
      // As the hub's own token it is worth no more.
      expect(
        (await rig.ask('assistant', '/messages', undefined, user === alice.token ? 'x' : user)).status,
      ).toBe(401);
    }
    const anonymous = (await enter()).body;
    expect(anonymous.visitor.id).toMatch(/^anonymous:/);
    // A visitor's token is of one agent, and cannot be told to be another's.
    expect((await rig.ask('members', '/messages', undefined, alice.token)).status).toBe(401);
    const parts = anonymous.token.split('.');
    parts[1] = btoa(JSON.stringify({ ...JSON.parse(atob(parts[1])), sub: 'signed:alice' })).replace(/=/g, '');
    expect((await rig.ask('assistant', '/messages', undefined, parts.join('.'))).status).toBe(401);
    // The key of files opens files alone.
    const { body } = await rig.ask('assistant', '/messages', undefined, alice.token);
    expect((await rig.ask('assistant', '/messages', undefined, body.fileKey)).status).toBe(401);
    expect((await enter({}, 'members')).body.error.code).toBe('token_missing');
    expect((await enter({ token: anonymous.token }, 'members')).status).toBe(401);
    expect((await enter({ user: await userToken('bob') }, 'members')).body.visitor.id).toBe('signed:bob');
  });

  it('[seen.9] takes one id once, however often it comes, and the same words twice', async () => {
    const { token } = (await enter()).body;
    const send = (text: string, messageId: string) =>
      rig.ask('assistant', '/messages', { text, messageId }, token);
    const sent = await Promise.all([send('ok', 'm-1'), send('ok', 'm-1'), send('ok', 'm-2')]);
    expect(sent.map(({ status }) => status)).toEqual([202, 202, 202]);
    const { messages } = (await rig.ask('assistant', '/messages', undefined, token)).body;
    expect(messages.filter(({ role }: { role: string }) => role === 'user')).toHaveLength(2);
  });

  it('shows the answer of a command, which is in no history', async () => {
    const { token } = (await enter()).body;
    expect((await rig.ask('assistant', '/messages', { text: '/help', messageId: 'h' }, token)).status).toBe(
      202,
    );
    await expect
      .poll(
        async () =>
          (await rig.ask('assistant', '/messages', undefined, token)).body.messages.map(
            ({ role }: { role: string }) => role,
          ),
        { timeout: 10_000 },
      )
      .toContain('system');
  });

  it('gives what /export promises: a file, to its visitor alone, with all that they said', async () => {
    const { token } = (await enter()).body;
    await rig.ask('assistant', '/messages', { text: 'my cat is called Mau', messageId: 'c' }, token);
    await rig.ask('assistant', '/messages', { text: '/export', messageId: 'e' }, token);
    const told = async () => (await rig.ask('assistant', '/messages', undefined, token)).body;
    const withFile = async () =>
      (await told()).messages.find(
        ({ role, attachments }: { role: string; attachments?: object[] }) => role === 'system' && attachments,
      );
    await expect.poll(withFile, { timeout: 10_000 }).toBeTruthy();
    const { id, attachments, text } = await withFile();
    expect(text).toMatch(/what I hold of you/);
    expect(attachments).toEqual([
      {
        name: expect.stringMatching(/\.ndjson$/),
        mediaType: 'application/x-ndjson',
        size: expect.any(Number),
      },
    ]);
    const get = (key: string, at = '0') =>
      fetch(`${rig.url}/webchat/assistant/messages/${id}/files/${at}?key=${key}`);
    const { fileKey } = await told();
    const file = await get(fileKey);
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename=/);
    const lines = (await file.text()).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line)).length).toBe(lines.length);
    expect(lines.join()).toContain('my cat is called Mau');
    expect((await get(fileKey, '1')).status).toBe(404);
    const other = (await enter()).body;
    const others = (await rig.ask('assistant', '/messages', undefined, other.token)).body;
    expect((await get(others.fileKey)).status).toBe(404);
  });

  it('counts messages and new visitors by address, and visitors by themselves', async () => {
    const first = await enter({}, 'narrow');
    const second = await enter({}, 'narrow');
    const third = await enter({}, 'narrow');
    expect([first.status, second.status, third.status]).toEqual([200, 200, 429]);
    // Who comes back is not new.
    expect((await enter({ token: first.body.token }, 'narrow')).status).toBe(200);
    const say = (id: number, { token }: { token: string }) =>
      rig.ask('narrow', '/messages', { text: 'hello', messageId: `m-${id}` }, token);
    const statuses = [];
    for (const id of [1, 2, 3, 4, 5])
      statuses.push((await say(id, id % 2 ? first.body : second.body)).status);
    expect(statuses).toEqual([202, 202, 202, 202, 429]);
  });

  it('takes files within its limits, gives them to their visitor alone, and none where it takes none', async () => {
    const upload = async (agent: string, token: string) => {
      const form = new FormData();
      form.append('text', 'see this');
      form.append('messageId', 'f-1');
      form.append('file', new Blob(['secret plan'], { type: 'text/plain' }), 'plan.txt');
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${rig.url}/webchat/${agent}/messages`, { method: 'POST', body: form, headers }))
        .status;
    };
    const { token } = (await enter()).body;
    expect(await upload('assistant', token)).toBe(202);
    const { messages, fileKey } = (await rig.ask('assistant', '/messages', undefined, token)).body;
    const { id } = messages.find(({ attachments }: { attachments?: object[] }) => attachments);
    const get = (key: string) => fetch(`${rig.url}/webchat/assistant/messages/${id}/files/0?key=${key}`);
    expect(await (await get(fileKey)).text()).toBe('secret plan');
    const other = (await enter()).body;
    const others = (await rig.ask('assistant', '/messages', undefined, other.token)).body;
    expect((await get(others.fileKey)).status).toBe(404);
    expect((await get(token)).status).toBe(401);
    const member = (await enter({ user: await userToken('carol') }, 'members')).body;
    expect(await upload('members', member.token)).toBe(400);
  });
});
