import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Carrier } from '../../src/carrier.js';
import { defineAction } from '../../src/extension-api.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

describe('talk that is only kept', () => {
  const home = new Home();
  const platform = new Platform();
  let carrier: Carrier;
  beforeEach(async () => {
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { telegram: { groups: 'mention', context: true } },
    });
    carrier = await home.carrier({ connectors: [platform], model: () => scriptedModel(() => 'ok') });
  });
  afterEach(() => home.dispose());

  it('[knowledge.42] is kept without the secrets in it', async () => {
    await platform.say('ann', 'the production password is Gurke7!, ask me for more', { addressed: false });
    await platform.say('bob', 'I have paid with 4111 1111 1111 1111', { addressed: false });
    const [room] = (await carrier.store.memories.rooms({ limit: 9 })).items;
    const stored = JSON.stringify(await carrier.store.memories.history(room!.roomId, { limit: 50 }));
    expect(platform.shown).toEqual([]);
    expect(stored).toContain('the production password is');
    expect(stored).toContain('I have paid with');
    expect(stored).not.toMatch(/Gurke7|4111/);
  });
});

describe('what a turn gave its tools', () => {
  const home = new Home();
  const platform = new Platform();
  afterEach(() => home.dispose());

  it('[knowledge.42] is kept without the secrets in it once the turn is over, and stays JSON', async () => {
    const given = {
      fact: 'the production password is Gurke7!',
      api_key: 'Radi8schen',
      list: [{ card: '4111 1111 1111 1111', count: 3 }],
    };
    const got: unknown[] = [];
    const keep = defineAction({
      ...{ name: 'keep', description: 'Keeps.', parameters: z.looseObject({}) },
      run: async (parameters) => {
        got.push(parameters);
        return 'kept: my password is Gurke7!';
      },
    });
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['keeper'] },
      connectors: { telegram: { dm: 'open' } },
    });
    const model = scriptedModel((request) =>
      request.messages.at(-1)!.role === 'tool'
        ? 'Done.'
        : { calls: [{ name: 'keep', arguments: JSON.stringify(given) }] },
    );
    const plugins = [{ name: 'keeper', actions: [keep] }];
    const carrier = await home.carrier({ connectors: [platform], model: () => model, plugins });
    const { memory } = (await platform.dm('ann', 'keep my things'))!;
    await platform.last(1);
    expect(got).toEqual([given]);
    const { turnId } = (await carrier.store.memories.get(memory.id))!;
    const action = async () => (await carrier.store.turns.get(turnId!))!.steps[0]!.actions[0]!;
    await until(async () => !/Gurke7|Radi8|4111/.test(JSON.stringify(await action())));
    expect(JSON.parse((await action()).arguments)).toMatchObject({ list: [{ count: 3 }] });
    expect((await action()).state).toBe('done');
  });
});
