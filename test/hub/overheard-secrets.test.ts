import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
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
