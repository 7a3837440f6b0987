/** `carrier import openclaw`: what was said and noted there, whose it is here, and its jobs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { typedOf } from '../../src/cli/import/openclaw/jobs.js';
import { statementsIn } from '../../src/cli/import/openclaw/notes.js';
import { readOpenClaw } from '../../src/cli/import/openclaw/openclaw.js';
import { following, type When } from '../../src/schedules/times.js';
import { carrier } from '../cli/carrier.js';
import { api } from '../support/api.js';
import { scriptedModel } from '../support/model.js';
import { OpenHome } from './open-home.js';

let open: OpenHome;
beforeEach(() => {
  open = new OpenHome();
  open.file('.openclaw/openclaw.json', { agents: { list: [{ id: 'molty', name: 'Molty' }] } });
  open.file('.openclaw/workspace/SOUL.md', 'Kind.');
});
afterEach(() => open.dispose());

const lines = (...entries: object[]) => entries.map((entry) => JSON.stringify(entry)).join('\n');
const message = (id: string, parentId: string | null, role: string, content: unknown, second: number) => ({
  ...{ type: 'message', id, parentId, message: { role, content } },
  timestamp: `2025-02-03T10:00:0${second}Z`,
});

function talk() {
  open.file('.openclaw/agents/molty/sessions/sessions.json', {
    'agent:molty:main': { sessionId: 's1' },
    'agent:molty:telegram:group:-100': { sessionId: 's2' },
    'cron:1': { sessionId: 's3' },
  });
  open.file(
    '.openclaw/agents/molty/sessions/s1.jsonl',
    lines(
      { type: 'session', id: 's1', timestamp: '2025-02-03T10:00:00Z' },
      message(
        'a',
        null,
        'user',
        '[Telegram Ann id:42 2025-02-03 10:00 UTC] Where is the quixotic umbrella?',
        1,
      ),
      message('b', 'a', 'assistant', [{ type: 'text', text: 'An answer nobody kept.' }], 2),
      message(
        'c',
        'a',
        'assistant',
        [{ type: 'thinking' }, { type: 'text', text: 'Behind the marimba.' }],
        3,
      ),
      message('d', 'c', 'toolResult', [{ type: 'text', text: 'tool words' }], 4),
    ),
  );
  open.file('.openclaw/agents/molty/sessions/s2.jsonl', lines(message('g', null, 'user', 'in a group', 1)));
}

function notes() {
  open.file(
    '.openclaw/workspace/USER.md',
    '# USER\n- **Name:** Ann\n- **Pronouns:** _(optional)_\n## Likes\n- Tea without sugar\n',
  );
  open.file(
    '.openclaw/workspace/MEMORY.md',
    '# Memory\n\nMet Zorblax\nin Lisbon.\n\n- The wifi password is Gurke7!x\n',
  );
  for (let day = 1; day <= 200; day++) {
    const date = new Date(Date.UTC(2025, 0, day)).toISOString().slice(0, 10);
    open.file(`.openclaw/workspace/memory/${date}.md`, `# ${date}\n\nBought narwhal lamp number ${day}.\n`);
  }
}

interface Found {
  text: string;
  createdAt: string;
  roomId: string;
  channel: string;
  author: { id: string };
}

describe('[seen.56] history', () => {
  it('is found by console, command line and recall, with its old time and author', async () => {
    talk();
    const first = await open.run(open.source, '--owner', 'http:ann');
    expect(first.stdout).toMatch(/made\s+molty: 2 texts of openclaw:s1 \(2 new/);
    expect(first.stdout).toMatch(/1 conversations: of groups/);
    const again = await open.run(open.source, '--owner', 'http:ann');
    expect(again.stdout).toMatch(/as it was\s+molty: 2 texts of openclaw:s1 \(0 new, 2 as they were/);

    const model = scriptedModel(() => 'I see.');
    const hub = await open.home.hub({ model: () => model });
    const client = api(hub.url, hub.token.secret);
    const search = await client.get('/memories?agentId=molty&query=quixotic');
    const { memories } = (await search.json()) as { memories: Found[] };
    expect(memories).toMatchObject([
      {
        text: 'Where is the quixotic umbrella?',
        author: { id: 'ann' },
        createdAt: '2025-02-03T10:00:01.000Z',
      },
    ]);
    const settings = { cwd: open.home.folder, env: open.home.settings() };
    const listed = await carrier(['memories', 'preview', 'ann', 'molty', '--topic', 'quixotic'], settings);
    expect(listed.stdout).toMatch(/2025-02-03T10:00:01.*quixotic umbrella/);
    const shown = await carrier(['rooms', 'messages', memories[0]!.roomId], settings);
    expect(shown.stdout).toContain('Behind the marimba.');
    expect(shown.stdout).not.toMatch(/nobody kept|tool words/);

    await client.send('molty', { userId: 'ann', text: 'What did I ask of the quixotic umbrella?' });
    expect(JSON.stringify(model.requests.at(-1)!.system)).toContain('Where is the quixotic umbrella?');
  });

  it('has no part of a password at the place where a long text is cut, and says that it was cut', async () => {
    const long = `${'word '.repeat(3996)}my password is Gurke7!xGurke8!yGurke9!z and so on`;
    open.file('.openclaw/agents/molty/sessions/sessions.json', { 'agent:molty:main': { sessionId: 's1' } });
    open.file('.openclaw/agents/molty/sessions/s1.jsonl', lines(message('a', null, 'user', long, 1)));
    const { stdout } = await open.run(open.source, '--owner', 'http:ann');
    expect(stdout).toMatch(/\(1 new, .*in 1 a password or key was blanked out, 1 too long, and cut\)/);
    const roomId = /rooms forget (\S+)/.exec(stdout)![1]!;
    const settings = { cwd: open.home.folder, env: open.home.settings() };
    await open.home.hub();
    const shown = await carrier(['rooms', 'messages', roomId], settings);
    expect(shown.stdout).toContain('word word');
    expect(shown.stdout).not.toContain('Gurke');
  });
});

describe('[seen.59] notes of a private agent', () => {
  it('are their owner’s: dated, told to nobody else, traceable, and gone as one', async () => {
    notes();
    const without = await readOpenClaw(open.source, { now: Date.now() });
    expect(without.agents[0]!.past).toEqual([]);
    expect(without.agents[0]!.remarks.map(({ why }) => why).join()).toContain('--owner CONNECTOR:USER');

    const { stdout } = await open.run(open.source, '--owner', 'http:ann');
    expect(stdout).toMatch(/204 new, 0 as they were, 4 of them facts, in 1 a password/);
    expect(stdout).not.toContain('Gurke7');
    const model = scriptedModel(() => 'I see.');
    const hub = await open.home.hub({ model: () => model });
    const client = api(hub.url, hub.token.secret);
    const get = async <T>(path: string) => (await (await client.get(path)).json()) as T;
    const { facts } = await get<{ facts: (Found & { from: string[] })[] }>(
      '/facts?agentId=molty&connector=http&userId=ann',
    );
    expect(facts.map(({ text }) => text).sort()).toEqual(
      [
        'Likes: Tea without sugar',
        'Met Zorblax in Lisbon.',
        'Name: Ann',
        'The wifi password is [not kept]',
      ].sort(),
    );
    const search = '/memories?agentId=molty&query=narwhal+lamp+number+77';
    const found = (await get<{ memories: Found[] }>(search)).memories.find(({ text }) =>
      /\b77\b/.test(text),
    )!;
    expect(found).toMatchObject({ createdAt: '2025-03-18T12:00:00.000Z', channel: 'openclaw:molty:notes' });

    const asked = 'Which narwhal lamp? Which tea?';
    const told = async (whom: object) => {
      await client.send('molty', { ...whom, text: asked });
      return JSON.stringify(model.requests.at(-1)!.system);
    };
    expect(await told({ userId: 'ann' })).toContain('narwhal lamp number');
    expect(await told({ userId: 'ann' })).toContain('Tea without sugar');
    for (const others of [{ userId: 'bob' }, { userId: 'ann', roomId: 'lounge' }])
      expect(await told(others)).not.toMatch(/narwhal|Tea without/);

    const removed = await carrier(['rooms', 'forget', found.roomId, '--yes'], {
      ...{ cwd: open.home.folder, env: open.home.settings() },
    });
    expect(removed.code).toBe(0);
    const left = (await get<{ memories: Found[] }>(search)).memories.map(({ text }) => text);
    expect(new Set(left)).toEqual(new Set([asked]));
    expect(await told({ userId: 'ann' })).not.toContain('Tea without sugar');
  });

  it('brings no fact back that its owner has corrected', async () => {
    open.file('.openclaw/workspace/USER.md', '- I live in Rome.\n');
    await open.run(open.source, '--owner', 'http:ann');
    const settings = { cwd: open.home.folder, env: open.home.settings() };
    const hub = await open.home.hub();
    const client = api(hub.url, hub.token.secret);
    const list = async () => {
      const answer = await client.get('/facts?agentId=molty&connector=http&userId=ann');
      return ((await answer.json()) as { facts: { id: string; text: string }[] }).facts;
    };
    const [rome] = await list();
    await carrier(['facts', 'correct', rome!.id, 'I live in Kiel.'], settings);
    const busy = await open.run(open.source, '--owner', 'http:ann');
    expect([busy.code, busy.stderr]).toEqual([1, expect.stringMatching(/hub/i)]);
    await hub.stop();
    await open.run(open.source, '--owner', 'http:ann');
    const after = await open.home.hub();
    const answer = await api(after.url, after.token.secret).get(
      '/facts?agentId=molty&connector=http&userId=ann',
    );
    expect(((await answer.json()) as { facts: { text: string }[] }).facts.map(({ text }) => text)).toEqual([
      'I live in Kiel.',
    ]);
  });

  it('are statements, each with its heading, and no field that nobody filled in', () => {
    expect(
      statementsIn(
        '# A\n## Pets\n- a dog\n  called Rex\n1. a cat\n\n- **Notes:**\n<!-- no -->\n- x: _(fill)_',
      ),
    ).toEqual(['Pets: a dog called Rex', 'Pets: a cat']);
  });
});

describe('[seen.60] jobs', () => {
  const now = Date.UTC(2026, 0, 1, 12);
  const job = (name: string, schedule: object, more: object = {}) => ({
    ...{
      jobId: name,
      name,
      enabled: true,
      schedule,
      payload: { kind: 'agentTurn', message: `do ${name}` },
      ...more,
    },
  });
  const jobs = [
    job('dentist', { kind: 'at', at: '2026-03-01T09:30:00' }, { delivery: { channel: 'last' } }),
    job('past', { kind: 'at', at: '2025-03-01T09:30:00' }),
    job('standup', { kind: 'cron', expr: '0 9 * * 1-5' }, { delivery: { channel: 'telegram', to: '42' } }),
    job('tokyo', { kind: 'cron', expr: '0 9 * * *', tz: 'Asia/Tokyo' }),
    job('pulse', { kind: 'every', everyMs: 1_800_000 }),
    job('odd', { kind: 'every', everyMs: 420_000 }),
    job('off', { kind: 'cron', expr: '0 9 * * *', tz: 'UTC' }, { enabled: false }),
    job('orphan', { kind: 'at', at: '2026-03-01' }, { agentId: 'gone' }),
    job(
      'shell',
      { kind: 'at', at: '2026-03-01' },
      { payload: { kind: 'systemEvent', text: "it's; rm -rf ~ $(x)" } },
    ),
  ];
  const read = async (zone?: string) => {
    open.file('.openclaw/cron/jobs.json', { version: 1, jobs });
    const found = await readOpenClaw(open.source, { now, ...(zone !== undefined && { zone }) });
    const left = found.remarks.map(({ path, why }) => `${path.split(': ').at(-1)}: ${why}`);
    return { found, left, of: (name: string) => found.jobs.find((one) => one.name === name) };
  };

  it('are shown with their next times, in the zone that was meant, and are no schedules until somebody accepts them', async () => {
    const { of, left } = await read('Europe/Berlin');
    expect(of('dentist')).toMatchObject({ agentId: 'molty', times: 'Sun 2026-03-01 09:30 (UTC).' });
    expect(of('dentist')!.command).toEqual([
      'carrier',
      'schedules',
      'add',
      '--kind',
      'work',
      '--at',
      '2026-03-01 09:30',
      '--zone',
      'UTC',
      '--',
      'ROOM',
      'do dentist',
    ]);
    expect(of('standup')!.times).toMatch(
      /^Fri 2026-01-02 09:00 \(Europe\/Berlin\), Mon 2026-01-05 09:00.*, Tue/,
    );
    expect(of('standup')!.command.at(-2)).toMatch(/^room_[0-9a-f]{32}$/);
    expect(of('tokyo')!.times).toMatch(/^Fri 2026-01-02 09:00 \(Asia\/Tokyo\)/);
    expect(of('pulse')!.command).toContain('*/30 * * * *');
    const [first, second] = following({ cron: '*/30 * * * *', zone: 'UTC' } satisfies When, now, 2);
    expect(second! - first!).toBe(1_800_000);
    expect(typedOf(of('shell')!.command)).toMatch(/-- ROOM 'it'\\''s; rm -rf ~ \$\(x\)'$/);
    expect(left.join('\n')).toMatch(
      /past: is over[\s\S]*odd: comes every 7[\s\S]*off: is turned off[\s\S]*orphan: its agent/,
    );
  });

  it('ask for the zone of the old machine where a pattern has none', async () => {
    const { of, left } = await read();
    expect(of('standup')).toBeUndefined();
    expect(left.join('\n')).toMatch(/standup: .*--zone Europe\/Berlin/);
    expect(of('tokyo')).toBeDefined();
    const { code, stderr } = await open.run(open.source, '--zone', 'Mars/Base');
    expect([code, stderr]).toEqual([1, expect.stringContaining('"Mars/Base" is no time zone')]);
  });
});
