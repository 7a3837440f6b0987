/** The audit log of a real hub: read, exported, verified, and what the doctor says of one that somebody has changed. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../src/operations/operation.js';
import { operations } from '../../src/operations/operations.js';
import { linksAfter } from '../../src/store/audit-chain.js';
import { auditRow } from '../contract/store/audit.js';
import { type Tampering, tamperingLibsql } from '../store/tampering.js';
import { runDoctor } from '../support/doctor.js';
import { until } from '../support/until.js';
import { Desk } from './desk.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

let desk: Desk;
let dataDir: string;
let tampering: Tampering;
beforeEach(async () => {
  desk = new Desk();
  await desk.open();
  dataDir = join(desk.home.folder, 'data');
  tampering = tamperingLibsql(dataDir);
});
afterEach(() => desk.home.dispose());

const carrier = async (...args: string[]) => {
  const env = { ...desk.home.settings(), PATH: process.env.PATH!, HOME: desk.home.folder };
  const options = { env, cwd: desk.home.folder, maxBuffer: 1e8 };
  return promisify(execFile)(process.execPath, [main, ...args], options).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  );
};
/** So many operations, some at once. */
const work = (count: number) =>
  Promise.all(Array.from({ length: count }, () => desk.get('/agents/assistant')));
const verify = () => desk.get('/audit/verify');

describe('the audit log', () => {
  it('is exported as lines of JSON, oldest first, whose hashes anybody can make again', async () => {
    await work(20);
    await desk.ask('GET', '/agents/nobody');
    await desk.platform.dm('root', '/status');
    const { head } = await verify();
    // More than a page, and what the export itself writes is not in it.
    const pages = await Promise.all([1, 7, 1_000].map((limit) => exported(limit)));
    for (const rows of pages) expect(rows.slice(0, head.seq)).toEqual(pages[2]!.slice(0, head.seq));
    const { code, stdout } = await carrier('audit', 'export');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    const rows = lines.map((line) => JSON.parse(line));
    expect(rows.slice(0, head.seq)).toEqual(pages[2]!.slice(0, head.seq));
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
    expect(rows[head.seq - 1]).toMatchObject({ seq: head.seq, hash: head.hash });
    let previous = '0'.repeat(64);
    for (const { hash, ...row } of rows) {
      expect(row.previous).toBe(previous);
      const written = JSON.stringify(row, (_, value) =>
        value && typeof value === 'object' && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
          : value,
      );
      expect(createHash('sha256').update(written).digest('hex')).toBe(hash);
      previous = hash;
    }
    expect(await carrier('audit', 'verify')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Whole: \d+ rows/),
    });
    for (const cursor of ['x', '1', '5.older.', '5.x', '-1.2', "5.older.'"])
      expect((await desk.ask('GET', `/audit/export?cursor=${encodeURIComponent(cursor)}`)).status).toBe(422);
  }, 60_000);

  /** All rows, by pages of so many. */
  async function exported(limit: number): Promise<Record<string, unknown>[]> {
    const rows = [];
    for (let cursor = ''; ; ) {
      const page = await desk.get(`/audit/export?limit=${limit}${cursor && `&cursor=${cursor}`}`);
      expect(page.rows.length).toBeLessThanOrEqual(limit);
      rows.push(...page.rows);
      if (page.nextCursor === null) return rows;
      cursor = page.nextCursor;
    }
  }

  it('is listed by whom, how it ended and when', async () => {
    await work(3);
    await desk.ask('GET', '/agents/nobody');
    await desk.platform.dm('ann', '/model x');
    await until(async () => (await desk.get('/audit?principal=person:ann')).rows.length > 0);
    const { rows: denied } = await desk.get('/audit?outcome=denied');
    expect(denied).toMatchObject([{ operation: 'rooms.model', principal: { kind: 'person', name: 'ann' } }]);
    const { rows: failed } = await desk.get('/audit?outcome=failed&operation=agents.show');
    expect(failed).toMatchObject([{ target: { agentId: 'nobody' }, error: 'agent_unknown' }]);
    expect((await desk.get('/audit?principal=token:ann')).rows).toEqual([]);
    expect((await desk.get(`/audit?until=${encodeURIComponent('2020-01-31T08:00:00+02:00')}`)).rows).toEqual(
      [],
    );
    const since = (await desk.get(`/audit?since=${failed[0].at}&operation=agents.show`)).rows;
    expect(since.at(-1).seq).toBeLessThanOrEqual(failed[0].seq);
    expect((await desk.get('/audit?since=2020-01-31&limit=2')).rows).toHaveLength(2);
    for (const time of ['yesterday', '2020', '2020-13-41', '1700000000', 'NaN', '']) {
      const refused = await desk.ask('GET', `/audit?since=${time}`);
      expect(refused).toMatchObject({ status: 422, body: { error: { field: 'since' } } });
    }
    expect((await desk.ask('GET', '/audit?outcome=other')).status).toBe(422);
    const { stdout } = await carrier('audit', '--principal', 'ann', '--outcome', 'denied');
    expect(stdout).toMatch(/denied {2}permission_denied {2}rooms\.model .* person ann\n$/);
  }, 60_000);

  it('[governed.40] verifies and names nobody after a person who is in 300 entries was erased', async () => {
    const said = { author: { id: 'u-4711', name: 'Ann Weatherby' } };
    await desk.platform.dm('u-4711', 'marmalade is my secret', said);
    await desk.platform.last(1);
    for (const text of ['/status', '/new marmalade', '/model marmalade', '/forget marmalade', '/stop'])
      await desk.platform.dm('u-4711', text, said);
    const whom = { connector: 'telegram', userId: 'u-4711' };
    await Promise.all(
      Array.from({ length: 300 }, () => desk.post('/people/forget', { ...whom, count: true })),
    );
    const { roomId } = (await desk.get('/rooms')).rooms[0];
    await desk.ask('POST', '/turns/turn_x/resume', { approve: false, note: 'marmalade, said Ann Weatherby' });
    await desk.ask('POST', `/turns/turn_x/resume`, { approve: 'marmalade', Weatherby: 'marmalade' });
    await desk.get(`/rooms/${roomId}/messages`);
    const before = (await exported(1_000)).length;
    const { memories } = await desk.post('/people/forget', whom);
    expect(memories).toBeGreaterThan(1);
    expect(await verify()).toMatchObject({ ok: true, faults: [], missing: 0 });
    const { stdout } = await carrier('audit', 'export');
    expect(stdout.trimEnd().split('\n').length).toBeGreaterThan(before);
    expect(stdout.match(/u-4711/g)!.length).toBeGreaterThan(300);
    expect(stdout).not.toMatch(/Weatherby|marmalade/i);
  }, 60_000);

  it('[governed.40] takes no words, codes or secrets from what an operation is given', () => {
    const words = /note|text|value|code|secret|reason|why|message|title|display|label/i;
    for (const { name, input, audit } of operations as readonly Operation[]) {
      const fields = Object.keys((input as never as { shape: object }).shape ?? {});
      const given = Object.fromEntries(fields.map((field) => [field, `${field}!`]));
      const kept = JSON.stringify(audit?.(given) ?? {});
      const taken = fields.filter((field) => kept.includes(`"${field}!"`));
      expect(
        taken.filter((field) => words.test(field)),
        name,
      ).toEqual([]);
    }
    const resume = operations.find(({ name }) => name === 'turns.resume') as Operation;
    expect(Object.keys((resume.input as never as { shape: object }).shape)).toContain('note');
  });
});

describe('[governed.39] the doctor, of an audit log that was changed behind the hub', () => {
  const doctor = () => runDoctor(desk.home, {});
  const stop = () => desk.hub.stop();

  it('says which of its last rows are gone, while no hub runs and after others were appended', async () => {
    await work(50);
    const { head } = await verify();
    // The row of that verification, too.
    const last = head.seq + 1;
    await stop();
    expect((await doctor()).said).toMatch(new RegExp(`ok {2}its ${last} rows are one unbroken chain\\n`));
    await tampering.change((links) => links.slice(0, -20));
    const cut = await doctor();
    expect(cut.code).toBe(1);
    expect(cut.said).toMatch(/no {2}its \d+ rows are one unbroken chain; 20 are missing\n/);
    const gone = `20 rows are missing: ${last - 19} to ${last}.`;
    expect(cut.said).toContain(`${gone} They were the last`);
    await desk.start();
    await work(30);
    const running = await doctor();
    expect(running.code).toBe(1);
    expect(running.said).toContain(gone);
    expect(await carrier('audit', 'verify')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(gone),
    });
    await stop();
    expect((await doctor()).said).toContain(gone);
  }, 60_000);

  it('says that all are gone, by whichever place still knows', async () => {
    await work(30);
    const { head } = await verify();
    await stop();
    const gone = `${head.seq + 1} rows are missing: 1 to ${head.seq + 1}. They were the last`;
    await tampering.change(() => []);
    expect((await doctor()).said).toContain(gone);
    await tampering.forgetHead();
    expect(await doctor()).toMatchObject({ code: 1, said: expect.stringContaining(gone) });
    rmSync(join(dataDir, 'carrier.db'));
    expect(await doctor()).toMatchObject({ code: 1, said: expect.stringContaining(gone) });
  }, 60_000);

  it('says so of others in their place, and names a row that was changed by hand', async () => {
    await work(30);
    await stop();
    await tampering.change((links) => {
      const kept = links.slice(0, -20);
      return [
        ...kept,
        ...linksAfter(
          kept.at(-1)!,
          Array.from({ length: 20 }, () => auditRow()),
        ),
      ];
    });
    expect(await doctor()).toMatchObject({ code: 1, said: expect.stringContaining('was written anew') });
    await desk.start();
    await tampering.change((links) =>
      links.map((link) =>
        link.seq === 5 ? { ...link, body: link.body.replace('"done"', '"denied"') } : link,
      ),
    );
    const { faults, ok } = await verify();
    expect(ok).toBe(false);
    expect(faults[0]).toMatchObject({
      kind: 'changed',
      from: 5,
      to: 5,
      about: expect.stringMatching(/^Row 5 \(/),
    });
    expect((await doctor()).said).toMatch(/Row 5 \([\w-]+\) is not as it was written\.\n/);
  }, 60_000);
});
