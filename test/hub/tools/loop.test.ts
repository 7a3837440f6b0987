/** The loop of tools, on a real hub: what befalls one call is no other's, and what goes nowhere ends. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../../src/extension-api.js';
import { noise } from '../../support/pictures.js';
import { results, ToolStage } from './stage.js';

const allowed = { policy: { rules: [{ effect: 'allow' }] } };
let stage: ToolStage;
beforeEach(() => {
  stage = new ToolStage();
});
afterEach(() => stage.close());

describe('[act.19] several calls at once', () => {
  it('have a result each, by their ids, whatever befalls the others', async () => {
    const ran: unknown[] = [];
    const read = defineAction({
      ...{ name: 'read', description: 'Reads.', parameters: z.object({ file: z.string() }) },
      async run({ file }) {
        if (file === 'bad') throw new Error('disk full');
        ran.push(file);
        return `words of ${file}`;
      },
    });
    await stage.open({ actions: [read] });
    const text = await stage.ask([
      { name: 'read', arguments: { file: 'good' }, id: 'a' },
      { name: 'read', arguments: { file: 'bad' }, id: 'b' },
      { name: 'read', arguments: '{"file": ', id: 'c' },
    ]);
    expect(ran).toEqual(['good']);
    const told = stage.requests.at(-1)!.messages.filter(({ role }) => role === 'tool');
    expect(told).toMatchObject([
      { callId: 'a', text: 'words of good' },
      { callId: 'b', text: expect.stringContaining('disk full') },
      { callId: 'c', text: expect.stringContaining('not valid JSON') },
    ]);
    expect(text).toContain('words of good');
    expect((await stage.actions()).map(({ callId, state }) => [callId, state])).toEqual([
      ...[['a', 'done'] as const, ['b', 'failed'] as const, ['c', 'failed'] as const].map((pair) => [
        ...pair,
      ]),
    ]);
  });

  it('run beside one another', async () => {
    let here = 0;
    let all!: () => void;
    const met = new Promise<void>((resolve) => {
      all = resolve;
    });
    const meet = defineAction({
      ...{ name: 'meet', description: 'Waits for the others.', parameters: z.object({}) },
      async run() {
        if (++here === 3) all();
        await met;
        return 'met';
      },
    });
    await stage.open({ actions: [meet] });
    expect(await stage.ask([{ name: 'meet' }, { name: 'meet' }, { name: 'meet' }])).toBe('met | met | met');
  });

  it('run one after the other where the settings say so', async () => {
    let most = 0;
    let now = 0;
    stage.offered = [stage.tool('write')];
    stage.gives = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now--;
      return { text: 'written' };
    };
    const policy = { rules: [{ effect: 'allow' }], limits: [{ tool: 'fake:files:*', atOnce: 1 }] };
    await stage.open({ config: { policy } });
    await stage.ask([{ name: 'files_write' }, { name: 'files_write' }, { name: 'files_write' }]);
    expect(stage.made).toHaveLength(3);
    expect(most).toBe(1);
    expect(new Set(stage.made.map(({ key }) => key)).size).toBe(3);
  });
});

describe('[act.20] a model that calls the same again and again', () => {
  const exec = { name: 'exec', parameters: { type: 'object', required: ['command'] } };

  it.each([
    ['without what the tool needs', 'files_exec', {}],
    ['with another wrong thing each time', 'files_exec', { nonsense: true }],
    ['by a name that there is not', 'conjure', {}],
  ])('%s is stopped after a few, and the person is told', async (_, name, args) => {
    stage.offered = [stage.tool('exec', exec)];
    stage.stubborn = true;
    await stage.open({ config: allowed, env: { CARRIER_TURN_MAX_STEPS: '25' } });
    const text = await stage.ask([{ name, arguments: args }]);
    expect(text).toBe(`I stopped here: \`${name}\` failed 3 times in the same way.`);
    expect(stage.requests).toHaveLength(3);
    expect(stage.made).toEqual([]);
  });

  it('that is denied each time, is stopped, too', async () => {
    stage.offered = [stage.tool('exec')];
    stage.stubborn = true;
    await stage.open({ config: { policy: { rules: [{ effect: 'deny' }] } } });
    expect(await stage.ask([{ name: 'files_exec' }])).toMatch(/`files_exec` was not permitted 3 times/);
  });

  it('goes on where it failed once and then got through', async () => {
    let tries = 0;
    stage.offered = [stage.tool('exec')];
    stage.gives = async () => {
      if (++tries % 2 === 1) throw new Error('busy');
      return { text: `try ${tries}` };
    };
    await stage.open({ config: allowed });
    const once = [{ name: 'files_exec' }];
    const text = await stage.ask([once, once, once, once, once, once]);
    expect(text).toContain('try 6');
    expect(text).not.toContain('I stopped here');
  });

  it('is told to the person also where all steps are used up and the model says nothing', async () => {
    stage.offered = [stage.tool('exec')];
    stage.stubborn = true;
    await stage.open({ config: allowed, env: { CARRIER_TURN_MAX_STEPS: '2' } });
    expect(await stage.ask([{ name: 'files_exec' }])).toBe('I did not get done with this in 2 steps.');
  });
});

describe('[act.18] numbers of more digits than a number keeps', () => {
  it.each([
    ['a whole number', '{"id":1497549923779084388}', '1497549923779084388'],
    ['deep inside', '{"rows":[{"id":-9007199254740993}]}', '-9007199254740993'],
    ['with a point', '{"id":9007199254740993.0}', '9007199254740993.0'],
    ['that is infinite', '{"id":1e999}', '1e999'],
  ])('are sent back: %s', async (_, args, digits) => {
    stage.offered = [stage.tool('show')];
    await stage.open({ config: allowed });
    const text = await stage.ask([{ name: 'files_show', arguments: args }]);
    expect(text).toContain(`Send it as text, in quotes: "${digits}"`);
    expect(stage.made).toEqual([]);
    expect((await stage.actions())[0]!.arguments).toBe(args);
  });

  it('reach the tool as text with every digit, and so do ordinary numbers', async () => {
    stage.offered = [stage.tool('show')];
    await stage.open({ config: allowed });
    const args = '{"id":"1497549923779084388","n":9007199254740991,"part":0.12345678901234567890}';
    await stage.ask([{ name: 'files_show', arguments: args }]);
    expect(stage.made[0]!.parameters).toEqual({
      ...{ id: '1497549923779084388', n: 9007199254740991, part: 0.12345678901234568 },
    });
  });

  it('and so is what names a field twice: a card would show one, and the tool do the other', async () => {
    stage.offered = [stage.tool('show')];
    await stage.open({ config: allowed });
    for (const written of ['{"to":"ann","to":"eve"}', '{"sum":5,"sum":5000}', '{"a":[{"n":1,"n":2}]}'])
      expect(await stage.ask([{ name: 'files_show', arguments: written }])).toContain(
        'a name stands in it twice',
      );
    expect(stage.made).toEqual([]);
  });
});

describe('a result', () => {
  it('is bounded, and has nothing in it that nobody can see', async () => {
    stage.offered = [stage.tool('read')];
    stage.gives = async () => ({ text: `a\u202Eb\u{E0041}\r\nc${'x'.repeat(20_000)}` });
    await stage.open({ config: allowed });
    await stage.ask([{ name: 'files_read' }]);
    const [action] = await stage.actions();
    expect(action!.result).toMatch(/^ab\ncx+\n\[cut: 200\d\d characters in all\]$/);
  });

  it('keeps its files as attachments of the reply, and a model that sees is shown its pictures', async () => {
    stage.offered = [stage.tool('chart')];
    const bytes = noise(3000);
    stage.gives = async () => ({
      text: 'A chart.',
      files: [{ name: '../a/chart.png', mediaType: 'image/png', bytes }],
    });
    await stage.open({ config: allowed });
    await stage.ask([{ name: 'files_chart' }]);
    const shown = stage.requests.at(-1)!.messages.at(-1)!;
    expect(shown).toMatchObject({ role: 'user', files: [{ mediaType: 'image/png', picture: 1 }] });
    expect(shown.role === 'user' && shown.images).toHaveLength(1);
    expect(results(stage.requests.at(-1)!)[0]).toContain('files: .._a_chart.png (image/png');
    const { attachments } = stage.platform.shown[0]!.outbound.memory.content;
    expect(attachments).toHaveLength(1);
    expect(Buffer.from((await stage.carrier.store.files.get(attachments[0]!.file))!)).toEqual(
      Buffer.from(bytes),
    );
  });
});
