/** The part of the plugin contract that is about rules, transforms, observers, commands and routes. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as FastCheck from 'fast-check';
import { expect, it } from 'vitest';
import { Character } from '../core/character.js';
import { InboundMessage } from '../core/inbound.js';
import type { Agent, Memory, PluginParts, Turn, TurnContext } from '../extension-api.js';
import { newId } from '../extension-api.js';

const agent: Agent = { id: 'captain', character: Character.parse({ name: 'Captain', bio: '.' }) };
const author = { id: 'ana', name: 'Ana' };
const textsOf = (fc: typeof FastCheck) =>
  fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
    fc.constantFrom(
      'hello',
      '/help',
      'my card is 4111 1111 1111 1111',
      '```js\ncode\n```',
      '\u202e',
      '<@U1> hi',
    ),
  );
const inbound = (text: string) => ({ agent, roomId: 'room_test', author, edited: text.length % 2 === 0 });

/** @param check gives fast-check, which is loaded only where it is used. */
export function hooksContract(of: () => PluginParts, check: () => typeof FastCheck): void {
  const { signal } = new AbortController();

  it('has rules that judge any message', async () => {
    const fc = check();
    const texts = textsOf(fc);
    for (const rule of of().rules ?? [])
      await fc.assert(
        fc.asyncProperty(texts, fc.boolean(), async (text, operator) => {
          const ruling = await rule.judge({ agent, message: arriving(text), operator, signal });
          if (typeof ruling === 'string') expect(['pass', 'keep', 'drop']).toContain(ruling);
          else expect(ruling.notice.trim()).not.toBe('');
        }),
      );
  });

  it('gives a message for any message, or none', async () => {
    const { transforms } = of();
    if (!transforms?.inbound) return;
    const fc = check();
    const texts = textsOf(fc);
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const quote = { author: 'Bo', text };
        const said = await transforms.inbound!(
          { text, attachments: [], quote },
          { ...inbound(text), signal },
        );
        if (said !== null)
          expect(said).toMatchObject({ text: expect.any(String), attachments: expect.any(Array) });
      }),
    );
  });

  it('gives a reply for any reply', async () => {
    const { transforms } = of();
    if (!transforms?.outbound) return;
    const fc = check();
    const texts = textsOf(fc);
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        if (text.trim() === '') return;
        const reply = await transforms.outbound!(text, turnContext(signal));
        expect(reply.trim()).not.toBe('');
      }),
    );
  });

  it('observes without a fault', async () => {
    const { events } = of();
    const reply = memory('Aye.', 'assistant');
    await events?.message?.(memory('hello', 'user'));
    await events?.turn?.({ turn: turnOf(reply), reply });
    await events?.agent?.({ id: agent.id, agent });
    await events?.agent?.({ id: agent.id, agent: null });
    const { agentId, roomId, source: to, createdAt } = reply;
    const message = { id: newId(), agentId, roomId, turnId: 'turn_test', memory: reply, to, createdAt };
    await events?.delivery?.({ message: { ...message, answers: [to], attempts: 0 }, outcome: 'delivered' });
  });

  it('answers its commands with a text, whatever follows them', async () => {
    for (const command of of().commands ?? [])
      for (const args of ['', 'one', 'two words', '-1', '\0', 'x'.repeat(2000)]) {
        const call = { agent, roomId: 'room_test', author, args, operator: true, signal };
        expect((await command.run(call)).trim()).not.toBe('');
      }
  });

  it('answers what it serves, or passes it on', async () => {
    const { routes } = of();
    if (!routes) return;
    const server = createServer((req, res) => {
      routes.handler(req, res, () => res.writeHead(404).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      for (const path of ['/', '/nothing/here', '/%00', '/?x=1']) {
        expect((await fetch(url + path, { signal: AbortSignal.timeout(5000) })).status).toBeLessThan(500);
        const posted = { method: 'POST', body: '{', signal: AbortSignal.timeout(5000) };
        expect((await fetch(url + path, posted)).status).toBeLessThan(500);
      }
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
}

function arriving(text: string) {
  const source = { connector: 'test', tenant: 'default', channel: 'test', messageId: newId() };
  return InboundMessage.parse({ agentId: agent.id, source, direct: true, author, text });
}

function memory(text: string, role: 'user' | 'assistant'): Memory {
  const { source } = arriving(text);
  return {
    ...{
      id: newId(),
      agentId: agent.id,
      roomId: 'room_test',
      scope: 'user_test',
      kind: 'message',
      role,
      author,
    },
    ...{
      content: { text, attachments: [], replyTo: null },
      source,
      status: 'kept',
      turnId: null,
      createdAt: 1,
    },
  };
}

function turnOf(reply: Memory): Turn {
  return {
    ...{ turnId: 'turn_test', roomId: 'room_test', agentId: agent.id, covers: [], steps: [], status: 'done' },
    ...{ replyId: reply.id, model: 'offline', usage: { inputTokens: 1, outputTokens: 1 }, attempt: 1 },
    ...{ error: null, startedAt: 1, finishedAt: 2 },
  };
}

function turnContext(signal: AbortSignal): TurnContext {
  const none = async () => [];
  return {
    ...{ agent, roomId: 'room_test', turnId: 'turn_test', user: author, messages: [memory('hello', 'user')] },
    memory: { facts: none, search: none, forget: async () => 0 } as never,
    schedules: { list: none } as never,
    documents: { keep: none },
    requester: async () => ({ role: 'member', accounts: [] }),
    taint: [],
    signal,
  };
}
