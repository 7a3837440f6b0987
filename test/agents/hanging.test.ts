/** What hangs at the start keeps neither its agent from being changed nor its account from its successor. */
import { expect, it } from 'vitest';
import type { Bot } from '../../src/agents/bots.js';
import { RunningAgent } from '../../src/agents/running-agent.js';
import type { Connection } from '../../src/connector/connector.js';
import { Connections } from '../../src/intake/connections.js';
import { InProcessLeases } from '../../src/lease/in-process.js';
import { createLogger } from '../../src/logger.js';
import { until } from '../support/until.js';

const log = createLogger('silent');
const never = () => new Promise<never>(() => {});

it.each(['create', 'start'])(
  'a connector that hangs in %s is named, tried again, and stops when it is late',
  async (at) => {
    const late: (() => void)[] = [];
    const slow = () => new Promise<void>((resolve) => void late.push(resolve));
    let stopped = 0;
    let tries = 0;
    const bot: Bot = {
      ...{ connector: 'phone', fingerprint: '1', references: [] },
      async create() {
        tries++;
        if (at === 'create') await slow();
        return {
          name: 'phone',
          start: at === 'start' ? slow : async () => {},
          stop: async () => void stopped++,
        };
      },
    };
    let bots = [bot];
    const agent = new RunningAgent(
      'ada',
      {
        start: (connector) => connector.start({} as never),
        connections: { add() {}, stateOf: () => null, remove: async () => {} },
        ...{ started() {}, patienceMs: () => 50, beginMs: 50, log },
      },
      async () => ({ bots, problems: [] }),
    );
    await agent.look();
    expect(agent.problems).toMatchObject([{ agentId: 'ada', connector: 'phone', field: 'connectors.phone' }]);
    expect(agent.connectors).toEqual([]);
    await agent.look();
    expect(tries).toBe(2);
    const before = stopped;
    for (const finish of late) finish();
    await until(() => stopped === before + 2);
    bots = [];
    await agent.look();
    expect(agent.problems).toEqual([]);
  },
);

it.each<[string, Partial<Connection>]>([
  ['open', { open: never }],
  ['close', { close: never }],
])('a connection that hangs in %s leaves its lease to the next one', async (_, hanging) => {
  const connections = new Connections({ leases: new InProcessLeases(), log, patienceMs: 20 });
  const plain = { id: 'line', open: async () => {}, close: async () => {}, health: () => 'ok' };
  const opened: string[] = [];
  const add = (name: string, connection: Connection) =>
    connections.add(connection, { opened: () => void opened.push(name), refused() {} });
  const first = { ...plain, ...hanging };
  add('first', first);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await connections.remove(first);
  add('second', plain);
  await until(() => opened.includes('second'));
  await connections.remove(plain);
});
