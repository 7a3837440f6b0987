/** Finds what was sent though Slack's answer to it was lost: the messages of a reply by what they are tagged with. */
import type { WebClient } from '@slack/web-api';
import { FatalError, type Host } from '../../src/extension-api.js';
import { calling, isTokenRefused, refusalOf } from './failure.js';

/** What marks a message as part of a reply. */
const metadataType = 'carrier_reply';

/** Slack's clock and ours may differ by this. */
const clockSlackSeconds = 120;

/** Most messages of a conversation that are looked through. */
const searched = { pages: 5, perPage: 200 };

export interface Search {
  client: WebClient;
  channel: string;
  thread: string | undefined;
  /** Of the outbox entry. */
  id: string;
  /** When it was first tried, Unix ms. */
  at: number;
}

export function tagOf(outboundId: string, part: number) {
  return { event_type: metadataType, event_payload: { reply: outboundId, part } };
}

/**
 * By part, Slack's ids of the messages. Where the thread is gone, they stand in the channel. Where Slack does not let us
 * look, it is none: what was not sent must be.
 */
export async function sentBefore(search: Search, log: Host['log']): Promise<Map<number, string>> {
  try {
    return await find(search).catch((error) => {
      if (!['thread_not_found', 'invalid_thread_ts'].includes(refusalOf(error) ?? '')) throw error;
      return find({ ...search, thread: undefined });
    });
  } catch (error) {
    if (!(error instanceof FatalError) || isTokenRefused(error)) throw error;
    log.warn({ connector: 'slack' }, `what an earlier try has sent may be sent again: ${error.message}`);
    return new Map();
  }
}

async function find({ client, channel, thread, id, at }: Search): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  const oldest = String(Math.floor(at / 1000) - clockSlackSeconds);
  const window = { channel, oldest, limit: searched.perPage, include_all_metadata: true };
  let cursor: string | undefined;
  for (let page = 0; page < searched.pages; page += 1) {
    const { messages = [], response_metadata: next } = await calling('looking for sent messages', () =>
      thread
        ? client.conversations.replies({ ...window, ts: thread, cursor })
        : client.conversations.history({ ...window, cursor }),
    );
    for (const { ts, metadata } of messages) {
      const { reply, part } = (metadata?.event_payload ?? {}) as { reply?: unknown; part?: unknown };
      if (ts && metadata?.event_type === metadataType && reply === id) found.set(Number(part), ts);
    }
    cursor = next?.next_cursor || undefined;
    if (!cursor) break;
  }
  return found;
}

/** The newest untagged message of ours since a question: the one that shows its answer while it is written. */
export async function lastSaid(
  client: WebClient,
  { channel, thread, since, by }: { channel: string; thread: string | undefined; since: string; by: string },
): Promise<string | undefined> {
  const window = { channel, oldest: since, limit: searched.perPage, include_all_metadata: true };
  const { messages = [] } = await calling('looking for a live message', () =>
    thread ? client.conversations.replies({ ...window, ts: thread }) : client.conversations.history(window),
  );
  // Files are sent without a tag.
  const isLive = ({ ts, user, metadata, files }: (typeof messages)[number]) =>
    user === by && Number(ts) > Number(since) && metadata?.event_type !== metadataType && !files?.length;
  return messages
    .filter(isLive)
    .map(({ ts }) => ts)
    .sort()
    .at(-1);
}
