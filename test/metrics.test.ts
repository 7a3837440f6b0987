import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Turn } from '../src/core/turn.js';
import { Metrics } from '../src/metrics.js';

const doc = (name: string) => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
const counts = { waiting: 1, running: 0, delayed: 0 };
const made = () =>
  new Metrics(
    { turns: { counts: async () => counts } },
    {
      undelivered: async () => ({ waiting: 1, dead: 0, oldest: 0 }),
      unembedded: async () => ({ message: 1 }),
      held: () => 2,
      now: () => 1000,
    },
  );
const turn = (n: number): Turn => ({
  ...{ turnId: `turn_${n}`, roomId: `room_${n}`, agentId: 'ada', covers: [`memory_${n}`], steps: [] },
  ...{ status: 'done', replyId: null, model: 'scripted:a', usage: { inputTokens: 1, outputTokens: 1 } },
  ...{ attempt: 1, error: null, startedAt: n, finishedAt: n + 1 },
});

/** As a hub that has much to do. */
async function used(metrics: Metrics, turns: number): Promise<string> {
  for (let n = 0; n < turns; n++) {
    metrics.turned(turn(n));
    metrics.received('pager');
    metrics.called('scripted:a', n % 2 ? 'answered' : 'model_timeout');
    metrics.delivered('pager', 'delivered');
    metrics.givenUp('pager');
    metrics.limited('person');
  }
  return (await metrics.text()).body;
}
const seriesOf = (body: string) =>
  body.split('\n').flatMap((line) => /^(carrier_[^ ]+) /.exec(line)?.[1] ?? []);
const promtool = (args: string[], input?: string) => spawnSync('promtool', args, { input, encoding: 'utf8' });
const isInstalled = promtool(['--version']).status === 0;
const lacking = isInstalled ? '' : ' (skipped: no promtool, which is in the package prometheus)';

describe('metrics', () => {
  it('[governed.18] have as many series with many rooms and people as with few, and name agents, models and connectors', async () => {
    const few = seriesOf(await used(made(), 2));
    const many = seriesOf(await used(made(), 200));
    expect(many).toEqual(few);
    expect(many.join()).not.toMatch(/room_|turn_\d|memory_/);
    expect(many).toContain('carrier_turn_seconds_count{status="done",agent="ada"}');
    expect(many).toContain('carrier_model_calls_total{model="scripted:a",outcome="model_timeout"}');
    expect(many).toContain('carrier_rooms_held');
  });

  it('are all in the docs', async () => {
    const body = await used(made(), 1);
    const names = [...body.matchAll(/^# TYPE (carrier_\w+)/gm)].map(([, name]) => name!);
    const documented = [...readFileSync(doc('metrics.md'), 'utf8').matchAll(/^\| `(carrier_\w+)`/gm)];
    expect(documented.map(([, name]) => name!).sort()).toEqual(names.sort());
  });

  it('are what the alerts ask for', async () => {
    const rules = readFileSync(doc('carrier.rules.yml'), 'utf8');
    const known = seriesOf(await used(made(), 1)).map((series) => series.replace(/\{.*/, ''));
    const asked = [...rules.matchAll(/carrier_\w+(?=[{)[\s])/g)].map(([name]) => name);
    expect(asked.length).toBeGreaterThan(4);
    expect(asked.filter((name) => !known.includes(name))).toEqual([]);
    const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name!);
    expect(alerts).toHaveLength(5);
    const docs = readFileSync(doc('metrics.md'), 'utf8');
    expect(alerts.filter((name) => !docs.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it.skipIf(!isInstalled)(`and rules are read by promtool${lacking}`, async () => {
    // Its advice, such as on names, is no error.
    const metrics = promtool(['check', 'metrics'], await used(made(), 1));
    expect(metrics.stderr).not.toMatch(/error while|parse/i);
    expect(promtool(['check', 'rules', doc('carrier.rules.yml')])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('5 rules found'),
    });
  });
});
