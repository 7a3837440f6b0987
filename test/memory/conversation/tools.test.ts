/** Calls of tools and what they gave, on both sides of the border of a window: the real hub. */
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../../src/extension-api.js';
import { lastSaid } from '../../support/model.js';
import { until } from '../../support/until.js';
import { Stage } from './stage.js';

const figures = Array.from({ length: 100 }, (_, number) => `row ${number}: ${1000 + 7 * number}.25`).join(
  '; ',
);
let runs = 0;
const actions = [
  defineAction({
    ...{ name: 'read_sheet', description: 'Reads the sheet of figures.', parameters: z.object({}) },
    run: async () => figures,
  }),
  defineAction({
    ...{ name: 'set_price', description: 'Sets the price.', parameters: z.object({ price: z.string() }) },
    run: async ({ price }) => `The price is ${price} now.`,
  }),
  defineAction({
    ...{ name: 'wire', description: 'Wires money.', parameters: z.object({}), needsApproval: true },
    async run() {
      runs++;
      return 'Wired 250 EUR.';
    },
  }),
];
const plugin = { name: 'desk', actions };

describe('calls at the border of a window', () => {
  let stage: Stage;
  afterEach(() => stage.dispose());
  const open = async () => {
    runs = 0;
    stage = await Stage.open({
      character: { memory: { recentMessages: 6 }, plugins: ['desk'] },
      overrides: { plugins: [plugin] },
      answers(request) {
        const result = request.messages.at(-1)!;
        if (result.role === 'tool') return 'I have looked.';
        const said = lastSaid(request);
        const call = (name: string, args = '{}') => ({ calls: [{ name, arguments: args }] });
        if (said.includes('read the sheet')) return call('read_sheet');
        if (said.includes('set the price')) return call('set_price', '{"price":"19.90"}');
        return said.includes('wire it') ? call('wire') : 'All right.';
      },
    });
  };

  it('[knowledge.51] [knowledge.48] tell what was done; of a long result the rest is gone, and the model is told so', async () => {
    await open();
    await stage.say('read the sheet');
    await stage.say('set the price to 19.90');
    await stage.filler(5);
    await stage.summarised(6);
    await stage.say('What was row 90 exactly?');
    expect(stage.summaryShown).toContain('row 1: 1007.25');
    expect(stage.summaryShown).not.toContain('row 90');
    expect(stage.summaryShown).toMatch(/the rest is gone: call it again/);
    expect(stage.prompt).toContain(
      'what it does not hold is gone. Look it up with a tool or say so; guess no figure',
    );
    expect(stage.summaryShown).toMatch(/Done:[\s\S]*set_price[\s\S]*The price is 19.90 now/);
    expect(stage.summaryShown).not.toMatch(/Open:|set the price to/);
    expect(stage.asked.tools.map(({ name }) => name)).toContain('read_sheet');
  });

  it('[knowledge.49] that wait for a decision are in no summary, and go on with what they answer', async () => {
    await open();
    await stage.platform.dm('ann', 'wire it');
    await until(() => stage.platform.cards.size > 0 || stage.platform.shown.length > 0);
    const shown = stage.platform.shown.length;
    for (let at = 0; at < 6; at++) {
      await stage.platform.dm('ann', `thought ${at}`);
      await until(() => stage.platform.shown.length >= shown + at + 1);
    }
    await stage.summarised(6);
    expect((await stage.summary()).summary!.text).not.toMatch(/wire\(/);
    const [card] = [...stage.platform.cards.values()];
    const { payload } = card!.memory.content.buttons!.find(({ label }) => label === 'Approve')!;
    // The card stays, which is told by an error.
    await stage.platform.press('root', payload, 'ann').catch(() => {});
    await until(() => runs === 1);
    await until(() => stage.platform.texts.some((text) => text.includes('I have looked.')));
    const { messages } = stage.asked;
    const call = messages.findIndex((one) => one.role === 'assistant' && (one.calls?.length ?? 0) > 0);
    expect(messages[call + 1]).toMatchObject({ role: 'tool', text: 'Wired 250 EUR.' });
    expect(messages.slice(0, call).some(({ text }) => text === 'wire it')).toBe(true);
    await stage.platform.dm('ann', 'and on');
    await until(() => stage.asked.messages.some(({ text }) => text === 'and on'));
    const roles = stage.asked.messages.map(({ role }) => role);
    expect(roles).not.toContain('tool');
    expect(runs).toBe(1);
  });
});
