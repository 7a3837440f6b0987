/**
 * A hub reduced to its store: answers messages in three rooms as fast as it can and prints what was acknowledged,
 * until it is killed. Runs from the compiled sources, as a process of its own.
 */
import { writeSync } from 'node:fs';
import { newId } from '../../dist/src/core/ids.js';
import { turnIdOf } from '../../dist/src/core/turn.js';
import { createLogger } from '../../dist/src/logger.js';
import { openLibsqlStore } from '../../dist/src/store/libsql/store.js';

const store = await openLibsqlStore({ dataDir: process.argv[2], log: createLogger('silent') });
const acknowledged = (what, id) => writeSync(1, `${what} ${id}\n`);

function memory(roomId, role, status, turnId) {
  const id = newId();
  return {
    ...{ id, agentId: 'ada', roomId, scope: roomId, kind: 'message', role, author: { id: 'u' } },
    content: { text: `a message about parrots ${id}`, attachments: [], replyTo: null },
    source: { connector: 'http', tenant: 'default', channel: roomId, messageId: id },
    ...{ status, turnId, createdAt: Date.now() },
  };
}

async function append(roomId) {
  const { memory: stored } = await store.memories.append(memory(roomId, 'user', 'pending', null));
  acknowledged('append', stored.id);
}

async function answer(roomId) {
  const { messages } = await store.turns.claim(roomId, 10);
  const turnId = turnIdOf(messages[0]);
  const covers = messages.map(({ id }) => id);
  const steps = [{ text: 'thinking', actions: [], usage: { inputTokens: 0, outputTokens: 0 } }];
  await store.turns.checkpoint({ turnId, roomId, agentId: 'ada', covers, steps });
  const reply = memory(roomId, 'assistant', 'kept', turnId);
  await store.turns.commit({
    turn: {
      ...{ turnId, roomId, agentId: 'ada', covers, steps, status: 'done', replyId: reply.id, model: null },
      ...{ usage: { inputTokens: 0, outputTokens: 0 }, attempt: 1, error: null, startedAt: 0, finishedAt: 0 },
    },
    reply,
    outbound: {
      ...{ id: `out_${reply.id}`, agentId: 'ada', roomId, turnId, memory: reply, to: messages[0].source },
      ...{ answers: [messages[0].source], attempts: 0, createdAt: Date.now() },
    },
  });
  acknowledged('commit', turnId);
}

async function room(roomId) {
  for (;;) {
    await Promise.all([append(roomId), append(roomId)]);
    await answer(roomId);
  }
}

await Promise.all(['room a', 'room b', 'room c'].map(room));
