/** Tasks in processes that are killed: a person on a platform, a model over the network, tools that write down what they did. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { events } from '../llm/scripted-server.js';
import { startTelegramServer, type TelegramServer } from '../platforms/telegram/server.js';
import type { Chat } from '../platforms/telegram/world.js';
import { writeBank } from '../support/bank.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { chunk, type Provider, providers, says } from '../support/providers.js';
import { until } from '../support/until.js';
import { atWork, type Call, call, type Seen, type Told, work } from './worker.js';

type Json = ReturnType<typeof JSON.parse>;
const waitMs = 60_000;

onBothStores('a task whose process is killed', (engines) => {
  let home: Home;
  let server: TelegramServer;
  let hub: HubProcess;
  let bank: ReturnType<typeof writeBank>;
  let chat: Chat;
  let alice: ReturnType<TelegramServer['world']['user']>;
  let url: string;
  let goal: { goal: string; steps: string[] };
  /** Asked before the model answers. */
  let before: (task: Seen | null, told: Told) => Promise<Call[] | string | undefined> | undefined;

  beforeEach(async () => {
    home = new Home();
    server = await startTelegramServer();
    bank = writeBank(home.characters);
    alice = server.world.user('Alice');
    chat = server.world.dm(alice);
    before = () => undefined;
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', type: 'task', plugins: ['./bank.js'] },
      connectors: { telegram: { dm: 'open' } },
    });
    const { settings, llm } = await providers(home, 'llm');
    answerBy(llm);
    const bot = { TELEGRAM_TOKEN: server.token, TELEGRAM_API_URL: server.url };
    const env = { ...engines(), ...settings, ...bot, CARRIER_SWEEP_MS: '300' };
    hub = new HubProcess({ ...home.settings(env), HOME: home.folder });
    url = await hub.start();
  });
  afterEach(async () => {
    await hub.end('SIGKILL');
    await server.stop();
    await home.dispose();
  });

  function answerBy(llm: Provider) {
    llm.answer = async (response, received) => {
      const { body } = received;
      const { messages } = body as { messages: Json[] };
      const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
      const told: Told = {
        messages: messages.map(({ role, content, tool_calls, tool_call_id }: Json) => ({
          ...{ role, text: String(content ?? '') },
          ...(tool_calls && { calls: tool_calls.map((one: Json) => ({ name: one.function.name })) }),
          ...(tool_call_id && { name: nameOf(messages, tool_call_id) }),
        })),
      };
      const task = atWork(system.join('\n'));
      const said = (await before(task, told)) ?? (task ? calledBy(work(task, told)) : converse(system, told));
      const script = typeof said === 'string' ? says(said) : calling(said);
      await script(response, received);
    };
  }
  const calledBy = (worked: ReturnType<typeof work>) => (typeof worked === 'string' ? worked : worked.calls);
  function converse(system: string[], { messages }: Told): Call[] | string {
    const last = messages.at(-1)!;
    if (last.role === 'tool') return 'I am at it.';
    if (/how far/.test(last.text)) return `Far: ${/"far":"([^"]*)"/.exec(system.join('\n'))?.[1]}`;
    return /please/.test(last.text) ? [call('start_task', goal)] : 'I hear.';
  }

  const say = (text: string) => server.people.say(chat, alice, text);
  const said = () => server.said(chat).map(({ text }) => text ?? '');
  const ran = () => bank.ledger().map(({ did }) => did);
  const ask = async (method: string, path: string, body?: object): Promise<Json> => {
    const headers = { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return response.json();
  };
  const tasks = async (): Promise<Json[]> => (await ask('GET', '/tasks?state=all&limit=50')).tasks;
  /** In the middle of a model's call; then starts it again. */
  async function killedWhen(inTheMiddle: (task: Seen) => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      before = async (task) => {
        if (!task || !inTheMiddle(task)) return undefined;
        before = () => undefined;
        await hub.end('SIGKILL');
        resolve();
        return 'Nobody hears that.';
      };
    });
    url = await hub.start();
  }
  const note = (n: number) => `note {"amount":${n}}`;

  it('[must-show.7] goes on to its end, with an approval, over two kills, each tool once; and says how far it is', async () => {
    goal = {
      goal: 'the books',
      steps: [1, 2, 3, 4].map(note).concat('wire {"amount":5}', [6, 7, 8, 9, 10].map(note)),
    };
    const killed = killedWhen(() => ran().length === 3);
    say('please do the books');
    await killed;
    let approval: Json;
    await until(async () => {
      [approval] = (await ask('GET', '/approvals')).approvals ?? [];
      return approval !== undefined;
    }, waitMs);
    expect(ran()).toEqual(['note 1', 'note 2', 'note 3', 'note 4']);
    // The room goes on, and the answer is from the record.
    say('how far are you?');
    await until(() => said().includes('Far: Running, 4 of 10 steps.'), waitMs);
    const again = killedWhen(() => ran().length === 7);
    expect(await ask('POST', `/approvals/${approval.id}/decide`, { approve: true })).toMatchObject({
      state: 'approved',
    });
    await again;
    await until(() => said().includes('All done: the books'), waitMs);
    expect(ran()).toEqual(
      [1, 2, 3, 4]
        .map((n) => `note ${n}`)
        .concat(
          'wire 5',
          [6, 7, 8, 9, 10].map((n) => `note ${n}`),
        ),
    );
    // One message has shown all of it.
    const shown = () => said().filter((text) => /the books.*ta_\w{10}/.test(text) && /☑/.test(text));
    await until(() => /Done, 10 of 10 steps/.test(shown()[0] ?? ''), waitMs);
    expect(shown()).toHaveLength(1);
    expect(await tasks()).toMatchObject([{ state: 'done', result: 'All done: the books' }]);
  }, 240_000);

  it('[must-show.7] stays stopped over a kill, and says how far it was', async () => {
    goal = { goal: 'the books', steps: [1, 2, 3, 4, 5].map(note) };
    const killed = killedWhen(() => ran().length === 2);
    say('please do the books');
    await killed;
    let release = () => {};
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    before = (task) => (task && ran().length === 3 ? held : undefined);
    await until(() => ran().length === 3, waitMs);
    say('/stop');
    await until(() => said().some((text) => text.includes('Stopped: "the books".')), waitMs);
    release();
    await hub.end('SIGKILL');
    url = await hub.start();
    say('how far are you?');
    await until(() => said().some((text) => /^Far: Stopped, [23] of 5 steps\./.test(text)), waitMs);
    expect(ran()).toEqual(['note 1', 'note 2', 'note 3']);
    expect(await tasks()).toMatchObject([{ state: 'stopped' }]);
  }, 240_000);

  it('[act.54] tells a parent that a child has failed whose process died, and goes on', async () => {
    goal = { goal: 'family', steps: ['look'] };
    let heard = '';
    before = async (task, { messages }) => {
      if (task?.goal !== 'family') return undefined;
      const system = messages.filter(({ role }) => role === 'system').map(({ text }) => text);
      heard = /A child of it: .*/.exec(system.join('\n'))?.[0] ?? '';
      if (heard === '') {
        const child = { goal: 'child', steps: ['vanish', note(1)] };
        return messages.at(-1)!.role === 'tool' ? 'Waiting.' : [call('start_task', child)];
      }
      return [call('task_finish', { result: 'without the child' })];
    };
    say('please do it');
    await until(() => ran().length === 1, waitMs);
    await hub.end('SIGKILL');
    url = await hub.start();
    await until(() => said().includes('without the child'), waitMs);
    expect(heard).toMatch(/"state":"failed".*died/);
    expect(ran()).toEqual(['vanish']);
  }, 240_000);
});

let calls = 0;
function calling(wanted: Call[]) {
  const tool_calls = wanted.map((one, index) => ({
    ...{ index, id: `call_${++calls}`, type: 'function', function: one },
  }));
  return events([chunk({ tool_calls }), chunk({}, 'tool_calls'), '[DONE]']);
}

function nameOf(messages: Json[], id: string): string {
  const all = messages.flatMap(({ tool_calls = [] }) => tool_calls);
  return all.find((one: Json) => one.id === id)?.function.name ?? '';
}
