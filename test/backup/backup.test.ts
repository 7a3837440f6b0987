/** Backups that are taken while people talk, and what is made of them. */
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backUp, restore } from '../../src/backing-up.js';
import type { Carrier } from '../../src/carrier.js';
import { readConfig } from '../../src/config.js';
import { Platform } from '../hub/platform.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

onBothStores('a backup', (engines) => {
  let home: Home;
  let first: Record<string, string>;
  let second: Record<string, string>;
  let folder: string;
  beforeEach(() => {
    home = new Home();
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', connectors: { telegram: { dm: 'open' } } },
    });
    [first, second] = [engines(), { ...engines(), CARRIER_DATA_DIR: join(home.folder, 'restored') }];
    folder = join(home.folder, 'backup');
  });
  afterEach(() => home.dispose());

  const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
  const open = async (settings: Record<string, string>) => {
    const platform = new Platform();
    const carrier = await home.carrier({ connectors: [platform], model }, settings);
    return { platform, carrier };
  };
  const config = (settings: Record<string, string>) => readConfig(home.settings(settings));
  const stored = async ({ store }: Carrier, roomId: string) => {
    const { items } = await store.memories.history(roomId, { limit: 500 });
    return items.map(({ content }) => content.text);
  };

  it('holds all that was acknowledged before it, and a hub goes on with it, answering nothing twice', async () => {
    const { platform, carrier } = await open(first);
    const acknowledged: string[] = [];
    let ended = false;
    const talking = (async () => {
      for (let at = 0; !ended; at++) {
        await platform.dm('ann', `word ${at}`);
        acknowledged.push(`word ${at}`);
      }
    })();
    await until(() => acknowledged.length >= 30);
    const before = [...acknowledged];
    await backUp(config(first), folder);
    ended = true;
    await talking;
    const { memory } = (await platform.dm('ann', 'after it'))!;
    await until(() => platform.shown.at(-1)?.text === 'echo after it');
    await carrier.stop();

    await restore(config(second), folder);
    const again = await open(second);
    await again.platform.dm('ann', 'and now');
    await until(() => again.platform.shown.at(-1)?.text === 'echo and now');
    const texts = await stored(again.carrier, memory.roomId);
    expect(texts.filter((text) => before.includes(text))).toEqual(before);
    expect(texts).not.toContain('after it');
    // What was answered and delivered before is not said again; what the copy caught in between is, once.
    const shown = again.platform.shown.map(({ text }) => text);
    expect(new Set(shown).size).toBe(shown.length);
    expect(shown.length).toBeLessThan(before.length);
  });

  it('keeps secrets and what callbacks are signed with, and leaves the admin token out', async () => {
    const { carrier } = await open(first);
    if (first.MONGODB_URL === undefined) await carrier.secrets.set('bell', 'ding-dong-1');
    await carrier.stop();
    await backUp(config(first), folder);
    expect(readdirSync(folder)).not.toContain('admin-token');
    expect(readdirSync(folder)).toContain('manifest.json');
    await restore(config(second), folder);
    if (first.MONGODB_URL !== undefined) return;
    const again = await open(second);
    expect(await again.carrier.secrets.reveal('bell')).toBe('ding-dong-1');
  });

  it('is refused when it was changed or cut off, and where something lies already; nothing changes then', async () => {
    const { carrier, platform } = await open(first);
    await platform.dm('ann', 'hello');
    await platform.last(1);
    await carrier.stop();
    await backUp(config(first), folder);
    await expect(backUp(config(first), folder)).rejects.toThrow(/is not empty/);
    await expect(restore(config(first), folder)).rejects.toThrow(/not empty|A database lies in/);

    const file = join(folder, readdirSync(folder).find((name) => /^(carrier\.db|memories)/.test(name))!);
    const whole = readFileSync(file);
    appendFileSync(file, 'x');
    await expect(restore(config(second), folder)).rejects.toThrow(/is not as it was backed up/);
    writeFileSync(file, whole);
    const manifest = readFileSync(join(folder, 'manifest.json'));
    rmSync(join(folder, 'manifest.json'));
    await expect(restore(config(second), folder)).rejects.toThrow(/no whole backup/);
    writeFileSync(join(folder, 'manifest.json'), manifest);
    await restore(config(second), folder);
    const again = await open(second);
    expect(await again.carrier.store.memories.agents()).toEqual(['assistant']);
    expect(again.platform.shown).toEqual([]);
  });

  it('is for the store that the settings name', async () => {
    const { carrier } = await open(first);
    await carrier.stop();
    await backUp(config(first), folder);
    const other: Record<string, string> = first.MONGODB_URL
      ? { CARRIER_DATA_DIR: join(home.folder, 'other') }
      : { REDIS_URL: 'redis://127.0.0.1:1', MONGODB_URL: 'mongodb://127.0.0.1:1' };
    await expect(restore(config(other), folder)).rejects.toMatchObject({ field: 'MONGODB_URL' });
  });
});
