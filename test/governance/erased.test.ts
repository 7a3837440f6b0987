/** A person on three linked platforms: exported, and erased until nothing of them is in any field of any table. */
import Libsql from 'libsql';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Carrier, startCarrier } from '../../src/carrier.js';
import { createLogger } from '../../src/logger.js';
import { Platform } from '../hub/platform.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { scanDatabase, scanFolder } from '../support/word-scan.js';

const system = { kind: 'system' } as const;
const word = 'Zephyrine';
const name = 'Annabelle Quux';
const ids = { telegram: 'ann-tg-7781', slack: 'ann-sl-7782', discord: 'ann-dc-7783' };
const account = (platform: keyof typeof ids) => `${platform}:${ids[platform]}`;

onBothStores('[governed.34] a person on three platforms', (engines) => {
  let home: Home;
  let carrier: Carrier;
  let settings: Record<string, string>;
  const platforms = {
    telegram: new Platform('telegram'),
    slack: new Platform('slack'),
    discord: new Platform('discord'),
  };
  const model = scriptedModel((request) => {
    const said = lastSaid(request);
    const isAnswered = request.messages.at(-1)?.role === 'tool';
    const fact = /^remember that (.*)/.exec(said)?.[1];
    if (fact && !isAnswered) return { calls: [{ name: 'remember', arguments: JSON.stringify({ fact }) }] };
    // Not what it quotes, as a model would.
    return `I heard: ${said.split('\n')[0]}`;
  });
  const call: NonNullable<Carrier['operations']>['call'] = (...what) => carrier.operations!.call(...what);

  beforeAll(async () => {
    home = new Home();
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['remember'] },
      connectors: Object.fromEntries(
        Object.keys(platforms).map((one) => [one, { dm: 'pairing', groups: 'always' }]),
      ),
    });
    settings = engines();
    carrier = await startCarrier(home.config(settings), createLogger('silent'), {
      connectors: Object.values(platforms),
      model: () => model,
    });
  }, 60_000);
  afterAll(async () => {
    await carrier?.stop();
    await home?.dispose();
  });

  const says = async (platform: keyof typeof ids, text: string, more: object = {}) => {
    const shown = platforms[platform].shown.length;
    await platforms[platform].dm(ids[platform], text, { author: { id: ids[platform], name }, ...more });
    return platforms[platform].last(shown + 1);
  };
  const inGroup = async (author: string, text: string, more: object = {}) => {
    const shown = platforms.telegram.shown.length;
    await platforms.telegram.say(author, text, more);
    return platforms.telegram.last(shown + 1);
  };
  const exported = async (of: string, files = true) => {
    let text = '';
    const { lines } = await call('people.export', { account: of, files }, system);
    for await (const line of lines) text += line;
    return text;
  };
  /** Of every table and collection but the audit log: rows that have one of these. */
  async function rowsWith(...wanted: string[]): Promise<string[]> {
    const found: string[] = [];
    const look = (table: string, row: unknown) => {
      const text = JSON.stringify(row, (_, value) =>
        value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
      ).toLowerCase();
      for (const one of wanted)
        if (text.includes(one.toLowerCase())) found.push(`${table}: ${text.slice(0, 600)}`);
    };
    const { MONGODB_URL: url, CARRIER_MONGODB_DATABASE: database } = settings;
    if (url) {
      const client = new MongoClient(url);
      for (const collection of await client.db(database).listCollections().toArray())
        if (!collection.name.startsWith('audit'))
          for await (const row of client.db(database).collection(collection.name).find())
            look(collection.name, row);
      await client.close();
      return found;
    }
    const db = new Libsql(`${home.config(settings).dataDir}/carrier.db`, { readonly: true });
    const tables = db.prepare("select name from sqlite_schema where type = 'table'").all() as {
      name: string;
    }[];
    for (const { name } of tables)
      if (!/^(audit|terms|vocabulary)/.test(name))
        for (const row of db.prepare(`select * from "${name}"`).all()) look(name, row);
    db.close();
    return found;
  }

  it('is exported and erased: nothing is found of them, and others are as they were', {
    timeout: 90_000,
  }, async () => {
    for (const [platform, userId] of Object.entries(ids)) {
      await platforms[platform as keyof typeof ids].dm(userId, 'hello', { author: { id: userId, name } });
      await until(async () =>
        (await call('pairings.list', {}, system)).requests.some((one) => one.userId === userId),
      );
      const { requests } = await call('pairings.list', {}, system);
      await call('pairings.approve', { code: requests.find((one) => one.userId === userId)!.code }, system);
    }
    await call('people.link', { account: account('telegram'), other: account('slack') }, system);
    await call('people.link', { account: account('telegram'), other: account('discord') }, system);
    await call('roles.give', { role: 'member', account: account('slack') }, system);
    await says('telegram', `remember that my boat is ${word}-4711`);
    await says('slack', `my aunt is ${word}, too`);
    const { memory } = (await platforms.discord.dm(ids.discord, 'hello', {
      author: { id: ids.discord, name },
    }))!;
    const { roomId, scope, source } = memory;
    const there = { connector: 'discord', tenant: 'default', channel: source.channel, roomId, scope };
    const grants = [{ role: 'operator' as const, level: {} }];
    const ann = { kind: 'person' as const, ...there, userId: ids.discord, agentId: 'assistant', grants };
    await call('schedules.add', { roomId, text: `feed ${word}`, in: 86_400 }, ann);
    const file = { name: `${word}.txt`, mediaType: 'text/plain', size: 9, file: '' };
    const owner = {
      ...{ agentId: 'assistant', source: platforms.slack.source(ids.slack), direct: true },
      ...{ author: { id: ids.slack }, text: '' },
    };
    const stored = await platforms.slack.host.putFile(
      Buffer.from(`plan of ${word}`),
      { name: file.name },
      owner,
    );
    await says('slack', `the plan of ${word}`, { attachments: [stored] });
    await inGroup(ids.telegram, `hello, my boat is ${word}-4711`, {
      id: '1',
      author: { id: ids.telegram, name },
    });
    await inGroup('bob', 'how nice', { id: '2', replyTo: 'group/1' });
    await inGroup('bob', 'I like tea', { id: '3' });
    await inGroup('carl', `${name} told me of ${word}-4711`, { id: '4' });
    await until(async () => (await exported('telegram:bob')).includes('"fact"'));
    const bob = await exported('telegram:bob');
    expect(bob).toContain('I like tea');
    expect(bob).not.toContain(word);
    const first = await exported(account('slack'));
    expect(first).toBe(await exported(account('slack')));
    const rows = first
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const platform of Object.keys(ids)) expect(JSON.stringify(rows[0].accounts)).toContain(platform);
    const texts = rows.filter(({ kind }) => kind === 'message').map(({ text }) => text);
    expect(texts).toEqual(
      expect.arrayContaining([`remember that my boat is ${word}-4711`, `my aunt is ${word}, too`]),
    );
    const manifest = rows.at(-1);
    expect(manifest).toMatchObject({
      kind: 'manifest',
      rows: { export: 1, schedule: 1, grant: 1, pairing: 3 },
    });
    expect(manifest.rows.fact).toBeGreaterThan(0);
    const bytes = rows
      .filter(({ kind }) => kind === 'bytes')
      .map(({ base64 }) => Buffer.from(base64, 'base64'));
    expect(Buffer.concat(bytes).toString()).toBe(`plan of ${word}`);
    expect((await rowsWith(word, name, ...Object.values(ids))).length).toBeGreaterThan(20);

    const { code, counts, accounts } = await call(
      'people.previewErasure',
      { account: account('discord') },
      system,
    );
    expect(accounts).toHaveLength(3);
    expect(counts).toMatchObject({ files: 1, schedules: 1, links: 3, roles: 1, pairings: 3 });
    const { erased } = await call('people.erase', { code }, system);
    expect(erased).toMatchObject({ messages: counts.messages, schedules: 1, roles: 1 });

    let left: string[] = [];
    await until(async () => {
      left = await rowsWith(word, name, ...Object.values(ids));
      return left.length === 0;
    }, 10_000).catch(() => expect(left).toEqual([]));
    const { MONGODB_URL: url, CARRIER_MONGODB_DATABASE: database = '' } = settings;
    await until(async () => {
      const { dataDir } = home.config(settings);
      left = [...scanFolder(dataDir, [word]), ...(url ? await scanDatabase(url, database, [word]) : [])];
      return left.length === 0;
    }, 20_000).catch(() => expect(left).toEqual([]));
    expect(await exported('telegram:bob')).toBe(bob);
    for (const platform of ['telegram', 'slack', 'discord'] as const) {
      const lines = (await exported(account(platform))).trim().split('\n');
      expect(lines.map((line) => JSON.parse(line).kind)).toEqual(['export', 'manifest']);
    }
    expect(await call('audit.verify', {}, system)).toMatchObject({ ok: true });
    expect((await call('people.show', { account: account('telegram') }, system)).accounts).toHaveLength(1);
  });
});
