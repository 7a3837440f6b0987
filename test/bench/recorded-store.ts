/** Has the store itself keep messages and replies, without a hub, so that `statements.mjs` sees what it asks of SQL. */
import { ownMemory } from '../../dist/src/core/memory.js';
import { outboundOf, turnIdOf, turnOf } from '../../dist/src/core/turn.js';
import { group } from './load.js';
import { agentId, memory } from './memories.js';
import { openOwnStore } from './own-store.js';

const store = await openOwnStore();
const { memories, turns, outbox } = store;
let stored = 0;

function note(text: string): void {
  const { recordStatement } = globalThis as unknown as { recordStatement(line: unknown[]): void };
  recordStatement(['', 'exec', text, []]);
}

/** A message from each room of a group: what has gone out of the last group is noted with what comes in. */
async function next(delivered: string[]): Promise<string[]> {
  const messages = Array.from({ length: group.size }, (_, room) =>
    memory(2 * stored++, `room-${room}`, { status: 'pending' }),
  );
  await Promise.all([
    ...delivered.map((id) => outbox.delivered(id, {})),
    ...messages.map((message) => memories.append(message)),
  ]);
  await Promise.all(messages.map(answer));
  const due = await Promise.all(messages.map(({ roomId }) => outbox.due(roomId, 50)));
  return due.flat().map(({ id }) => id);
}

async function answer({ roomId }: { roomId: string }): Promise<void> {
  const startedAt = Date.now();
  const [{ messages }] = await Promise.all([turns.claim(roomId, 20), memories.recent(roomId, 40)]);
  const first = messages[0]!;
  const turnId = turnIdOf(first);
  const reply = ownMemory(first, {
    ...{ kind: 'message', role: 'assistant', turnId, author: { id: agentId, name: 'Ada', bot: true } },
    content: { text: 'That is good to know, thank you.', attachments: [], replyTo: first.id },
  });
  const covers = messages.map(({ id }) => id);
  const turn = turnOf(
    { turnId, roomId, agentId, covers, steps: [] },
    {
      ...{ status: 'done', attempt: 1, startedAt, reply, model: 'instant:bench' },
      usage: { inputTokens: 1000, outputTokens: 8 },
    },
  );
  await turns.commit({ turn, reply, outbound: outboundOf(reply, turnId, [first.source], Date.now()) });
}

let delivered: string[] = [];
for (let i = 0; i < group.warm; i++) delivered = await next(delivered);
note('measure');
for (let i = 0; i < group.measured; i++) delivered = await next(delivered);
note('end');
await store.close();
process.exit(0);
