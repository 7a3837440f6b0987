/** What becomes of a post whose signature is right, on the real hub. */
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { FatalError } from '../../../src/errors.js';
import { promptText } from '../../../src/llm/prompt-text.js';
import { until } from '../../support/until.js';
import { events, issues, payments, WebhookRig } from './rig.js';
import { github, json, type Signed, standard, stripe } from './senders.js';

let rig: WebhookRig;
afterEach(() => rig.hub.close());

const comment = (body: string, more: object = {}) => ({
  action: 'created',
  issue: { number: 7, title: 'It leaks' },
  comment: { body },
  sender: { login: 'octocat', id: 5 },
  repository: { full_name: 'acme/boat' },
  ...more,
});

describe('a post that comes twice', () => {
  it('makes one turn, by the id that its style has', async () => {
    rig = await WebhookRig.open({ events, issues, payments });
    const event = { id: 'evt_1', type: 'charge.failed', data: { object: {} } };
    const first = await Promise.all([
      rig.post('events', standard('msg_1', { text: 'Disk full' })),
      rig.post('issues', github('issue_comment', 'd1', comment('me too'))),
      rig.post('payments', stripe(event)),
    ]);
    expect(first.map(({ body }) => body.status)).toEqual(['accepted', 'accepted', 'accepted']);
    // Sent again with a time, and so a signature, of its own.
    const later = Date.now() + 2000;
    const again = await Promise.all([
      rig.post('events', standard('msg_1', { text: 'Disk full' }, undefined, new Date(later))),
      rig.post('issues', github('issue_comment', 'd1', comment('me too'))),
      rig.post('payments', stripe(event, undefined, later)),
    ]);
    expect(again).toMatchObject(
      first.map(({ body }) => ({ status: 202, body: { id: body.id, status: 'duplicate' } })),
    );
    expect(await rig.said()).toHaveLength(3);
    expect(await rig.replies(3)).toHaveLength(3);
  });

  it('makes one turn where both come at once, and after a restart', async () => {
    rig = await WebhookRig.open({ events });
    const posts = [1, 2, 3].map(() => rig.post('events', standard('msg_1', { text: 'Disk full' })));
    const statuses = (await Promise.all(posts)).map(({ body }) => body.status).sort();
    expect(statuses).toEqual(['accepted', 'duplicate', 'duplicate']);
    await rig.replies(1);
    await rig.hub.stop();
    expect(await rig.post('events', standard('msg_1', { text: 'Disk full' })).catch(() => null)).toBeNull();
    await rig.hub.start();
    const after = await rig.post('events', standard('msg_1', { text: 'Disk full' }));
    expect(after).toMatchObject({ status: 202, body: { status: 'duplicate' } });
    expect(await rig.replies(1)).toEqual(['noted']);
  });

  it('is answered at last, where the turn of the first has failed', async () => {
    rig = await WebhookRig.open({ issues });
    const posted = () => rig.post('issues', github('issue_comment', 'd1', comment('me too')));
    rig.hub.model.answer = null;
    await posted();
    (await rig.hub.model.asked()).fail(new FatalError('model_refused', 'The key is wrong.'));
    await until(async () => (await rig.hub.memories())[0]?.status === 'failed');
    rig.hub.model.answer = 'noted';
    expect((await posted()).body.status).toBe('duplicate');
    await until(async () => (await rig.replies(1)).includes('noted'));
    expect(await rig.said()).toHaveLength(1);
  });

  it('is told by its body, or by the id that the settings name, where its style has none', async () => {
    const plain = { signature: 'header', secret: 's', header: 'X-Secret', text: '{text}' };
    rig = await WebhookRig.open({ plain, named: { ...plain, id: '{run.id}' } });
    const signed = (payload: object): Signed => ({
      headers: { ...json, 'X-Secret': 's' },
      body: JSON.stringify(payload),
    });
    const statuses = [];
    for (const [source, payload] of [
      ['plain', { text: 'up' }],
      ['plain', { text: 'up' }],
      ['plain', { text: 'up', again: true }],
      ['named', { text: 'up', run: { id: 1 } }],
      ['named', { text: 'up', run: { id: 2 } }],
      ['named', { text: 'other words', run: { id: 1 } }],
    ] as const)
      statuses.push((await rig.post(source, signed(payload))).body.status);
    expect(statuses).toEqual(['accepted', 'duplicate', 'accepted', 'accepted', 'accepted', 'duplicate']);
  });
});

describe('the message that a post becomes', () => {
  it('is filled from the post, has its author, room and thread, and says where it is from', async () => {
    rig = await WebhookRig.open({ issues });
    const read: string[] = [];
    rig.hub.model.answer = (request) => {
      read.push(promptText(request).messages.at(-1)!.text);
      return 'noted';
    };
    await rig.post('issues', github('issue_comment', 'd1', comment('me too\nand more')));
    await rig.replies(1);
    await rig.post('issues', github('issues', 'd2', comment('x', { comment: undefined })));
    await rig.post('issues', github('issues', 'd3', comment('x', { repository: { full_name: 'acme/car' } })));
    const [first, second, third] = await rig.hub.received(3);
    expect(first).toMatchObject({
      content: { text: 'octocat created "It leaks"\nComment: me too\nand more' },
      author: { id: '5', name: 'octocat (webhook issues)' },
      source: { connector: 'webhook', tenant: 'issues', channel: 'acme/boat', thread: '7' },
    });
    expect(second?.content.text).toBe('octocat created "It leaks"');
    expect(second?.roomId).toBe(first?.roomId);
    expect(third?.roomId).not.toBe(first?.roomId);
    await rig.replies(3);
    expect(read[0]).toMatch(
      /^\[message by p1 "octocat \(webhook issues\)".*\n\| octocat created "It leaks"\n/,
    );
    expect(read[0]).toContain('[note]\n| A program posted this message, by the webhook "issues".');
  });

  it('never is a command, whoever words it', async () => {
    rig = await WebhookRig.open({ events });
    await rig.post('events', standard('1', { text: 'Remember the leak' }));
    await rig.replies(1);
    for (const [id, text] of Object.entries({ 2: '/forget yes', 3: ' \n\t/new', 4: '/stop' }))
      expect((await rig.post('events', standard(id, { text }))).status).toBe(202);
    expect(await rig.said()).toEqual([
      'Remember the leak',
      'events: /forget yes',
      'events: /new',
      'events: /stop',
    ]);
  });

  it('is not filled twice, and takes nothing but what the sender wrote', async () => {
    const text = '{a} {constructor.name} {__proto__.x} {list.length} {list.1} {/a.b/c~1d} {on} {none} {deep}';
    rig = await WebhookRig.open({ events: { ...events, text } });
    const payload = { a: '{secret} {header:webhook-id} $& $1', list: ['x', 'y'], 'a.b': { 'c/d': 1 } };
    const deep = { on: false, none: null, deep: { er: ['!'] } };
    await rig.post('events', standard('1', { ...payload, ...deep }));
    expect(await rig.said()).toEqual(['{secret} {header:webhook-id} $& $1   2 y 1 false  {"er":["!"]}']);
  });

  it('is bounded, whole and in its places, and has no broken Unicode', async () => {
    rig = await WebhookRig.open({ events: { ...events, text: '{text}{text}{text}{text}{text}' } });
    await rig.post('events', standard('1', { text: '\ud83d'.repeat(10_000) }));
    const [text] = await rig.said();
    expect(text).toHaveLength(16_000);
    expect(text).not.toMatch(/\p{Cs}/u);
    const long = 'r'.repeat(3000);
    await rig.hub.close();
    rig = await WebhookRig.open({
      events: { ...events, room: '{room}', author: { id: '{who}', name: '{who}' } },
    });
    for (const [id, end] of ['1', '2'].entries())
      await rig.post(
        'events',
        standard(String(id), { text: 'x', room: long + end, who: `${long}\n\u0000${end}` }),
      );
    const [one, two] = await rig.hub.received(2);
    expect(one?.roomId).not.toBe(two?.roomId);
    expect(one?.author.id).not.toBe(two?.author.id);
  });

  it('is not made of an event that nobody wants, or that says nothing', async () => {
    rig = await WebhookRig.open({
      issues,
      failed: { ...payments, only: [{ value: '{type}', in: ['charge.failed', 'charge.disputed'] }] },
    });
    const ignored = { status: 200, body: { status: 'ignored' } };
    expect(await rig.post('issues', github('push', 'd1', comment('x')))).toMatchObject(ignored);
    expect(await rig.post('failed', stripe({ id: '1', type: 'charge.succeeded' }))).toMatchObject(ignored);
    expect(await rig.post('failed', stripe({ id: '2', type: ['charge.failed'] }))).toMatchObject(ignored);
    expect((await rig.post('failed', stripe({ id: '3', type: 'charge.failed' }))).status).toBe(202);
    await rig.hub.close();
    rig = await WebhookRig.open({ events });
    expect(await rig.post('events', standard('1', { other: 'x' }))).toMatchObject(ignored);
  });
});

describe('what is refused', () => {
  it('has the right status', async () => {
    rig = await WebhookRig.open({ events }, { maxBodyBytes: 1000 });
    const ok = standard('1', { text: 'x' });
    const at = (path: string, init: RequestInit = { method: 'POST', ...ok }) =>
      fetch(rig.hub.url + path, init);
    expect((await at('/webhooks/eliza/nothing')).status).toBe(404);
    expect((await at('/webhooks/eliza/constructor')).status).toBe(404);
    expect((await at('/webhooks/nobody/events')).status).toBe(404);
    expect((await at('/webhooks/eliza/events', {})).status).toBe(405);
    expect(
      (await rig.post('events', { ...ok, headers: { ...ok.headers, 'content-type': 'text/plain' } })).status,
    ).toBe(415);
    expect(
      (await rig.post('events', { ...ok, headers: { ...ok.headers, 'content-encoding': 'gzip' } })).status,
    ).toBe(415);
    expect((await rig.post('events', standard('2', { text: 'x'.repeat(1000) }))).status).toBe(413);
    expect(await chunked(`${rig.hub.url}/webhooks/eliza/events`, ok.headers)).toBe(413);
    expect(await rig.said()).toEqual([]);
  });

  it.each(['', '{', 'null', '"text"', '7', '{"text":"\xff"}'])(
    'is no JSON, although it is signed: %j',
    async (body) => {
      const plain = { signature: 'header', secret: 's', header: 'X-Secret', text: '{text}' };
      rig = await WebhookRig.open({ plain });
      const bytes = Buffer.from(body, 'latin1');
      const headers = { ...json, 'X-Secret': 's' };
      const url = `${rig.hub.url}/webhooks/eliza/plain`;
      expect((await fetch(url, { method: 'POST', headers, body: bytes })).status).toBe(400);
      const unsigned = await fetch(url, { method: 'POST', headers: json, body: bytes });
      expect(unsigned.status).toBe(401);
    },
  );

  it('is not what is nested deep: that is left out', async () => {
    const plain = { signature: 'header', secret: 's', header: 'X-Secret', text: '{text}{deep}{deep.0.0}' };
    rig = await WebhookRig.open({ plain }, { maxBodyBytes: 1_000_000 });
    const body = `{"text":"x","deep":${'['.repeat(150_000)}${']'.repeat(150_000)}}`;
    expect((await rig.post('plain', { headers: { ...json, 'X-Secret': 's' }, body })).status).toBe(202);
    expect(await rig.said()).toEqual(['x']);
  });

  it('comes too fast, and is told when to come back', async () => {
    rig = await WebhookRig.open({ events, issues }, { gate: { rate: { perUser: 2, windowSeconds: 600 } } });
    const statuses = [];
    for (const id of ['1', '2', '3', '4', '3'])
      statuses.push((await rig.post('events', standard(id, { text: id }))).status);
    expect(statuses).toEqual([202, 202, 429, 429, 429]);
    const refused = await rig.post('events', standard('5', { text: 'x' }));
    expect(refused.body).toMatchObject({ error: { code: 'rate_limited' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // What is known already costs no rate, and other sources have theirs.
    expect((await rig.post('events', standard('1', { text: '1' }))).body).toMatchObject({
      status: 'duplicate',
    });
    expect((await rig.post('issues', github('issues', 'd', comment('x')))).status).toBe(202);
    expect(await rig.said()).toHaveLength(3);
  });

  it('is denied by the character', async () => {
    rig = await WebhookRig.open(
      { events, issues },
      { gate: { deny: { users: ['5'], tenants: ['events'] } } },
    );
    const denied = { status: 403, body: { error: { code: 'not_allowed' } } };
    expect(await rig.post('events', standard('1', { text: 'x' }))).toMatchObject(denied);
    expect(await rig.post('issues', github('issues', 'd', comment('x')))).toMatchObject(denied);
    expect(await rig.said()).toEqual([]);
  });

  it('comes while the hub has too much to do', async () => {
    rig = await WebhookRig.open(
      { events: { ...events, room: '{room}' } },
      { settings: { CARRIER_MAX_BACKLOG: '1' } },
    );
    rig.hub.model.answer = null;
    let refused: Awaited<ReturnType<WebhookRig['post']>> | undefined;
    for (let at = 0; at < 400 && !refused; at++) {
      const answer = await rig.post('events', standard(`m${at}`, { text: 'x', room: `r${at}`, who: at }));
      if (answer.status === 429 && answer.body.error) refused = answer;
    }
    expect(refused?.headers.get('retry-after')).toMatch(/^\d+$/);
  });
});

/** A body whose length nobody says beforehand. */
function chunked(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', headers }, (res) => resolve(res.resume().statusCode));
    sending.on('error', reject);
    for (let at = 0; at < 20; at++) sending.write('x'.repeat(100));
    sending.end();
  });
}
