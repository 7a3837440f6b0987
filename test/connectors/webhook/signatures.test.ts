/** Who may post: signatures as their senders make them, on the real hub. */
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { events, issues, payments, WebhookRig } from './rig.js';
import { github, json, type Signed, standard, standardSecret, stripe } from './senders.js';

let rig: WebhookRig;
afterEach(() => rig.hub.close());

const otherSecret = `whsec_${Buffer.from('another key of some length').toString('base64')}`;
const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;

describe('Standard Webhooks', () => {
  it('are taken with a right signature, also beside others, and become a turn', async () => {
    rig = await WebhookRig.open({ events });
    expect(await rig.post('events', standard('msg_1', { text: 'Disk full' }))).toMatchObject({
      status: 202,
      body: { id: expect.any(String), status: 'accepted' },
    });
    const rolled = standard('msg_2', { text: 'Disk fine' });
    const foreign = standard('msg_2', { text: 'Disk fine' }, otherSecret).headers['webhook-signature'];
    rolled.headers['webhook-signature'] = `v1a,AAAA ${foreign} ${rolled.headers['webhook-signature']}`;
    expect(await rig.post('events', rolled)).toMatchObject({ status: 202 });
    expect(await rig.said()).toEqual(['Disk full', 'Disk fine']);
    expect(await rig.replies(1)).toContain('noted');
  });

  it('are taken with the former secret while the sender changes to the new one', async () => {
    rig = await WebhookRig.open({ events: { ...events, secret: otherSecret, formerSecret: standardSecret } });
    expect((await rig.post('events', standard('1', { text: 'old' }))).status).toBe(202);
    expect((await rig.post('events', standard('2', { text: 'new' }, otherSecret))).status).toBe(202);
  });

  it.each<[string, (right: Signed) => Signed]>([
    ['another secret', () => standard('1', { text: 'x' }, otherSecret)],
    ['a time six minutes ago', () => standard('1', { text: 'x' }, standardSecret, new Date(minutesAgo(6)))],
    ['a time in six minutes', () => standard('1', { text: 'x' }, standardSecret, new Date(minutesAgo(-6)))],
    ['a changed body', (right) => ({ ...right, body: right.body.replace('right', 'wrong') })],
    ['a body written anew', (right) => ({ ...right, body: `${right.body} ` })],
    ['another id', with_('webhook-id', '2')],
    ['another time', with_('webhook-timestamp', String(Math.floor(Date.now() / 1000) - 7))],
    ['no time', with_('webhook-timestamp', 'NaN')],
    [
      'another version',
      (right) => with_('webhook-signature', right.headers['webhook-signature']!.replace('v1,', 'v2,'))(right),
    ],
    [
      'half a signature',
      (right) => with_('webhook-signature', right.headers['webhook-signature']!.slice(0, 20))(right),
    ],
    ['an empty signature', with_('webhook-signature', 'v1,')],
    ['no signature', ({ body }) => ({ headers: json, body })],
  ])('are refused with %s', async (_, change) => {
    rig = await WebhookRig.open({ events });
    const answer = await rig.post('events', change(standard('1', { text: 'right' })));
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'token_invalid' } } });
    expect(await rig.said()).toEqual([]);
  });
});

describe('GitHub', () => {
  const opened = {
    action: 'opened',
    issue: { number: 7, title: 'It leaks' },
    sender: { login: 'octocat', id: 5 },
  };

  it('is taken with a right signature, also of a form', async () => {
    rig = await WebhookRig.open({ issues });
    expect((await rig.post('issues', github('issues', 'd1', opened))).status).toBe(202);
    const body = new URLSearchParams({ payload: JSON.stringify({ ...opened, action: 'closed' }) }).toString();
    const { headers } = github('issues', 'd2', {});
    headers['content-type'] = 'application/x-www-form-urlencoded';
    headers['X-Hub-Signature-256'] = `sha256=${createHmac('sha256', 'gh-secret').update(body).digest('hex')}`;
    expect((await rig.post('issues', { headers, body })).status).toBe(202);
    expect(await rig.said()).toEqual(['octocat opened "It leaks"', 'octocat closed "It leaks"']);
  });

  it('is refused with the old sha1 signature alone, or a wrong one', async () => {
    rig = await WebhookRig.open({ issues });
    const { headers, body } = github('issues', 'd1', opened);
    const { 'X-Hub-Signature-256': right, ...rest } = headers;
    const sha1 = `sha1=${createHmac('sha1', 'gh-secret').update(body).digest('hex')}`;
    expect((await rig.post('issues', { headers: { ...rest, 'X-Hub-Signature': sha1 }, body })).status).toBe(
      401,
    );
    for (const given of ['sha256=', `sha256=${'0'.repeat(64)}`, right!.slice('sha256='.length), `${right}00`])
      expect(
        (await rig.post('issues', { headers: { ...rest, 'X-Hub-Signature-256': given }, body })).status,
      ).toBe(401);
    expect(await rig.said()).toEqual([]);
  });

  it('has its ping answered, once that is signed', async () => {
    rig = await WebhookRig.open({ issues });
    const ping = (secret?: string) =>
      github('ping', 'p1', { zen: 'Keep it logically awesome.', hook_id: 1 }, secret);
    expect(await rig.post('issues', ping())).toMatchObject({ status: 200, body: { status: 'pong' } });
    expect((await rig.post('issues', ping('wrong'))).status).toBe(401);
    expect(await rig.said()).toEqual([]);
  });
});

describe('Stripe', () => {
  const paid = { id: 'evt_1', type: 'charge.succeeded', data: { object: { amount: 1200, currency: 'eur' } } };

  it('is taken with one right signature of several', async () => {
    rig = await WebhookRig.open({ payments });
    expect((await rig.post('payments', stripe(paid, ['whsec_former', 'whsec_stripe']))).status).toBe(202);
    expect(await rig.said()).toEqual(['charge.succeeded: 1200 eur']);
  });

  it.each([
    ['another secret', stripe(paid, ['whsec_other'])],
    ['a time six minutes ago', stripe(paid, ['whsec_stripe'], minutesAgo(6))],
    [
      'two times',
      with_(
        'Stripe-Signature',
        `t=${Math.floor(Date.now() / 1000)},${stripe(paid).headers['Stripe-Signature']}`,
      )(stripe(paid)),
    ],
    [
      'a v0 signature alone',
      with_(
        'Stripe-Signature',
        stripe(paid).headers['Stripe-Signature']!.replace('v1=', 'v0='),
      )(stripe(paid)),
    ],
  ])('is refused with %s', async (_, signed) => {
    rig = await WebhookRig.open({ payments });
    expect((await rig.post('payments', signed)).status).toBe(401);
    expect(await rig.said()).toEqual([]);
  });
});

describe('signatures of a sender’s own making', () => {
  const body = '{"text":"deployed"}';

  it.each(['sha256', 'sha1', 'sha512'] as const)(
    'are taken as %s in hex and in base64',
    async (algorithm) => {
      const hmac = { signature: 'hmac', secret: 's3cret', header: 'X-Sign', algorithm, text: '{text}' };
      rig = await WebhookRig.open({ hex: hmac, base: { ...hmac, encoding: 'base64', prefix: 'h=' } });
      const sign = (encoding: 'hex' | 'base64') =>
        createHmac(algorithm, 's3cret').update(body).digest(encoding);
      expect((await rig.post('hex', { headers: { ...json, 'x-sign': sign('hex') }, body })).status).toBe(202);
      expect(
        (await rig.post('base', { headers: { ...json, 'x-sign': `h=${sign('base64')}` }, body })).status,
      ).toBe(202);
      for (const wrong of [sign('base64'), sign('hex').slice(2), '', `h=${sign('hex')}`])
        expect((await rig.post('hex', { headers: { ...json, 'x-sign': wrong }, body })).status).toBe(401);
      expect((await rig.post('base', { headers: { ...json, 'x-sign': sign('base64') }, body })).status).toBe(
        401,
      );
    },
  );

  it('may be the secret itself in a header', async () => {
    rig = await WebhookRig.open({
      plain: {
        signature: 'header',
        secret: 's3cret',
        header: 'Authorization',
        prefix: 'Bearer ',
        text: '{text}',
      },
    });
    const with_ = (authorization: string) => ({ headers: { ...json, authorization }, body });
    expect((await rig.post('plain', with_('Bearer s3cret'))).status).toBe(202);
    for (const wrong of ['s3cret', 'Bearer s3cre', 'Bearer s3cret2', 'Bearer ', 'Bearer S3cret'])
      expect((await rig.post('plain', with_(wrong))).status).toBe(401);
    expect((await rig.post('plain', { headers: json, body })).status).toBe(401);
  });
});

function with_(header: string, value: string): (signed: Signed) => Signed {
  return ({ headers, body }) => ({ headers: { ...headers, [header]: value }, body });
}
