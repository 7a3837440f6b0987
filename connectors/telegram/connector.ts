/** Telegram: one bot that is the face of one agent, by long polling, or by webhook where `webhook` is given. */
import {
  type Connector,
  FatalError,
  type Host,
  type OutboundMessage,
  pause,
  type Receipt,
  RetryableError,
} from '../../src/extension-api.js';
import { LiveReplies } from '../../src/replies.js';
import { Account } from './account.js';
import { Albums } from './albums.js';
import { Api } from './api.js';
import { Chats } from './chats.js';
import { offerCommands } from './commands.js';
import { Delivery } from './delivery.js';
import { Inbox } from './inbox.js';
import { liveMaxChars, liveSurface, liveTimes } from './live.js';
import { connectorName } from './normalize.js';
import { officesOf } from './offices.js';
import { Update, updateKinds } from './payload.js';
import { Poller } from './poller.js';
import { type WebhookOptions, webhookRoute } from './webhook.js';

export interface TelegramOptions {
  agentId: string;
  /** From @BotFather, `123456:ABC…`. */
  token: string;
  /** `TELEGRAM_API_URL`: a self-hosted Bot API server, a proxy, a test server. Default https://api.telegram.org. */
  apiUrl?: string;
  /** The agent is to hear what is said in groups without being named; for the diagnosis. */
  hearsAll?: boolean;
  /** Messages such as `/new` are commands; default true. */
  commands?: boolean;
  /** Absent: long polling. */
  webhook?: WebhookOptions;
  maxFileBytes: number;
  /** Whether typing and the reply are shown while it is written; default true. */
  streaming?: boolean;
  /** Whether pages that replies link to are previewed; default false. */
  previews?: boolean;
  /** How long an album waits for its next item; default 1,000. */
  albumQuietMs?: number;
  /** How often albums that a dead process left are looked for; default 10,000. */
  albumSweepMs?: number;
  /** How long Telegram may hold a poll; default 30. */
  pollSeconds?: number;
}

/** What exists between start and stop. */
interface Running {
  host: Host;
  chats: Chats;
  inbox: Inbox;
  albums: Albums;
  delivery: Delivery;
  live: LiveReplies;
  stopper: AbortController;
  /** What must not be broken off: updates on their way into the store, calls that show a live reply. */
  busy: Set<Promise<unknown>>;
}

const registerAgainMs = 10_000;

export function telegramConnector(options: TelegramOptions): Connector {
  const { agentId, webhook, streaming = true, previews = false, pollSeconds = 30, commands = true } = options;
  if (webhook && !/^[\w-]{1,256}$/.test(webhook.secret))
    throw new FatalError(
      'config_invalid',
      'The secret has letters, digits, _ and - alone, 1 to 256 of them.',
      {
        field: 'webhook.secret',
      },
    );
  const api = new Api(options);
  let state: Running | null = null;
  const account = new Account(api);

  function running(): Running {
    if (state) return state;
    throw new RetryableError('shutting_down', 'The Telegram connector is stopped.');
  }

  function begin(host: Host): Running {
    const stopper = new AbortController();
    const busy = new Set<Promise<unknown>>();
    const chats = new Chats(host.notes);
    const { maxFileBytes, albumQuietMs: quietMs = 1000, albumSweepMs: sweepMs = 10_000 } = options;
    const live = new LiveReplies({
      host,
      everyMs: liveTimes.direct,
      typingEveryMs: liveTimes.typing,
      maxChars: liveMaxChars,
    });
    const received = ({ memory }: Receipt) => {
      if (streaming)
        live.follow(
          memory,
          liveSurface(memory, {
            ...{ api, previews, signal: stopper.signal },
            track: (call) => track(busy, call),
          }),
        );
    };
    const inbox = new Inbox({
      agentId,
      api,
      host,
      chats,
      account,
      maxFileBytes,
      commands,
      received,
      track: (work) => void track(busy, work),
    });
    const albums = new Albums(host, { quietMs, sweepMs }, inbox.storeAlbum);
    inbox.gather(albums);
    const delivery = new Delivery({ api, host, chats, live, previews });
    return { host, chats, inbox, albums, delivery, live, stopper, busy };
  }

  /** Until Telegram has taken it; without it there are no updates, but replies can be sent. */
  async function register({ url, secret }: WebhookOptions, { host, stopper }: Running): Promise<void> {
    const { signal } = stopper;
    while (!signal.aborted) {
      try {
        const allowed_updates = [...updateKinds];
        await api.call('setWebhook', { url, secret_token: secret, allowed_updates }, { signal });
        if (commands) await offerCommands(api);
        return;
      } catch (err) {
        if (signal.aborted) return;
        host.log.error({ err }, 'Telegram did not take the webhook; it is tried again');
        await pause(registerAgainMs, signal);
      }
    }
  }

  const poller = new Poller({
    api,
    pollSeconds,
    log: {
      info: (o, m) => state?.host.log.info(o, m),
      warn: (o, m) => state?.host.log.warn(o, m),
      error: (o, m) => state?.host.log.error(o, m),
    },
    laneOf: (raw) => String(chatOf(Update.safeParse(raw).data)),
    async prepare() {
      const { albums, host } = running();
      await account.get();
      const offering = commands ? offerCommands(api) : Promise.resolve();
      await offering.catch((err) => host.log.warn({ err }, 'Telegram did not take the list of commands'));
      albums.start();
    },
    async handle(raw) {
      const { inbox, host } = running();
      return handled(raw, inbox, host);
    },
  });

  return {
    name: connectorName,
    agentId,
    ...(webhook
      ? { routes: { access: 'own', handler: webhookRoute(webhook.url, () => webhookParts(webhook)) } }
      : { connection: poller }),

    async start(host: Host) {
      if (state) return;
      state = begin(host);
      if (!webhook) return;
      state.albums.start();
      void register(webhook, state);
    },

    async stop() {
      if (!state) return;
      const { albums, live, stopper, busy } = state;
      state = null;
      live.stop();
      stopper.abort();
      await Promise.allSettled([poller.close(), ...busy]);
      await albums.stop();
    },

    async diagnose() {
      const { diagnoseTelegram } = await import('./doctor.js');
      return diagnoseTelegram(options);
    },

    async again(event) {
      await running().inbox.again(event);
    },

    async groupsOf(who, signal) {
      return officesOf(who, { api, chats: running().chats, signal });
    },

    async deliver(outbound: OutboundMessage, signal: AbortSignal) {
      return running().delivery.deliver(outbound, signal);
    },

    withdraw: (outbound) => running().delivery.withdraw(outbound),
  };

  function webhookParts(given: WebhookOptions) {
    if (!state) return null;
    const { inbox, host, busy } = state;
    const handle = (raw: unknown) => track(busy, handled(raw, inbox, host));
    return { ...given, handle, log: host.log };
  }
}

/** @throws what a later try may mend. What is no update comes again for ever otherwise, and nobody could read it. */
async function handled(raw: unknown, inbox: Inbox, host: Host): Promise<void> {
  const update = Update.safeParse(raw);
  if (update.success) return taken(inbox.handle(update.data), host);
  const { update_id: updateId } = Object(raw) as { update_id?: unknown };
  const problem = update.error.issues[0]?.path.join('.');
  host.log.error({ problem, updateId: Number(updateId) }, 'an update of unknown shape is left out');
}

/** @throws what a later try may mend. An update that none can is left out: it would hold up its chat for ever. */
async function taken(handling: Promise<void>, { log }: Host): Promise<void> {
  try {
    await handling;
  } catch (err) {
    if (!(err instanceof FatalError)) throw err;
    // It is the bot that is refused then, or its agent that is away, and not the update: that can wait.
    if (['config_invalid', 'agent_unknown'].includes(err.code))
      throw new RetryableError(err.code, err.message);
    log.error({ err }, 'an update is left out');
  }
}

function track<T>(busy: Set<Promise<unknown>>, work: Promise<T>): Promise<T> {
  busy.add(work);
  return work.finally(() => busy.delete(work));
}

function chatOf(update: Update | undefined): number | undefined {
  const { message, edited_message, message_reaction, callback_query } = update ?? {};
  return (message ?? edited_message ?? message_reaction ?? callback_query?.message)?.chat.id;
}
