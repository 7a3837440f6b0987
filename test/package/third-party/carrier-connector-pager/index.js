import { timingSafeEqual } from 'node:crypto';
import { defineConnector, FatalError, KeyedQueue, RetryableError, secret } from 'carrier-hub';
import { LiveReplies, parseMarkdown, plainText } from 'carrier-hub/replies';
import { z } from 'zod';

/** A pager network: it posts events to us, signed with a secret, and takes pages at its own address. */
export default defineConnector({
  name: 'pager',
  about: 'a pager network',
  settings: z.object({
    token: secret(), // PAGER_TOKEN
    eventSecret: secret(), // PAGER_EVENT_SECRET
    url: z.url(), // PAGER_URL
  }),
  setup: [
    {
      title: 'Rent a pager',
      text: 'Copy the token and the event secret from the page "Machines". Have events posted to /pager/AGENT/events.',
      url: 'https://pager.example/machines',
      settings: ['token', 'eventSecret', 'url'],
    },
  ],
  create: ({ agent, settings, hub }) => pagerConnector(agent.id, settings, hub),
});

function pagerConnector(agentId, { token, eventSecret, url }, limits) {
  // What one conversation says is handed over in its order.
  const lines = new KeyedQueue();
  let host = null;
  let live = null;

  return {
    name: 'pager',
    agentId,

    async start(given) {
      host = given;
      live ??= new LiveReplies({ host, everyMs: 1000, typingEveryMs: 5000, maxChars: 2000 });
    },

    async stop() {
      live?.stop();
      host = live = null;
    },

    routes: {
      access: 'own', // We check the signature ourselves.
      handler(req, res, next) {
        if (req.method !== 'POST' || req.url !== `/pager/${agentId}/events`) return next();
        // Only once it is stored do we say so. What is thrown becomes the answer, and the network posts again.
        take(req).then(() => res.end('ok'), next);
      },
    },

    async deliver({ id, turnId, to, memory, replacing }, signal) {
      const page = await pageOf(to.channel, memory.content);
      // The page that it replaces, or that shows its beginning, becomes it. The hub's id is the key against a second one.
      const shown = replacing?.messageIds[0] ?? (await live.finish(turnId));
      const sent = shown
        ? await call('PUT', `/pages/${pageIn(shown)}`, page, signal)
        : await call('POST', '/pages', page, signal, { 'idempotency-key': id });
      return { messageIds: [`${to.channel}/${sent.id}`] };
    },
  };

  async function take(req) {
    if (!isSame(req.headers['x-pager-secret'])) throw new FatalError('token_invalid', 'Wrong secret.');
    const event = await bodyOf(req);
    if (!host) throw new RetryableError('shutting_down', 'Not connected; post it again.');
    try {
      await lines.run(event.channel, () => handOver(event));
    } catch (error) {
      // What may pass is thrown, and posted again. What never will is told to the person, and taken.
      if (!(error instanceof FatalError)) throw error;
      await call('POST', '/pages', { channel: event.channel, text: error.message }).catch((failure) => {
        if (!(failure instanceof FatalError)) throw failure;
      });
    }
  }

  async function handOver(event) {
    const { type, id, channel, from, text, files = [], payload } = event;
    // The network's ids repeat, so the channel is named with them.
    const key = { connector: 'pager', tenant: 'default', messageId: `${channel}/${id}` };
    const source = { ...key, channel };
    const author = { id: from, bot: event.bot === true };
    if (type === 'edit') return host.edit({ key: { agentId, ...key }, text, author });
    if (type === 'press') return host.press({ agentId, source, author, payload });
    const message = {
      agentId,
      source,
      direct: event.direct === true,
      addressed: event.named !== false,
      author,
      text,
      files: files.map(({ name }) => ({ name })),
    };
    // The hub calls this once it has let the message in: before, nothing of it is read, fetched or kept.
    const complete = async () => {
      const attachments = await Promise.all(files.map((file) => kept(file, message)));
      return { ...message, attachments };
    };
    const receipt = await host.receive(message, { complete });
    const waits = receipt?.memory.status === 'pending' && !receipt.duplicate;
    if (waits && limits.streaming) live.follow(receipt.memory, surface(channel));
  }

  /** How a reply is shown while it is written. */
  function surface(channel) {
    const words = (text) => ({ channel, text: plainText(parseMarkdown(text)) });
    return {
      open: async (text) => `${channel}/${(await call('POST', '/pages', words(text))).id}`,
      update: (id, text) => call('PUT', `/pages/${pageIn(id)}`, words(text)),
    };
  }

  async function kept({ name, type: mediaType, base64 }, message) {
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length > limits.maxFileBytes) throw new FatalError('body_too_large', `${name} is too large.`);
    return host.putFile(bytes, { name, mediaType }, message);
  }

  async function pageOf(channel, { text, attachments, buttons = [] }) {
    const files = attachments.map(async ({ name, file }) => {
      const bytes = await host.getFile(file);
      return { name, base64: Buffer.from(bytes ?? []).toString('base64') };
    });
    return { channel, text: plainText(parseMarkdown(text)), buttons, files: await Promise.all(files) };
  }

  async function call(method, path, body, signal = AbortSignal.timeout(10_000), headers = {}) {
    const response = await fetch(url + path, {
      method,
      signal,
      headers: { ...headers, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).catch((cause) => {
      throw new RetryableError('delivery_failed', 'The pager network cannot be reached.', { cause });
    });
    if (response.ok) return response.json();
    // What may pass is tried again by the hub; what will not is given up.
    const Failure = response.status === 429 || response.status >= 500 ? RetryableError : FatalError;
    const seconds = Number(response.headers.get('retry-after'));
    throw new Failure('delivery_failed', `The pager network answered ${response.status}.`, {
      ...(seconds > 0 && { retryAfterMs: seconds * 1000 }),
    });
  }

  function isSame(given) {
    const [said, known] = [Buffer.from(String(given)), Buffer.from(eventSecret)];
    return said.length === known.length && timingSafeEqual(said, known);
  }

  async function bodyOf(req) {
    const most = limits.maxBodyBytes + 2 * limits.maxFileBytes * limits.maxFiles;
    const chunks = [];
    let size = 0;
    for await (const chunk of req) {
      size += chunk.length;
      if (size > most) throw new FatalError('body_too_large', 'The event is too large.');
      chunks.push(chunk);
    }
    try {
      return JSON.parse(Buffer.concat(chunks).toString());
    } catch (cause) {
      throw new FatalError('invalid_json', 'The event is not JSON.', { cause });
    }
  }
}

/** The network's own id of a page, out of the one that the hub keeps. */
function pageIn(messageId) {
  return messageId.slice(messageId.lastIndexOf('/') + 1);
}
