/** The permission matrix for people who have no role: what is their own, and what is not. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PersonPrincipal } from '../../../src/access/principal.js';
import type { Carrier } from '../../../src/carrier.js';
import type { Memory } from '../../../src/core/memory.js';
import { createLogger } from '../../../src/logger.js';
import { type OperationName, operations } from '../../../src/operations/operations.js';
import { type Task, taskRecord } from '../../../src/tasks/task.js';
import { Platform } from '../../hub/platform.js';
import { keptFact } from '../../support/facts.js';
import { Home } from '../../support/hub.js';
import { lastSaid, scriptedModel } from '../../support/model.js';
import { forOneself } from './expectations.js';
import { fateOf, linesOf } from './table.js';

const lines = linesOf(forOneself);
const home = new Home();
const platform = new Platform();
let carrier: Carrier;
let said: Memory;
let scheduled: string;
/** One for each that asks. */
const facts: string[] = [];
let previewed: string;
let erasing: string;

beforeAll(async () => {
  for (const id of ['assistant', 'other'])
    home.character(id, {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { telegram: { dm: 'open' } },
    });
  const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
  carrier = await home.carrier({ connectors: [platform, new Platform('telegram', 'other')], model });
  said = (await platform.dm('ann', 'hello'))!.memory;
  await platform.last(1);
  const ann = { ...askerOf('own'), grants: [{ role: 'operator' as const, level: {} }] };
  const wanted = { roomId: said.roomId, text: 'stretch', in: 86_400 };
  scheduled = (await carrier.operations!.call('schedules.add', wanted, ann)).id;
  for (let count = 0; count < 20; count++)
    // Those that say the same are forgotten together.
    facts.push((await keptFact(carrier.store, said, `heron${count} nests in tree${count}`)).id);
  const { agentId, roomId, scope, source, author } = said;
  const all = { connector: 'telegram', tenant: 'default', userId: 'ann', agentId, scope, everything: true };
  previewed = (await carrier.operations!.call('memories.preview', all, ann)).code!;
  const account = { connector: 'telegram', tenant: 'default', userId: 'ann' };
  erasing = (await carrier.operations!.call('people.previewErasure', { account }, ann)).code;
  const spent = { turns: 0, tokens: 0, workedMs: 0 };
  const task: Task = {
    ...{ agentId, roomId, scope, source, author, asked: said.id, startedBy: 'turn_x', role: 'guest' },
    ...{ goal: 'order', steps: [], notes: '', state: 'paused', round: 1, spent, idle: 0 },
    limits: { turns: 1, tokens: 1, minutes: 1 },
    ...{ depth: 0, children: [], looks: 0, shown: 0, startedAt: 1 },
  };
  await taskRecord.in(carrier.store.records, createLogger('silent')).put('ta_aaaaaaaaaa', task, 0);
}, 60_000);
afterAll(() => home.dispose());

/** About ann's room, or about her. */
function inputOf(name: string): object {
  const { roomId, scope, source } = said;
  const agentId = 'assistant';
  const account = { connector: 'telegram', tenant: 'default', userId: 'ann' };
  const party = { account, agentId, source };
  const inputs: Record<string, object> = {
    'rooms.status': { agentId, roomId, scope },
    'rooms.summary': { roomId },
    'rooms.renew': { roomId },
    'turns.stop': { roomId },
    'schedules.list': { agentId, roomId },
    'schedules.show': { id: scheduled },
    'schedules.change': { id: scheduled, paused: true },
    'schedules.remove': { id: scheduled },
    'facts.list': { ...account, agentId },
    'facts.list+here': { ...account, agentId, roomId },
    'facts.correct': { id: facts.at(-1), text: 'I like storks' },
    'facts.remove': { id: facts[0] },
    'tasks.list': { agentId, roomId },
    ...Object.fromEntries(
      ['show', 'pause', 'resume', 'stop'].map((verb) => [`tasks.${verb}`, { id: 'ta_aaaaaaaaaa' }]),
    ),
    'people.forget': { ...account, agentId, count: true },
    'people.forget+here': { ...account, agentId, scope, count: true },
    'memories.preview': { ...account, agentId, everything: true },
    'memories.forget': { code: previewed },
    'people.show': { account, agentId },
    'people.startLink': party,
    'people.enterLink': { ...party, code: 'ABCDEFGH' },
    'people.confirmLink': { account, agentId, yes: true },
    'people.unlink': { account },
    'people.export': { account, agentId },
    'people.previewErasure': { account, agentId },
    'people.erase': { code: erasing },
    'console.linkOwn': { account, agentId },
  };
  return inputs[name]!;
}

/** As the hub knows them where they write. */
function askerOf(column: string): PersonPrincipal {
  const { roomId, scope } = said;
  const ann: PersonPrincipal = {
    ...{ kind: 'person', connector: 'telegram', tenant: 'default', userId: 'ann', agentId: 'assistant' },
    ...{ roomId, channel: 'ann', scope, grants: [] },
  };
  const elsewhere = { ...ann, roomId: `room of ${column}`, scope: `scope of ${column}` };
  const askers: Record<string, PersonPrincipal> = {
    own: ann,
    otherRoom: { ...elsewhere, channel: 'group' },
    otherPerson: { ...elsewhere, userId: 'bob', channel: 'bob' },
    otherAgent: { ...elsewhere, agentId: 'other' },
    otherPlatform: { ...elsewhere, connector: 'slack' },
    otherTenant: { ...elsewhere, tenant: 'elsewhere' },
  };
  return askers[column]!;
}

it.each(lines)(
  '[governed.6] $name is done for oneself, and for nobody else',
  async ({ name, operation, cells }) => {
    const [was, expected]: Record<string, string>[] = [{}, {}];
    for (const [column, cell] of Object.entries(cells)) {
      if (operation === 'facts.remove') facts.shift();
      await carrier
        .operations!.call(operation as OperationName, inputOf(name) as never, askerOf(column))
        .catch((error) => expect(error.code).not.toBe('internal'));
      const [row] = (await carrier.store.audit.list({ limit: 1 })).items;
      expect(row).toMatchObject({ operation, principal: { name: askerOf(column).userId } });
      was![column] = row!.outcome === 'denied' ? 'refused' : 'through';
      expected![column] = fateOf(cell, 'guest') === 'through' ? 'through' : 'refused';
    }
    expect(was).toEqual(expected);
  },
);

it('no line is about what there is not', () => {
  const names: string[] = operations.map(({ name }) => name);
  expect(lines.filter(({ operation }) => !names.includes(operation!))).toEqual([]);
});
