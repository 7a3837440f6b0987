import { json, Router } from 'express';
import { type Connector, FatalError, type Host, RetryableError } from '../../src/extension-api.js';

/** A pager network: it posts messages to us, signed with a shared secret, and takes replies at `sendUrl`. */
export function pagerConnector(options: { agentId: string; secret: string; sendUrl: string }): Connector {
  let host: Host | null = null;

  const router = Router().post('/pager/events', json(), async (req, res) => {
    if (req.headers['x-pager-secret'] !== options.secret)
      throw new FatalError('token_invalid', 'Wrong secret.');
    if (!host) throw new RetryableError('shutting_down', 'Not connected; send it again.');
    const { id, channel, from, text } = req.body;
    await host.receive({
      agentId: options.agentId,
      source: { connector: 'pager', tenant: 'default', channel, messageId: `${channel}/${id}` },
      direct: false,
      author: { id: from },
      text,
    });
    res.end('ok'); // Only now: the message is stored.
  });

  return {
    name: 'pager',
    routes: { access: 'own', handler: router },
    async start(hub) {
      host = hub;
    },
    async stop() {
      host = null;
    },
    async deliver({ id, to, memory }, signal) {
      const response = await fetch(options.sendUrl, {
        method: 'POST',
        signal,
        headers: { 'content-type': 'application/json', 'idempotency-key': id },
        body: JSON.stringify({ channel: to.channel, text: memory.content.text }),
      }).catch((cause) => {
        throw new RetryableError('delivery_failed', 'The pager network cannot be reached.', { cause });
      });
      if (response.ok) return { pager: await response.json() };
      const Failure = response.status === 429 || response.status >= 500 ? RetryableError : FatalError;
      throw new Failure('delivery_failed', `The pager network answered ${response.status}.`);
    },
  };
}
