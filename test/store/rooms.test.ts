/** The caches are exact: whatever happens at once, readers see what a naive model of the store says. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Store } from '../../src/store/store.js';
import type { TurnCommit } from '../../src/store/turn-store.js';
import { checkpointOf, commitOf, message } from '../contract/store.js';
import { log, temporaryFolder } from './folder.js';
import { Model } from './model.js';

const folder = temporaryFolder();
/** So small that everything is dropped, cut and read again all the time. */
const tiny = { rooms: 14, scopes: 5, recent: 3, facts: 2 };

let store: Store;
beforeAll(async () => {
  store = await openLibsqlStore({ dataDir: folder.path, log, sizes: tiny });
});
afterAll(async () => {
  await store.close();
  folder.remove();
});

const writes = [
  'append',
  'append',
  'append',
  'overhear',
  'fact',
  'duplicate',
  'commit',
  'commit',
  'fail',
] as const;
const rareWrites = [
  'late commit',
  'checkpoint',
  'delivered',
  'failed',
  'give up',
  'forget',
  'reopen',
  'retry',
  'drop',
] as const;
const reads = ['recent', 'claim', 'due', 'count', 'facts'] as const;
const operation = fc.record({
  what: fc.constantFrom(...writes, ...rareWrites, ...reads),
  room: fc.integer({ min: 0, max: 2 }),
  scope: fc.integer({ min: 0, max: 1 }),
  /** Which of the things there are it is about. */
  pick: fc.nat({ max: 50 }),
  limit: fc.integer({ min: 1, max: 8 }),
});
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** The operations of a round are begun at once; the next round waits for them. */
const rounds = fc.array(fc.array(operation, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 30 });

let runs = 0;

it('shows what the database holds, however writes and reads race', async () => {
  await fc.assert(
    fc.asyncProperty(rounds, async (schedule) => {
      // Runs share a database, but no agent, room or message.
      const run = new Run(`agent-${runs++}`);
      for (const operations of schedule) await run.round(operations);
      await run.compareEverything();
    }),
    { numRuns: 80 },
  );
}, 120_000);

class Run {
  readonly #agent: string;
  readonly #model = new Model();
  readonly #commits: TurnCommit[] = [];

  constructor(agent: string) {
    this.#agent = agent;
  }

  async round(operations: Operation[]): Promise<void> {
    // All that is acknowledged is in the first state; a read may see that or any later one of the round.
    const states = [this.#model.snapshot()];
    const answers: Promise<{ answer: unknown; expected: (state: Model) => unknown }>[] = [];
    for (const operation of operations) {
      const read = this.#read(operation);
      if (read) answers.push(read.answer.then((answer) => ({ answer, expected: read.expected })));
      else answers.push(this.#write(operation).then(() => ({ answer: null, expected: () => null })));
      states.push(this.#model.snapshot());
    }
    for (const { answer, expected } of await Promise.all(answers)) {
      expect(states.map(expected)).toContainEqual(answer);
    }
  }

  /** With the model, and with what a store without a past reads from the database. */
  async compareEverything(): Promise<void> {
    await this.#compare();
    await store.close();
    store = await openLibsqlStore({ dataDir: folder.path, log });
    await this.#compare();
    await store.close();
    store = await openLibsqlStore({ dataDir: folder.path, log, sizes: tiny });
  }

  async #compare(): Promise<void> {
    for (let room = 0; room < 3; room++) {
      for (const what of reads) {
        for (const limit of [1, 5, 100]) {
          const { answer, expected } = this.#read({ what, room, scope: room % 2, pick: 0, limit })!;
          expect(await answer).toEqual(expected(this.#model));
        }
      }
    }
  }

  #read({ what, room, scope, limit }: Operation) {
    const roomId = this.#room(room);
    const scopes = [this.#scope(scope), this.#scope(2)];
    switch (what) {
      case 'recent':
        return {
          answer: store.memories.recent(roomId, limit),
          expected: (m: Model) => m.recent(roomId, limit),
        };
      case 'claim':
        return { answer: store.turns.claim(roomId, limit), expected: (m: Model) => m.claim(roomId, limit) };
      case 'due':
        return { answer: store.outbox.due(roomId, limit), expected: (m: Model) => m.due(roomId, limit) };
      case 'count':
        return { answer: store.memories.count(this.#agent, scopes), expected: (m: Model) => m.count(scopes) };
      case 'facts':
        return {
          answer: store.memories.facts(this.#agent, scopes, limit),
          expected: (m: Model) => m.facts(scopes, limit),
        };
      default:
        return null;
    }
  }

  /** Does to the store and to the model the same, in the same order. */
  async #write({ what, room, scope, pick, limit }: Operation): Promise<void> {
    const model = this.#model;
    const memory = message({
      agentId: this.#agent,
      roomId: this.#room(room),
      scope: this.#scope(scope),
      text: `${what} ${pick}`,
      kind: what === 'fact' ? 'fact' : 'message',
      status: what === 'append' ? 'pending' : 'kept',
    });
    const { messages } = model.claim(memory.roomId, limit);
    switch (what) {
      case 'append':
      case 'overhear':
      case 'fact':
        model.append(memory);
        await store.memories.append(memory);
        break;
      case 'duplicate': {
        const earlier = this.#pick(model.memories, pick);
        if (!earlier) return;
        const again = { ...memory, source: { ...memory.source, messageId: earlier.source.messageId } };
        model.append(again);
        await store.memories.append(again);
        break;
      }
      case 'commit':
      case 'fail': {
        if (messages.length === 0) return;
        const commit = commitOf(messages, {
          status: what === 'fail' ? 'failed' : 'done',
          silent: pick % 5 === 0,
        });
        this.#commits.push(commit);
        model.commit(commit);
        await store.turns.commit(commit);
        break;
      }
      case 'late commit': {
        const earlier = this.#pick(this.#commits, pick);
        if (!earlier || earlier.turn.roomId !== memory.roomId) return;
        const covers = [...earlier.turn.covers, ...messages.map(({ id }) => id)];
        const late = { ...earlier, turn: { ...earlier.turn, covers }, reply: null, outbound: null };
        model.commit(late);
        await store.turns.commit(late);
        break;
      }
      case 'checkpoint': {
        if (messages.length === 0) return;
        const checkpoint = checkpointOf(messages, [`step ${pick}`]);
        model.checkpoint(checkpoint);
        await store.turns.checkpoint(checkpoint);
        break;
      }
      case 'delivered':
      case 'failed':
      case 'give up': {
        const outbound = this.#pick(model.outbox, pick);
        if (!outbound) return;
        const failing = { since: pick, lastAt: pick, nextAt: pick + 1 };
        if (what === 'failed') model.failed(outbound.id, failing);
        else if (what === 'give up') model.giveUp(outbound.id);
        else model.delivered(outbound.id);
        const error = { code: 'delivery_failed', message: 'no' };
        if (what === 'delivered') await store.outbox.delivered(outbound.id, { id: pick });
        else await store.outbox.failed(outbound.id, error, what === 'give up' ? null : failing);
        break;
      }
      case 'reopen': {
        const failed = this.#pick(
          this.#commits.filter(({ turn }) => turn.status === 'failed'),
          pick,
        );
        if (!failed) return;
        model.reopen(failed.turn);
        await store.turns.reopen(failed.turn.turnId);
        break;
      }
      case 'retry':
      case 'drop': {
        const outbound = this.#pick(model.outbox, pick);
        if (!outbound) return;
        model[what](outbound.id);
        await store.outbox[what](outbound.id);
        break;
      }
      case 'forget': {
        const gone = this.#pick(model.memories, pick);
        if (!gone) return;
        model.forget([gone.id]);
        await store.memories.forget([gone.id]);
        break;
      }
    }
  }

  #pick<T>(things: readonly T[], pick: number): T | undefined {
    return things.length === 0 ? undefined : things[pick % things.length];
  }

  #room(number: number): string {
    return `${this.#agent} room ${number}`;
  }

  #scope(number: number): string {
    return `scope ${number}`;
  }
}
