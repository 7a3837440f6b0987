/** Erasures against what comes in their way: ids that look alike, a turn that runs, a database that is put back. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Carrier, startCarrier } from '../../src/carrier.js';
import { createLogger } from '../../src/logger.js';
import { Names } from '../../src/memory/forgetting/names.js';
import { Platform } from '../hub/platform.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

const system = { kind: 'system' } as const;

describe('an erasure', () => {
  const home = new Home();
  let platform: Platform;
  let carrier: Carrier;
  let release = () => {};
  const model = scriptedModel(async (request) => {
    const said = lastSaid(request);
    if (/slowly/.test(said)) await new Promise<void>((resolve) => (release = resolve));
    return `I heard: ${said.split('\n')[0]}`;
  });
  const start = async () => {
    platform = new Platform();
    carrier = await startCarrier(home.config(), createLogger('silent'), {
      connectors: [platform],
      model: () => model,
    });
  };
  beforeAll(async () => {
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { telegram: { dm: 'open', groups: 'always' } },
    });
    await start();
  });
  afterAll(async () => {
    await carrier?.stop();
    await home.dispose();
  });
  const says = async (who: string, text: string) => {
    const shown = platform.shown.length;
    await platform.dm(who, text);
    return platform.last(shown + 1);
  };
  const exported = async (userId: string) => {
    const account = { connector: 'telegram', userId };
    const { lines } = await carrier.operations!.call('people.export', { account }, system);
    const rows: { kind: string; text?: string }[] = [];
    for await (const line of lines) rows.push(JSON.parse(line));
    return rows;
  };
  const texts = async (userId: string) => (await exported(userId)).flatMap(({ text }) => text ?? []);
  const preview = async (userId: string) => {
    const account = { connector: 'telegram', userId };
    return (await carrier.operations!.call('people.previewErasure', { account }, system)).code;
  };
  const confirm = (code: string) => carrier.operations!.call('people.erase', { code }, system);
  const erase = async (userId: string) => confirm(await preview(userId));

  it('[governed.37] takes exactly the one whose id it is', async () => {
    const others = ['a/b', 'a%', 'a_', 'a:*', 'aa', 'A', 'b:a', '["a"]', 'a '];
    for (const id of ['a', ...others]) await says(id, `the heron of <${id}>`);
    for (const id of ['a', ...others]) {
      const account = { connector: 'telegram', userId: id };
      await carrier.operations!.call('roles.give', { role: 'member', account }, system);
    }
    const before = await Promise.all(others.map(exported));
    await erase('a');
    expect((await exported('a')).map(({ kind }) => kind)).toEqual(['export', 'manifest']);
    expect(await Promise.all(others.map(exported))).toEqual(before);
    for (const rows of before)
      expect(rows.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['message', 'grant']));
  });

  it('[governed.35] ends a turn that runs, and nothing of it comes back', async () => {
    await says('ann', 'my boat is Zephyrine');
    const shown = platform.shown.length;
    void platform.dm('ann', 'tell me slowly of Zephyrine');
    await until(() => model.requests.some((request) => /slowly/.test(lastSaid(request))));
    await erase('ann');
    release();
    // A later one of the same room is answered, so the earlier one is over.
    await platform.dm('ann', 'hello again');
    await until(() => platform.texts.slice(shown).some((text) => /hello again/.test(text)));
    await until(async () => !(await texts('ann')).some((text) => /Zephyrine|Stopped/.test(text)));
    expect(await texts('ann')).toEqual(expect.arrayContaining(['hello again', 'I heard: hello again']));
    expect(JSON.stringify(model.requests.at(-1))).not.toContain('Zephyrine');
  });

  it('[governed.35] is carried out again in a database that is put back, before anything is served', async () => {
    await says('eve', 'my boat is Quuxandra');
    await says('bob', 'I like tea');
    await says('fay', 'my boat is Quuxandra, too');
    // The database that is put back knows of this preview.
    const code = await preview('fay');
    await carrier.stop();
    const { dataDir } = home.config();
    const backup = join(home.folder, 'backup');
    cpSync(dataDir, backup, { recursive: true });
    await start();
    await erase('eve');
    await confirm(code);
    await says('eve', 'new here');
    const bob = await exported('bob');
    await carrier.stop();
    const known = readFileSync(join(dataDir, 'erasures.json'), 'utf8');
    expect(known).not.toContain('eve');
    for (const file of ['carrier.db', 'carrier.db-wal', 'carrier.db-shm', 'audit-head.json'])
      if (existsSync(join(backup, file))) cpSync(join(backup, file), join(dataDir, file));
      else rmSync(join(dataDir, file), { force: true });
    await start();
    for (const who of ['eve', 'fay'])
      expect((await exported(who)).map(({ kind }) => kind)).toEqual(['export', 'manifest']);
    expect(await exported('bob')).toEqual(bob);
    // Once: what they say from now on stays, over the next start too.
    await says('eve', 'here I am');
    await carrier.stop();
    await start();
    expect(await texts('eve')).toContain('here I am');
  });

  it('gives a room that people had taken over back to its agent', async () => {
    const { memory } = (await platform.dm('gus', 'hello'))!;
    const { roomId } = memory;
    await until(() => platform.texts.includes('I heard: hello'));
    await carrier.operations!.call('rooms.takeOver', { roomId }, system);
    await erase('gus');
    expect(await says('gus', 'who is there?')).toBe('I heard: who is there?');
    expect((await carrier.operations!.call('rooms.hold', { roomId }, system)).hold).toBeNull();
  });

  it('refuses to start with a list that it cannot read', async () => {
    await carrier.stop();
    const file = join(home.config().dataDir, 'erasures.json');
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.slice(0, 40));
    await expect(start()).rejects.toThrow(/erasures\.json cannot be read/);
    writeFileSync(file, whole);
    await start();
  });

  it('is shown and confirmed by oneself in a chat, and given as a file where nobody else reads', async () => {
    await says('cleo', 'my boat is Xylograph');
    expect(await platform.command('cleo', 'export', '', false)).toMatch(/where we are alone/);
    const shown = platform.shown.length;
    expect(await platform.command('cleo', 'export')).toBe('I send it to you as a file.');
    await platform.last(shown + 1);
    const [sent] = platform.shown.at(-1)!.outbound.memory.content.attachments;
    expect(sent).toMatchObject({ name: 'cleo.ndjson', mediaType: 'application/x-ndjson' });
    const bytes = await platform.host.getFile(sent!.file);
    expect(Buffer.from(bytes!).toString()).toContain('Xylograph');
    const preview = await says('cleo', '/forget everything');
    expect(preview).toMatch(/here and everywhere else: 1 message, 1 reply/);
    const code = /\/forget yes (\S+)/.exec(preview)![1]!;
    // Nobody else's.
    expect(await says('bob', `/forget yes ${code}`)).toMatch(/is for the operators of this agent/);
    expect(await texts('cleo')).toContain('my boat is Xylograph');
    expect(await says('cleo', `/forget yes ${code}`)).toMatch(/^Forgotten: 1 message, 1 reply/);
    expect(await texts('cleo')).toEqual([]);
    expect(await says('cleo', `/forget yes ${code}`)).toMatch(/^Forgotten: 1 message/);
  });
});

describe('names that are taken out', () => {
  const memory = (text: string, more = {}) =>
    ({ content: { text, attachments: [], replyTo: null, ...more } }) as never;
  const names = new Names(
    { names: ['Annabelle Quux', 'Al', 'Will'], ids: ['U02391', 'al'] },
    new Set(['Will']),
  );

  it('go where they stand as words of their own, and no part of others', () => {
    const left = (text: string) => names.without(memory(text))?.text ?? text;
    expect(left('Annabelle Quux said so')).toBe('[forgotten] said so');
    expect(left('<@U02391> and U02391, not U023912')).toBe('<[forgotten]> and [forgotten], not U023912');
    expect(left('@al, @Al and also Al')).toBe('[forgotten], [forgotten] and also Al');
    expect(left('Will you? Altogether annabelle quux')).toBe('Will you? Altogether annabelle quux');
  });

  it('take along what others quote of them', () => {
    const quote = { author: 'Annabelle Quux', text: 'my words' };
    expect(names.without(memory('see', { quote }))).toEqual({ text: 'see', more: { quote: null } });
    const parts = [{ kind: 'earlier', author: 'Annabelle Quux', text: 'my words' }];
    expect(names.without(memory('see', { parts }))?.more).toEqual({
      parts: [{ kind: 'earlier', text: '[forgotten]' }],
    });
  });
});
