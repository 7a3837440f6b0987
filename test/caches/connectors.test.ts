import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InstallProvider } from '@slack/oauth';
import type { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { EarlierTalk } from '../../connectors/discord/earlier.js';
import type { Bystanders } from '../../connectors/discord/normalize.js';
import type { ChatMessage } from '../../connectors/discord/reader.js';
import { httpConnector } from '../../connectors/http/connector.js';
import { Directory } from '../../connectors/slack/directory.js';
import { Inbound, type InboundParts } from '../../connectors/slack/inbound.js';
import { UserGroups } from '../../connectors/slack/user-groups.js';
import { type Workspace, Workspaces } from '../../connectors/slack/workspaces.js';
import { Account } from '../../connectors/telegram/account.js';
import type { Api } from '../../connectors/telegram/api.js';
import { Chats } from '../../connectors/telegram/chats.js';
import type { Message } from '../../connectors/telegram/payload.js';
import type { Memory } from '../../src/core/memory.js';
import { outboundOf } from '../../src/testing/connector.js';
import { FakeHost } from '../../src/testing/host.js';
import { callbackSecret, limits } from '../http/api.js';
import { CountedNotes, held, names } from './held.js';

describe('Telegram: no more is held than', () => {
  it('10,000 addresses of groups, and 10,000 names of topics (connectors/telegram/chats.ts)', async () => {
    const notes = new CountedNotes();
    const chats = new Chats(notes);
    const groups = Array.from({ length: 10_200 }, (_, i) => -1 - i);
    for (const group of groups) await chats.roomOf(group);
    expect(
      await held(
        groups,
        (group) => chats.roomOf(group),
        () => notes.asked,
      ),
    ).toBe(10_000);
    const inTopic = (id: number) =>
      ({
        ...{ chat: { id: -1 }, is_topic_message: true, message_thread_id: id },
        forum_topic_created: { name: `topic ${id}` },
      }) as unknown as Message;
    const topics = Array.from({ length: 10_200 }, (_, i) => inTopic(i + 1));
    for (const topic of topics) chats.hearTopic(topic);
    expect(topics.filter((topic) => chats.topicOf(topic) !== undefined)).toHaveLength(10_000);
  });

  it('1,000 names of other bots (connectors/telegram/account.ts)', async () => {
    let asked = 0;
    const call = async () => {
      asked++;
      return { id: 1, is_bot: true, first_name: 'Ada', username: 'ada_bot' };
    };
    const account = new Account({ call } as unknown as Api);
    const hear = (name: string) => {
      const text = `@${name}_bot`;
      return account.hearing({ text, entities: [{ type: 'mention', offset: 0, length: text.length }] });
    };
    const others = names('other', 1_100);
    for (const other of others) await hear(other);
    expect(await held(others, hear, () => asked)).toBe(1_000);
  });
});

describe('Slack: no more is held than', () => {
  it('20,000 names (connectors/slack/directory.ts)', async () => {
    let asked = 0;
    const info = async () => {
      asked++;
      return { channel: { name: 'general' } };
    };
    const client = { conversations: { info } } as unknown as WebClient;
    const directory = new Directory();
    const channels = names('C', 20_200);
    const look = (channel: string) => directory.names('T1', client, [channel]);
    for (const channel of channels) await look(channel);
    expect(await held(channels, look, () => asked)).toBe(20_000);
  });

  it('1,000 clients of workspaces (connectors/slack/workspaces.ts)', async () => {
    let made = 0;
    const authorize = async ({ teamId }: { teamId: string }) => ({
      ...{ botToken: `xoxb-${teamId}`, botUserId: 'U1', botId: 'B1' },
    });
    const workspaces = new Workspaces({
      botToken: undefined,
      installer: { authorize } as unknown as InstallProvider,
      newClient: () => ({ n: ++made }) as unknown as WebClient,
    });
    const teams = names('T', 1_100);
    const open = (teamId: string) => workspaces.of({ teamId });
    for (const team of teams) await open(team);
    expect(await held(teams, open, () => made)).toBe(1_000);
  });

  it('the user groups of 1,000 workspaces (connectors/slack/user-groups.ts)', async () => {
    let asked = 0;
    const list = async () => {
      asked++;
      return { usergroups: [{ id: 'S1', users: ['U1'], user_count: 1 }] };
    };
    const client = { usergroups: { list } } as unknown as WebClient;
    const groups = new UserGroups(new CountedNotes());
    const teams = names('T', 1_100);
    const look = (teamId: string) => groups.of({ teamId, client } as Workspace, 'U1');
    for (const team of teams) await look(team);
    expect(await held(teams, look, () => asked)).toBe(1_000);
  });

  it('10,000 events that were dealt with (connectors/slack/inbound.ts)', async () => {
    let received = 0;
    const receive = async () => {
      received++;
      return null;
    };
    const inbound = new Inbound({
      ...{ agentId: 'eliza', live: null, replyIn: 'thread', directory: new Directory() },
      host: { receive },
      catchUp: { begin() {}, seen: async () => {} },
    } as unknown as InboundParts);
    const workspace = { teamId: 'T1', botUserId: 'U1', botId: 'B1', home: true } as Workspace;
    const event = (ts: string) => ({ type: 'message', channel: 'C1', user: 'U2', text: 'hello', ts });
    const take = (ts: string) => inbound.message(event(ts), workspace);
    const stamps = Array.from({ length: 10_200 }, (_, i) => `1700000000.${i.toString().padStart(6, '0')}`);
    for (const ts of stamps) await take(ts);
    expect(received).toBe(stamps.length);
    expect(await held(stamps, take, () => received)).toBe(10_000);
  });
});

describe('HTTP: no more is held than', () => {
  it('10,000 callbacks that went well (connectors/http/connector.ts)', async () => {
    let called = 0;
    const caller = createServer((request, response) => {
      request.resume().on('end', () => {
        called++;
        response.end();
      });
    }).listen(0, '127.0.0.1');
    await once(caller, 'listening');
    const { port } = caller.address() as AddressInfo;
    const connector = httpConnector({
      ...limits,
      callbackAllowPrivate: true,
      callbackSecret,
      replyTimeoutMs: 1000,
    });
    const host = new FakeHost();
    await connector.start(host);
    const deliver = (id: string) => {
      const metadata = { callbackUrl: `http://127.0.0.1:${port}/` };
      const source = {
        ...{ connector: 'http', tenant: 'default', channel: 'room', messageId: id },
        metadata,
      };
      const content = { text: 'Hello.', attachments: [], replyTo: null };
      const memory = { agentId: 'eliza', roomId: 'room', source, content, createdAt: 0 } as unknown as Memory;
      const outbound = { ...outboundOf('turn', memory, memory), id };
      return connector.deliver!(outbound, new AbortController().signal);
    };
    const all = names('reply', 10_050);
    for (let from = 0; from < all.length; from += 50)
      await Promise.all(all.slice(from, from + 50).map(deliver));
    expect(called).toBe(all.length);
    expect(await held(all, deliver, () => called)).toBe(10_000);
    await connector.stop();
    caller.close();
  }, 300_000);
});

describe('Discord: no more is held than', () => {
  it('10,000 threads that were read (connectors/discord/earlier.ts)', async () => {
    const notes = new CountedNotes();
    const host = Object.assign(new FakeHost(), { notes });
    const get = async () => [];
    const signal = new AbortController().signal;
    const earlier = new EarlierTalk({ api: { get }, host, agentId: 'eliza', signal } as never);
    const threads = names('thread', 10_200);
    for (const thread of threads) await earlier.keep(thread);
    const before = (thread: string) =>
      earlier.before(
        { id: 'm' } as ChatMessage,
        { connector: 'discord', place: { tenant: 'g', channel: 'c', thread } } as unknown as Bystanders,
      );
    expect(await held(threads, before, () => notes.asked)).toBe(10_000);
  });
});
