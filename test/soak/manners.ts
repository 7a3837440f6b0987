/** How each platform refuses and limits, as its documentation says; a callback's receiver as many do. */
import type { Manners, Sending } from './trouble.js';

const messages = /\/channels\/\d+\/messages(\/\d+)?$/;

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes */
export const discordManners: Manners = {
  sends: ({ method, path }) => (method === 'POST' || method === 'PATCH') && messages.test(path),
  // `nonce` with `enforce_nonce`; an edit that comes twice is one.
  hasKey: ({ method, body }) => method === 'PATCH' || body.includes('"enforce_nonce":true'),
  refusal({ method, body }) {
    if (method === 'PATCH') return { status: 403, body: { message: 'Missing Permissions', code: 50013 } };
    if (!body.includes('"message_reference"')) return null;
    const _errors = [{ code: 'REPLIES_UNKNOWN_MESSAGE', message: 'Unknown message' }];
    return {
      status: 400,
      body: { message: 'Invalid Form Body', code: 50035, errors: { message_reference: { _errors } } },
    };
  },
  limit: {
    status: 429,
    headers: { 'retry-after': '1', 'x-ratelimit-scope': 'user', via: '1.1 google' },
    body: { message: 'You are being rate limited.', retry_after: 1, global: false },
  },
};

const telegramMethod = ({ path }: Sending) => path.split('/').at(-1)!.toLowerCase();

/** https://core.telegram.org/bots/api#making-requests */
export const telegramManners: Manners = {
  sends: (sending) => ['sendmessage', 'editmessagetext', 'senddocument'].includes(telegramMethod(sending)),
  hasKey: (sending) => telegramMethod(sending) === 'editmessagetext',
  refusal(sending) {
    const refused = (description: string) => ({
      status: 400,
      body: { ok: false, error_code: 400, description: `Bad Request: ${description}` },
    });
    if (telegramMethod(sending) === 'editmessagetext') return refused("message can't be edited");
    return sending.body.includes('parse_mode') ? refused("can't parse entities: unexpected end tag") : null;
  },
  limit: {
    status: 429,
    headers: {},
    body: {
      ...{ ok: false, error_code: 429, description: 'Too Many Requests: retry after 1' },
      parameters: { retry_after: 1 },
    },
  },
};

const slackSends = /\/chat\.(postMessage|update|startStream|appendStream|stopStream)$/;

/** https://docs.slack.dev/reference/methods/chat.postMessage */
export const slackManners: Manners = {
  sends: ({ path }) => slackSends.test(path),
  // What the hub posts bears a mark to be found by; what shows it while it is written bears none.
  hasKey: ({ path }) => !path.endsWith('startStream') && !path.endsWith('appendStream'),
  refusal({ path, body }) {
    if (/update$|stopStream$/.test(path)) return { status: 200, body: { ok: false, error: 'msg_too_long' } };
    if (!path.endsWith('postMessage') || !/\bblocks=/.test(body)) return null;
    return { status: 200, body: { ok: false, error: 'invalid_blocks' } };
  },
  limit: { status: 429, headers: { 'retry-after': '1' }, body: { ok: false, error: 'ratelimited' } },
};

/** A receiver of callbacks. It knows a reply that comes again by its id. */
export const receiverManners: Manners = {
  sends: () => true,
  hasKey: () => true,
  refusal: () => ({ status: 409, body: { error: 'the record is locked' } }),
  limit: { status: 429, headers: { 'retry-after': '1' }, body: { error: 'slow down' } },
};
