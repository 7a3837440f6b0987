/** A call that is asked for and decided on the platforms themselves, while its tool takes long. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/extension-api.js';
import { lastSaid } from '../support/model.js';
import { until } from '../support/until.js';
import { CardsStage } from './cards-stage.js';

let stage: CardsStage;
let wired: number[];
let release: () => void;
beforeEach(async () => {
  wired = [];
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const wire = defineAction({
    name: 'wire',
    description: 'Wires money.',
    parameters: z.object({ amount: z.number() }),
    needsApproval: true,
    async run({ amount }) {
      wired.push(amount);
      await held;
      return `wired ${amount}`;
    },
  });
  stage = new CardsStage();
  await stage.open({
    plugins: [{ name: 'bank', actions: [wire] }],
    answer(request) {
      const { role, text } = request.messages.at(-1)!;
      if (role === 'tool') return `Told: ${text}`;
      return lastSaid(request).includes('wire')
        ? { calls: [{ name: 'wire', arguments: '{"amount":50}' }] }
        : 'I hear.';
    },
  });
});
afterEach(async () => {
  release();
  await stage.close();
});

describe.each(['Discord', 'Telegram', 'Slack'] as const)('a card on %s', (platform) => {
  it('[act.26] [act.32] is decided once, its buttons gone before the tool ends, and answered without its press', async () => {
    const room = stage.rooms[platform];
    const card = () => room.shown().find(({ text }) => /plugin:bank:wire/.test(text));
    room.ask('wire 50, please');
    await until(() => card()?.buttons.length === 2, 10_000);
    const before = card()!;
    // Bob may not, is told so alone, and leaves it as it is.
    expect(await room.press('Approve')).toContain('for the operators of this agent');
    expect(card()).toEqual(before);
    const again = room.olgaSees('Approve');
    expect(await room.press('Approve', 'olga')).toContain('is approved');
    await until(() => card()!.buttons.length === 0, 10_000);
    expect(card()).toMatchObject({ id: before.id, text: expect.stringContaining('Approved') });
    await until(() => wired.length > 0, 10_000);
    expect(await again()).toContain('is approved');
    expect(card()!.buttons).toEqual([]);
    room.forgetPresses();
    release();
    await until(() => room.shown().some(({ text }) => text.includes('wired 50')), 10_000);
    expect(wired).toEqual([50]);
  });
});
