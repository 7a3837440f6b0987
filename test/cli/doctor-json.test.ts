/** `carrier doctor --json`: what scripts read, of a hub that runs and of one that does not. */
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { api } from '../support/api.js';
import { type Diagnosed, runDoctor } from '../support/doctor.js';
import { Home } from '../support/hub.js';

describe('carrier doctor --json', () => {
  let home: Home;
  beforeEach(() => {
    home = new Home();
  });
  afterEach(() => home.dispose());

  async function diagnosed(env: Record<string, string> = {}) {
    const { code, said } = await runDoctor(home, env, ['--json']);
    const found = JSON.parse(said) as Diagnosed;
    expect(code).toBe(found.ok ? 0 : 1);
    expect(found.ok).toBe(found.subjects.every(({ findings }) => findings.every(({ ok }) => ok)));
    const of = (name: string) => found.subjects.find(({ subject }) => subject === name)?.findings ?? [];
    return { ...found, of };
  }

  async function talked(): Promise<void> {
    const hub = await home.hub();
    await api(hub.url, hub.token.secret).send('assistant', { text: 'hello', userId: 'ann' });
    await hub.stop();
  }

  it('has the same form whatever is found, and a page where something is to mend', async () => {
    const good = await diagnosed();
    expect(good.ok).toBe(true);
    for (const { subject, findings } of good.subjects) {
      expect(subject).not.toBe('');
      for (const finding of findings) expect(Object.keys(finding)).toEqual(['check', 'ok', 'fix']);
    }
    const bad = await diagnosed({ CARRIER_DATA_DIR: '/proc/data' });
    expect(bad.of('This machine')).toContainEqual({
      check: 'the data folder /proc/data can be written',
      ok: false,
      fix: expect.stringMatching(/CARRIER_DATA_DIR/),
      page: expect.stringMatching(/^docs\//),
    });
    const unreadable = await diagnosed({ CARRIER_PORT: 'many' });
    expect(unreadable.subjects).toEqual([
      {
        subject: 'Settings',
        findings: [expect.objectContaining({ ok: false, fix: expect.stringMatching(/CARRIER_PORT/) })],
      },
    ]);
  });

  it('asks a hub that runs for what it has stored, and looks at nothing behind its back', async () => {
    const hub = await home.hub();
    await api(hub.url, hub.token.secret).send('assistant', { text: 'hello', userId: 'ann' });
    const found = await diagnosed();
    const checks = found.of('The running hub').map(({ check }) => check);
    expect(checks).toContain(`a hub runs at ${hub.url}`);
    expect(checks).toContain('it is ready');
    expect(checks).toContain('no message waits for its answer');
    expect(checks).toContain('no reply was given up');
    expect(found.of('Data folder')).toEqual([]);
    const response = await fetch(`${hub.url}/audit?limit=50`, {
      headers: { authorization: `Bearer ${hub.token.secret}` },
    });
    const { rows } = (await response.json()) as { rows: { operation: string }[] };
    const asked = rows.map(({ operation }) => operation);
    expect(asked).toEqual(expect.arrayContaining(['health.show', 'deliveries.list', 'audit.verify']));
  });

  it('counts what waits, was given up and comes from the future in a database at rest', async () => {
    await talked();
    const file = join(home.folder, 'data', 'carrier.db');
    const db = new Libsql(file);
    db.exec(`update memories set status = 0, created = created - 3600000
      where seq = (select min(seq) from memories where kind = 0)`);
    db.exec('update memories set created = created + 86400000 where seq = (select max(seq) from memories)');
    db.exec(`insert into outbox (id, room, memory, created, final, body)
      select 'lost', room, id, created, 1, '{}' from memories limit 1`);
    db.close();
    const before = readdirSync(join(home.folder, 'data')).sort();
    const found = await diagnosed();
    expect(found.of('Data folder')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          check: expect.stringMatching(/^one room with a message .* since 20/),
          ok: true,
        }),
        expect.objectContaining({ check: 'one reply given up', ok: false }),
        expect.objectContaining({ check: expect.stringMatching(/has not come yet$/), ok: false }),
      ]),
    );
    expect(readdirSync(join(home.folder, 'data')).sort()).toEqual(before);
  });

  it('tells of files with secrets that others may read, and of free space', async () => {
    const env = join(home.folder, '.env');
    writeFileSync(env, 'CARRIER_LOG_LEVEL=warn\n', { mode: 0o644 });
    expect((await diagnosed()).ok).toBe(true);
    writeFileSync(env, 'CARRIER_LOG_LEVEL=warn\nOPENAI_API_KEY_OLD=\nMY_TOKEN=abc\n');
    chmodSync(env, 0o644);
    const found = await diagnosed();
    const machine = found.of('This machine');
    expect(machine).toContainEqual(
      expect.objectContaining({
        ok: false,
        check: expect.stringMatching(/^\.env .*644/),
        fix: expect.stringMatching(/chmod 600 \.env/),
      }),
    );
    expect(machine.map(({ check }) => check)).toContainEqual(expect.stringMatching(/^its disk has .* free$/));
    chmodSync(env, 0o600);
    expect((await diagnosed()).ok).toBe(true);
  });
});
