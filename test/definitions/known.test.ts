/** Definitions on a real store, as several processes of one hub have them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InProcessBus } from '../../src/bus/in-process.js';
import { AgentDefinitions } from '../../src/definitions/agent-definitions.js';
import type { BehaviourTests } from '../../src/definitions/behaviour-tests.js';
import { definitionRecord } from '../../src/definitions/definition.js';
import { Definitions } from '../../src/definitions/definitions.js';
import { createLogger } from '../../src/logger.js';
import { SecretKeys } from '../../src/secrets/keys.js';
import { NotedSecrets } from '../../src/secrets/noted-secrets.js';
import { SecretVault } from '../../src/secrets/vault.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Store } from '../../src/store/store.js';

const log = createLogger('silent');
const dataDir = mkdtempSync(join(tmpdir(), 'carrier-definitions-'));
const admin = { by: 'token of a test', mayNameSecrets: true };
const nia = { name: 'Nia', bio: 'A new one.' };
let store: Store;
const processes: Definitions[] = [];
beforeAll(async () => {
  store = await openLibsqlStore({ dataDir, log });
});
afterAll(async () => {
  for (const one of processes) one.stop();
  await store.close();
  rmSync(dataDir, { recursive: true });
});

/** With a bus of its own, so that it hears of no change. */
async function process(tests: BehaviourTests | null = null) {
  const bus = new InProcessBus(() => {});
  const may = new Set<never>();
  const known = new Definitions({ ...store, bus, alone: false, may, log });
  processes.push(known);
  await known.start();
  const keys = new SecretKeys({ secretKey: { old: [], key: undefined }, dataDir });
  const vault = new SecretVault({ store: new NotedSecrets(store.notes, log), keys, bus, log });
  const parts = { known, may, secretsOf: () => [], vault, tests, now: () => Date.now(), log };
  return { known, definitions: new AgentDefinitions(parts), vault };
}

it('a change that no bus tells is known to other processes by themselves', async () => {
  const [one, other] = [await process(), await process()];
  await one.definitions.create('polled', { definition: nia }, admin);
  expect(one.known.get('polled')?.agent?.character.name).toBe('Nia');
  await expect.poll(() => other.known.get('polled')?.version, { timeout: 5000 }).toBe(1);
  const agent = other.known.get('polled')!.agent;
  await one.definitions.change('polled', { patch: { bio: 'Another.' } }, admin);
  await expect
    .poll(() => other.known.get('polled')?.agent?.character.bio, { timeout: 5000 })
    .toBe('Another.');
  expect(other.known.get('polled')!.agent).not.toBe(agent);
  await one.definitions.remove('polled', undefined, 'x');
  await expect.poll(() => other.known.get('polled'), { timeout: 5000 }).toBeNull();
});

it('a process that starts later has them at once', async () => {
  const { definitions } = await process();
  await definitions.create('early', { definition: nia }, admin);
  expect((await process()).known.get('early')?.agent?.id).toBe('early');
});

it('keeps fifty versions, whose numbers go on', async () => {
  const { definitions } = await process();
  await definitions.create('busy', { definition: nia }, admin);
  for (let bio = 2; bio <= 55; bio++) await definitions.change('busy', { patch: { bio: `${bio}` } }, admin);
  const versions = await definitions.versions('busy');
  expect([versions.length, versions[0]?.number, versions.at(-1)?.number]).toEqual([50, 55, 6]);
  await expect(definitions.rollBack('busy', { to: 5 }, admin)).rejects.toMatchObject({
    ...{ code: 'not_found', message: expect.stringContaining('6, 7') },
  });
});

it('of long definitions fewer versions are kept, so that the store takes them', async () => {
  const { definitions } = await process();
  const long = 'herons '.repeat(17_000);
  await definitions.create('long', { definition: { ...nia, bio: long } }, admin);
  for (let at = 0; at < 10; at++) await definitions.change('long', { patch: { name: `N${at}` } }, admin);
  expect((await definitions.versions('long')).length).toBeLessThan(8);
  expect((await definitions.find('long'))?.definition.name).toBe('N9');
  const longer = { definition: { ...nia, bio: `${long}${long}` } };
  await expect(definitions.create('longer', longer, admin)).rejects.toMatchObject({ code: 'invalid_field' });
});

it('what a newer hub wrote besides stays when an older one changes it', async () => {
  const { definitions } = await process();
  await definitions.create('newer', { definition: nia }, admin);
  const { version, value } = (await store.records.get('agent-definition', 'newer'))!;
  await store.records.put(
    { kind: 'agent-definition', id: 'newer', value: { ...(value as object), more: 1 } },
    version,
  );
  await definitions.change('newer', { patch: { bio: 'x' } }, admin);
  expect((await store.records.get('agent-definition', 'newer'))?.value).toMatchObject({ more: 1, active: 2 });
});

it('a definition that this hub cannot read leaves the last good one in force, and says so', async () => {
  const { known, definitions } = await process();
  await definitions.create('future', { definition: nia }, admin);
  const tomorrow = { ...nia, fromTomorrow: 1 };
  await definitionRecord.in(store.records, log).change('future', (found) => {
    const versions = [...found!.versions, { ...found!.versions[0]!, number: 2, definition: tomorrow }];
    return { ...found!, versions, active: 2 };
  });
  await known.count();
  expect(known.get('future')).toMatchObject({
    ...{ version: 2, agent: { character: { name: 'Nia' } } },
    problem: { field: 'fromTomorrow', message: expect.stringContaining('unknown') },
  });
});

it('an agent whose tests fail does not go live, and nothing of it is kept', async () => {
  const tests = {
    passFor: async ({ character }: { character: { name: string } }) =>
      character.name === 'Bad' ? ['says hello: no reply'] : [],
  };
  const { definitions, known } = await process(tests);
  await definitions.create('tested', { definition: nia }, admin);
  await expect(definitions.change('tested', { patch: { name: 'Bad' } }, admin)).rejects.toMatchObject({
    ...{ code: 'tests_failed', message: expect.stringContaining('says hello') },
  });
  expect(known.get('tested')).toMatchObject({ version: 1, agent: { character: { name: 'Nia' } } });
});

it('[governed.12] of two who send a secret at once, the one who is late changes none', async () => {
  const [one, other] = [await process(), await process()];
  const secret = (token: string) => ({ ...nia, connectors: { x: { token } } });
  await one.definitions.create('raced', { definition: secret('before-the-race') }, admin);
  const replaced = await Promise.allSettled([
    one.definitions.replace('raced', { definition: secret('of-one'), ifVersion: [1] }, admin),
    other.definitions.replace('raced', { definition: secret('of-other'), ifVersion: [1] }, admin),
  ]);
  expect(replaced.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const [name = '', ...more] = (await one.vault.list())
    .map((kept) => kept.name)
    .filter((kept) => kept.startsWith('agent.raced.'));
  expect(more).toEqual([]);
  const winner = replaced[0].status === 'fulfilled' ? 'of-one' : 'of-other';
  expect(await one.vault.reveal(name)).toBe(winner);
});
