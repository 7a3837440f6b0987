/** What rooms and scopes in use take: long messages and long turns count for as much as they are. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Database } from '../../src/store/libsql/database.js';
import { Lexicon } from '../../src/store/libsql/lexicon.js';
import { MemoryTable } from '../../src/store/libsql/memory-table.js';
import { Names } from '../../src/store/libsql/names.js';
import { OutboxTable } from '../../src/store/libsql/outbox-table.js';
import { Rooms } from '../../src/store/libsql/rooms.js';
import { rowOf } from '../../src/store/libsql/row.js';
import { migrate } from '../../src/store/libsql/schema.js';
import { TurnTable } from '../../src/store/libsql/turn-table.js';
import { checkpointOf, message } from '../contract/store.js';
import { temporaryFolder } from './folder.js';

let folder: ReturnType<typeof temporaryFolder>;
let db: Database;
let rooms: Rooms;
let memories: MemoryTable;
beforeEach(() => {
  folder = temporaryFolder();
  db = new Database(`${folder.path}/rooms.db`);
  migrate(db);
  const names = new Names(db);
  memories = new MemoryTable(db, names);
  const outbox = new OutboxTable(db, names);
  const turns = new TurnTable(db, names, memories, outbox);
  const lexicon = new Lexicon(db, { most: 1_000, follows: true });
  rooms = new Rooms(
    { names, memories, turns, outbox, lexicon },
    { rooms: 300, scopes: 100, recent: 10, facts: 5 },
  );
});
afterEach(() => {
  db.close();
  folder.remove();
});

function say(roomId: string, status: 'pending' | 'kept', kind: 'message' | 'fact' = 'message') {
  const memory = message({ roomId, scope: roomId, text: 'x'.repeat(9_000), status, kind });
  rooms.appended({ seq: memories.insert(rowOf(memory))!, memory });
  return memory;
}

it('rooms and scopes hold no more than they may, counted by their texts', () => {
  for (let i = 0; i < 20; i++) {
    const roomId = `room ${i}`;
    say(roomId, 'kept');
    rooms.room(roomId, { recent: 10 });
    rooms.scope('ada', roomId, 5);
    for (let n = 0; n < 7; n++) {
      say(roomId, n % 2 ? 'kept' : 'pending');
      say(roomId, 'kept', 'fact');
      expect(rooms.held).toBeLessThanOrEqual(400);
    }
  }
  // A message counts for ten here: of rooms with eight each, three or four are held.
  expect(rooms.held).toBeGreaterThan(200);
});

it('the steps of a turn count until it is committed', () => {
  say('room', 'kept');
  const pending = say('room', 'pending');
  rooms.room('room', { recent: 10 });
  const before = rooms.held;
  const checkpoint = checkpointOf([pending], ['a step']);
  rooms.checkpointed(checkpoint, 50_000);
  rooms.checkpointed(checkpoint, 70_000);
  expect(rooms.held).toBe(before + 71);
  const { turnId, roomId, covers } = checkpoint;
  rooms.committed({ turnId, roomId, covers, status: 'handled' }, null, null);
  expect(rooms.held).toBe(before);
});
