/** Connectors whose messages are the HTTP connector's, and whose callers wait for the answer, as platforms of the contract. */
import { httpConnector } from '../../connectors/http/connector.js';
import type { Connector } from '../../src/extension-api.js';
import type { ConnectorContractOptions, Platform, PlatformMessage } from '../../src/testing/platform.js';
import { callbackSecret, limits } from '../http/api.js';

const waits = 'callers wait for the answer';
const tokens = 'every caller has a token of the hub';

export const asked = {
  acknowledgesByAnswer: waits,
  cannot: {
    delivers: waits,
    order: waits,
    live: waits,
    strangers: tokens,
    places: tokens,
    groups: 'a token says who its user is, and nothing of groups',
    showsFiles: 'an answer is text',
    edits: 'a call of its own changes nothing that was said',
    replaces: 'an answer stays as it is',
    reactions: 'callers have none',
    buttons: 'callers are shown none',
  },
} satisfies ConnectorContractOptions;

/** As in every hub, the HTTP connector is there beside it. */
function besideHttp(front: Connector): Connector {
  const http = httpConnector({
    ...limits,
    ...{ callbackSecret, callbackAllowPrivate: false, replyTimeoutMs: 10_000 },
  });
  return {
    ...http,
    routes: front.routes,
    async start(host) {
      await http.start(host);
      await front.start(host);
    },
    async stop() {
      await front.stop();
      await http.stop();
    },
  };
}

export interface Answer {
  /** The same for the same answer, however often it is asked for. */
  id: string;
  text: string;
}

/** @param ask null: it was not taken, or not answered. */
export function askedPlatform(
  front: Connector,
  ask: (message: PlatformMessage) => Promise<Answer | null>,
): Pick<Platform, 'connector' | 'send' | 'shown' | 'refuse' | 'close'> & {
  take(answer: Promise<Answer | null>): Promise<boolean>;
} {
  const answers = new Map<string, string>();
  const take = async (answer: Promise<Answer | null>) => {
    const got = await answer.catch(() => null);
    if (got) answers.set(got.id, got.text);
    return got !== null;
  };
  return {
    connector: besideHttp(front),
    take,
    send: (message) => take(ask(message)),
    shown: () => [...answers.values()],
    refuse: () => {},
    close: async () => {},
  };
}
