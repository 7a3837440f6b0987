/** Programs that post to the hub and sign as their own documentation says, by code that is not the hub's. */
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

export interface Signed {
  headers: Record<string, string>;
  body: string;
}

export const standardSecret = `whsec_${Buffer.from('a key of twenty-four byte').toString('base64')}`;

export const json = { 'content-type': 'application/json' };

export function standard(id: string, payload: object, secret = standardSecret, at = new Date()): Signed {
  const body = JSON.stringify(payload);
  return {
    headers: {
      ...json,
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    },
    body,
  };
}

export function github(event: string, delivery: string, payload: object, secret = 'gh-secret'): Signed {
  const body = JSON.stringify(payload);
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return {
    headers: {
      ...json,
      'X-GitHub-Event': event,
      'X-GitHub-Delivery': delivery,
      'X-Hub-Signature-256': `sha256=${signature}`,
    },
    body,
  };
}

/** @param secrets those that sign: while a secret is rolled, Stripe signs with both. */
export function stripe(payload: object, secrets = ['whsec_stripe'], at = Date.now()): Signed {
  const body = JSON.stringify(payload, null, 2);
  const t = Math.floor(at / 1000);
  const signatures = secrets.map((secret) =>
    createHmac('sha256', secret).update(`${t}.${body}`, 'utf8').digest('hex'),
  );
  const v1 = signatures.map((one) => `v1=${one}`).join(',');
  return { headers: { ...json, 'Stripe-Signature': `t=${t},${v1},v0=00` }, body };
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

export async function post(url: string, { headers, body }: Signed): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : {}, headers: response.headers };
}
