import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, OtherSide, toolOf } from './other-side.js';

let side: OtherSide;
beforeEach(async () => {
  side = await new OtherSide().start();
});
afterEach(() => side.stop());

const key = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODk=';
const secrets = { 'secret:sign': key };

describe('a signature', () => {
  it('is one of Standard Webhooks', async () => {
    const tool = toolOf(
      { method: 'POST', url: `${side.origin}/`, signature: { type: 'standard', secret: 'secret:sign' } },
      ['text'],
    );
    await call(tool, { text: 'höi' }, { secrets });
    const { body, headers } = side.received[0]!;
    expect(new Webhook(key).verify(body, headers as Record<string, string>)).toEqual({ text: 'höi' });
    expect(headers['webhook-id']).toBe('key-1');
  });

  it('is an HMAC of the body under a header of one’s choice', async () => {
    const signature = { type: 'hmac', secret: 'secret:sign', header: 'X-Hub-Signature-256' };
    const tool = toolOf({ method: 'POST', url: `${side.origin}/`, signature }, ['text']);
    await call(tool, { text: 'x' }, { secrets });
    const { body, headers } = side.received[0]!;
    const expected = createHmac('sha256', key).update(body).digest('hex');
    expect(headers['x-hub-signature-256']).toBe(`sha256=${expected}`);
  });
});
