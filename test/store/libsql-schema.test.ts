/** The file's schema: migrations, files of older versions, and what the file itself refuses. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/core/ids.js';
import { readSteps } from '../../src/core/turn.js';
import type { AuditRow } from '../../src/store/audit-log.js';
import { Database } from '../../src/store/libsql/database.js';
import { rowOf, statusNumber } from '../../src/store/libsql/row.js';
import { migrate, steps as migrationSteps } from '../../src/store/libsql/schema.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { checkpointOf, commitOf, message } from '../contract/store.js';
import { log, temporaryFolder } from './folder.js';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const file = () => new Database(join(folder.path, 'carrier.db'));
const open = () => openLibsqlStore({ dataDir: folder.path, log });
const row = (): AuditRow => ({
  ...{ id: newId(), at: 1, principal: { kind: 'system', name: 'test' }, operation: 'o', target: {} },
  outcome: 'done',
});

describe('migrations', () => {
  it('bring an older file up, each once, and undo one that fails', () => {
    const db = file();
    migrate(db);
    migrate(db);
    expect(db.prepare('pragma user_version').value()).toBe(migrationSteps.length);
    const next = [...migrationSteps, 'create table added (a); insert into added values (1)'];
    migrate(db, next);
    migrate(db, next);
    expect(db.prepare('select count(*) from added').value()).toBe(1);
    expect(() => migrate(db, [...next, 'create table half (a); create table nonsense'])).toThrow();
    expect(db.prepare('pragma user_version').value()).toBe(next.length);
    expect(db.prepare("select count(*) from sqlite_master where name = 'half'").value()).toBe(0);
    db.close();
  });

  it.each([1, 2, 3, 4])('let a hub manage what version %i has stored', async (version) => {
    const asked = message({ text: 'asked' });
    const { turn, reply, outbound } = commitOf([asked], { status: 'failed', text: 'sorry' });
    const db = file();
    migrate(db, migrationSteps.slice(0, version));
    expect(db.prepare('pragma user_version').value()).toBe(version);
    db.exec("insert into rooms (name) values ('room'); insert into scopes values (1, 'ada', 's', 2)");
    const insert = db.prepare('insert into memories values (null, ?, ?, 1, 1, 0, ?, ?, ?, ?, null)');
    const failed = { ...asked, status: 'failed' as const, turnId: turn.turnId };
    for (const memory of [failed, reply!]) {
      const [id, key] = rowOf(memory);
      const { status, turnId, createdAt } = memory;
      insert.run(id, key, statusNumber[status], turnId, createdAt, JSON.stringify(memory));
    }
    db.prepare('insert into turns values (?, ?)').run(turn.turnId, JSON.stringify(turn));
    const { memory: _, ...body } = outbound!;
    db.prepare('insert into outbox values (null, ?, 1, ?, ?, 3, ?, 1, ?)').run(
      ...[outbound!.id, reply!.id, outbound!.createdAt],
      ...['{"code":"delivery_failed","message":"no"}', JSON.stringify(body)],
    );
    db.prepare('insert into tokens values (?, ?)').run('old', '{"name":"old"}');
    db.close();

    const store = await open();
    const { items } = await store.memories.rooms({ limit: 5 });
    expect(items).toMatchObject([{ roomId: 'room', agentId: 'ada', messages: 2, lastAt: reply!.createdAt }]);
    const person = { connector: 'http', tenant: 'default', userId: 'u1' };
    expect((await store.memories.ofPerson(person, { limit: 5 })).items).toContainEqual(failed);
    const { steps: __, ...listed } = turn;
    expect((await store.turns.list({ limit: 5 })).items).toEqual([listed]);
    expect(await store.outbox.list({ state: 'dead', limit: 5 })).toMatchObject({
      items: [{ id: outbound!.id, attempts: 3, error: { code: 'delivery_failed' } }],
    });
    expect(await store.outbox.retry(outbound!.id)).toBe(true);
    expect(await store.outbox.due('room', 5)).toEqual([{ ...outbound, attempts: 3 }]);
    expect(await store.turns.reopen(turn.turnId)).toBe(true);
    expect((await store.turns.claim('room', 5)).messages).toEqual([asked]);
    expect(await store.tokens.remove('old')).toBe(true);
    await store.audit.append(row());
    expect((await store.audit.list({ limit: 5 })).items).toHaveLength(1);
    await store.close();
  });
});

describe('the migration to turns with states', () => {
  it('keeps what had begun and what waits for its turn', async () => {
    const [begun, later] = [message({ text: 'begun' }), message({ text: 'later' })];
    const { turnId, roomId, agentId, covers } = checkpointOf([begun], []);
    const action = { callId: 'c', name: 'n', arguments: '{}', result: null, ok: false, startedAt: 7 };
    const steps = [
      { text: '', actions: [{ ...action, durationMs: 0 }], usage: { inputTokens: 1, outputTokens: 1 } },
    ];
    const db = file();
    migrate(db, migrationSteps.slice(0, 4));
    db.exec("insert into rooms (name) values ('room'); insert into scopes values (1, 'ada', 's', 2)");
    for (const memory of [begun, later]) {
      const [id, key] = rowOf(memory);
      db.prepare('insert into memories values (null, ?, ?, 1, 1, 0, 0, null, ?, ?, null)').run(
        ...[id, key, memory.createdAt, JSON.stringify(memory)],
      );
    }
    db.prepare('insert into checkpoints values (1, ?, 1, ?, ?, ?)').run(
      ...[turnId, agentId, JSON.stringify(covers), JSON.stringify(steps)],
    );
    db.close();

    const store = await open();
    const claim = await store.turns.claim('room', 5);
    expect(claim).toEqual({ messages: [begun], checkpoint: { turnId, roomId, agentId, covers, steps } });
    expect(readSteps(claim.checkpoint!.steps)[0]!.actions[0]!.state).toBe('running');
    const waiting = commitOf([begun], { status: 'waiting' });
    expect(await store.turns.commit(waiting)).toBe(true);
    expect(await store.turns.undecided('room', 5)).toEqual([turnId]);
    expect((await store.turns.claim('room', 5)).messages).toEqual([later]);
    await store.close();
  });
});

describe('the audit tables', () => {
  it('refuse changes and removals, also from another program', async () => {
    const store = await open();
    const kept = row();
    await store.audit.append(kept);
    const db = file();
    db.exec(`insert into audit values ('older', 'o', '{"id":"older"}')`);
    for (const [table, id] of [
      ['audit_chain', kept.id],
      ['audit', 'older'],
    ])
      for (const sql of [
        `update ${table} set body = '{}'`,
        `delete from ${table}`,
        `delete from ${table} where id = '${id}'`,
        `update ${table} set id = 'x'`,
      ])
        expect(() => db.exec(sql)).toThrow(/audit rows are never/);
    for (const setting of ['', 'pragma recursive_triggers = on']) {
      db.exec(setting);
      db.exec(`insert or replace into audit values ('older', 'other', '{}')`);
      db.exec(`insert or replace into audit_chain values (1, 'x', 'other', '', '{}')`);
      db.exec(`insert or replace into audit_chain values (2, '${kept.id}', 'other', '', '{}')`);
    }
    db.close();
    expect((await store.audit.list({ limit: 5 })).items).toMatchObject([{ id: 'older' }, kept]);
    await store.close();
  });
});
