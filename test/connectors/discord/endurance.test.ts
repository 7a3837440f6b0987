import { afterEach, describe, expect, it } from 'vitest';
import type { Connector, Memory } from '../../../src/extension-api.js';
import { outboundOf } from '../../../src/testing/connector.js';
import { until } from '../../support/until.js';
import { openStage, type Stage } from './stage.js';

let stage: Stage;

afterEach(() => stage.close());

describe('two hundred questions', () => {
  it('in five rooms are each answered once and in order, through lost sessions, faults and a restart', async () => {
    stage = await openStage();
    const { discord, guild, host, alice, name, connect } = stage;
    const rooms = [...'abcd'].map((room) => discord.addChannel(guild, room));
    rooms.push(alice.direct());
    let connector: Connector = await connect();

    // What the hub does: each room's messages are answered in the order they were stored.
    const lines = new Map<string, Promise<void>>();
    let answered = 0;
    const take = (memory: Memory) => {
      const before = lines.get(memory.roomId) ?? Promise.resolve();
      lines.set(
        memory.roomId,
        before.then(async () => {
          const turn = host.begin(memory);
          const outbound = outboundOf(turn.id, memory, turn.commit(`echo: ${memory.content.text}`)!);
          for (let tries = 0; ; tries++) {
            try {
              await connector.deliver!(outbound, AbortSignal.timeout(10_000));
              break;
            } catch (error) {
              if (tries > 20) throw error;
              await new Promise((resolve) => setTimeout(resolve, 50));
            }
          }
          answered += 1;
        }),
      );
    };
    const receive = host.receive.bind(host);
    host.receive = async (message) => {
      const receipt = await receive(message);
      if (receipt && !receipt.duplicate) take(receipt.memory);
      return receipt;
    };

    const questions: { room: number; id: string; text: string }[] = [];
    for (let n = 0; n < 200; n++) {
      const room = n % rooms.length;
      questions.push({ room, id: alice.say(rooms[room]!, `${name} ${n}`).id, text: String(n) });
      if (n === 40) discord.gateway.cut();
      if (n === 60) discord.faults.next('POST', /messages$/, { kind: 'status', status: 502 }, { times: 4 });
      if (n === 80)
        discord.faults.next('POST', /messages$/, { kind: 'dropped', when: 'after' }, { times: 3 });
      if (n === 90) discord.faults.next('POST', /messages$/, { kind: 'rate-limited', retryAfter: 0.2 });
      if (n === 110) discord.gateway.forgetSessions();
      if (n === 110) discord.gateway.cut();
      if (n === 150) {
        await connector.stop();
        connector = await connect();
      }
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    await until(() => answered >= 200, 60_000);
    expect(answered).toBe(200);
    expect(host.inbound).toHaveLength(200);
    for (const [index, room] of rooms.entries()) {
      const mine = questions.filter((question) => question.room === index);
      expect(discord.said(room).map(({ content, replyTo }) => [content, replyTo])).toEqual(
        mine.map(({ id, text }) => [`echo: ${text}`, id]),
      );
    }
  }, 90_000);
});
