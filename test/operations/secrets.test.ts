import { describe, expect, it } from 'vitest';
import type { OperationParts } from '../../src/operations/operation.js';
import { Operations } from '../../src/operations/operations.js';
import type { AuditRow } from '../../src/store/audit-log.js';

const system = { kind: 'system' } as const;
const log = { error() {} };

function desk(audit: { append(row: AuditRow): Promise<void> }) {
  const kept = new Map<string, string>();
  const secrets: OperationParts['secrets'] = {
    list: async () => [...kept.keys()].map((name) => ({ name, setAt: 0, value: kept.get(name) })),
    set: async (name, value) => void kept.set(name, value),
    rotate: async (name, value) => void kept.set(name, value),
    remove: async (name) => void kept.delete(name),
  };
  return {
    kept,
    operations: new Operations(
      { secrets, store: { audit }, events: { add() {} } } as unknown as OperationParts,
      log,
    ),
  };
}

describe('secrets', () => {
  it('go in and never come out: neither in an answer nor in a row, also where something fails', async () => {
    const rows: AuditRow[] = [];
    const { kept, operations } = desk({ append: async (row) => void rows.push(row) });
    const told: unknown[] = [];
    const key = { name: 'key', value: 'sk-1' };
    told.push(await operations.call('secrets.set', key, system));
    told.push(await operations.call('secrets.rotate', { ...key, value: 'sk-2' }, system));
    expect(kept.get('key')).toBe('sk-2');
    told.push(await operations.call('secrets.list', {}, system));
    told.push(await operations.call('secrets.set', { ...key, name: 'sk-3 x' }, system).catch(String));
    // Who has forgotten the name gives the value in its place.
    told.push(await operations.call('secrets.set', { ...key, name: 'sk-ABC_123' }, system).catch(String));
    told.push(await operations.call('secrets.remove', { name: 'sk-ABC_123' }, system).catch(String));
    told.push(await operations.call('secrets.set', { ...key, extra: 'sk-4' } as never, system).catch(String));
    told.push(await operations.call('secrets.set', { ...key, value: '' }, system).catch(String));
    told.push(await operations.call('secrets.remove', { name: 'key' }, system));
    expect(kept.size).toBe(0);
    expect(JSON.stringify([told, rows])).not.toContain('sk-');
    expect(told[2]).toEqual({ secrets: [{ name: 'key', setAt: '1970-01-01T00:00:00.000Z' }] });
    expect(rows.map(({ outcome }) => outcome)).toEqual([
      ...['done', 'done', 'done', 'failed', 'failed', 'failed', 'failed', 'failed', 'done'],
    ]);
  });

  it('are kept although no row can be written', async () => {
    const { kept, operations } = desk({ append: () => Promise.reject(new Error('disk full')) });
    await operations.call('secrets.set', { name: 'key', value: 'x' }, system);
    expect(kept.get('key')).toBe('x');
  });
});
