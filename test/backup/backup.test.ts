/** Backups that are taken while people talk, and what is made of them. */
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
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
    const acknowledged: { text: string; roomId: string }[] = [];
    let ended = false;
    const talking = (async () => {
      for (let at = 0; !ended; at++) {
        // What one person may say in a minute is limited: what is over that was not taken.
        const taken = await platform.dm(`person${at % 5}`, `word ${at}`);
        if (taken) acknowledged.push({ text: `word ${at}`, roomId: taken.memory.roomId });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await until(() => acknowledged.length >= 30);
    const before = [...acknowledged];
    await backUp(config(first), folder);
    ended = true;
    await talking;
    await platform.dm('ann', 'after it');
    await until(() => platform.shown.at(-1)?.text === 'echo after it');
    await carrier.stop();

    await restore(config(second), folder);
    const again = await open(second);
    await again.platform.dm('bob', 'and now');
    await until(() => again.platform.shown.at(-1)?.text === 'echo and now');
    const rooms = [...new Set(acknowledged.map(({ roomId }) => roomId))];
    const texts = (await Promise.all(rooms.map((roomId) => stored(again.carrier, roomId)))).flat();
    expect(before.map(({ text }) => text).filter((text) => !texts.includes(text))).toEqual([]);
    const agents = await again.carrier.store.memories.rooms({ limit: 100 });
    expect(agents.items.length).toBe(rooms.length + 1);
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

  it('is mixed with nothing: no words are needed to make a database a used one', async () => {
    const { carrier } = await open(first);
    await carrier.stop();
    writeFileSync(
      join(config(first).dataDir, 'erasures.json'),
      JSON.stringify({
        version: 1,
        erasures: [{ id: 'allx', salt: 's', digests: ['d'], access: true, at: 1 }],
      }),
    );
    await backUp(config(first), folder);
    const other = await open(second);
    const input = { name: 'theirs', role: 'member' } as const;
    await other.carrier.operations!.call('tokens.issue', input, { kind: 'system' });
    await other.carrier.stop();
    const { dataDir } = config(second);
    const before = readdirSync(dataDir);
    await expect(restore(config(second), folder)).rejects.toThrow(/is not empty|A database lies in/);
    expect(readdirSync(dataDir)).toEqual(before);
    expect(before).not.toContain('erasures.json');
  });

  it('goes on in a shared database where it was cut off, but with no other backup', async () => {
    const { MONGODB_URL: url, CARRIER_MONGODB_DATABASE: database } = second;
    if (!url) return;
    const { carrier } = await open(first);
    await carrier.stop();
    const { begunAt } = await backUp(config(first), folder);
    const client = new MongoClient(url);
    const begun = (backup: string) =>
      client
        .db(database)
        .collection('meta')
        .updateOne({ _id: 'restoring' as never }, { $set: { backup } }, { upsert: true });
    await begun('2020-01-01T00:00:00.000Z');
    await expect(restore(config(second), folder)).rejects.toThrow(/a part of another backup/);
    await begun(begunAt);
    await client.close();
    await restore(config(second), folder);
    await open(second);
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
