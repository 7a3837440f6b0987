/** `carrier chat` as a person sees it: in a pseudo-terminal, with the real hub and a model that answers when told. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HeldModel } from '../support/held-model.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { noTerminal, Terminal } from '../support/terminal.js';
import { until } from '../support/until.js';
import { entry } from './carrier.js';

describe.skipIf(noTerminal)('the chat in a terminal', () => {
  let home: Home;
  let model: HeldModel;
  let hub: HubProcess;
  let env: Record<string, string>;
  let terminal: Terminal;
  let rooms = 0;
  let before = 0;

  beforeAll(async () => {
    home = new Home();
    home.character('assistant', {
      name: 'Ada',
      bio: 'A helpful assistant.',
      plugins: ['calculate'],
      memory: { facts: { extract: 'off' }, recall: 0 },
      conversation: { summary: false },
    });
    model = await HeldModel.start();
    env = { ...home.settings(model.settings), PATH: process.env.PATH!, HOME: home.folder };
    hub = new HubProcess(env);
    await hub.start();
  });
  afterAll(async () => {
    await hub.end('SIGKILL');
    model.stop();
    await home.dispose();
  });
  const open = (size: { columns?: number; rows?: number } = {}, ...args: string[]) =>
    new Terminal([process.execPath, entry, 'chat', '--user', 'ann', ...args], {
      env,
      cwd: home.folder,
      columns: 60,
      rows: 24,
      ...size,
    });
  beforeEach(async () => {
    before = model.asked.length;
    terminal = open({}, '--room', `room-${++rooms}`);
    await terminal.sees(/you ›$/);
  });
  afterEach(() => terminal.close());

  const say = async (text: string) => {
    terminal.type(text);
    terminal.keys('Enter');
    await model.isAsked(++before);
  };
  const idle = () => terminal.sees(/you ›$/);
  const times = (what: string) => terminal.all().split(what).length - 1;

  it('[seen.42] [http-and-cli.15] takes a paste of five lines as one message', async () => {
    terminal.paste('one\ntwo\n\n\tfour ⏎ and\nfive');
    await terminal.sees('one⏎two⏎');
    terminal.keys('Enter');
    await model.isAsked(++before);
    expect(JSON.parse(model.asked.at(-1)!).replace(/^\| ?/gm, '')).toContain(
      'one\ntwo\n\n\tfour ⏎ and\nfive',
    );
    model.end('Five lines.');
    await terminal.sees('Five lines.');
    await idle();
    expect(model.asked).toHaveLength(before);
  });

  it('[http-and-cli.15] keeps what is typed while it answers, and the answer whole', async () => {
    await say('tell me');
    for (const word of ['The ', 'first **li', 'ne** is', ' here.\n\nThe ', 'second', ' too.']) {
      model.write(word);
      terminal.type('x');
    }
    await terminal.sees('you › xxxxxx');
    model.end();
    await until(() => !terminal.screen().includes('Ctrl-C stops'));
    expect(terminal.screen()).toMatch(/The first line is here\.\n\nThe second too\.\nyou › xxxxxx$/);
    expect(times('first')).toBe(1);
    expect(times('**')).toBe(0);
  });

  it('[http-and-cli.15] shows that it waits for a slow model, and for how long', async () => {
    await say('slow');
    await terminal.sees(/assistant is thinking … \d+ s \(Ctrl-C stops\)/);
    model.end('There.');
    await terminal.sees('There.');
    await until(() => !terminal.all().includes('is thinking'));
  });

  it('[seen.42] [http-and-cli.15] clears half a line at Ctrl-C, says nothing for an empty one, leaves at Ctrl-D', async () => {
    terminal.type('half a li');
    await terminal.sees('half a li');
    terminal.keys('C-c');
    await until(() => !terminal.all().includes('half a li'));
    terminal.keys('Enter', 'Enter');
    terminal.type('after');
    await terminal.sees(/you › after$/);
    terminal.keys('C-d', 'C-u', 'C-d');
    await terminal.sees('ended: 0');
    expect(model.asked).toHaveLength(before);
  });

  it('[seen.42] stops the answer at Ctrl-C, in the hub and at the model; a second one leaves with 130', async () => {
    const { brokenOff } = model;
    await say('a long one');
    model.write('It begins, and it goes on, and on, and on. ');
    await terminal.sees('It begins');
    terminal.keys('C-c');
    await until(() => model.brokenOff > brokenOff);
    await idle();
    await terminal.sees('Stopped.');
    await say('another');
    model.write('Once more it begins, and goes on and on. ');
    await terminal.sees('Once more it');
    terminal.keys('C-c', 'C-c');
    await terminal.sees('ended: 130');
  });

  it('[http-and-cli.16] shows no escape that a model wrote, also as an entity', async () => {
    await say('evil');
    const osc = '\u001b]0;owned\u0007';
    model.write(`a\u001b[2J${osc}b \u009b31mc &#27;[2J &#x202e;d\u202e `);
    model.end('\u001b]52;c;ZXZpbA==\u0007end\u001b');
    await terminal.sees(/ab c .*d end/);
    await idle();
    expect(terminal.all()).toContain('evil');
    expect(terminal.all()).not.toMatch(/owned|ZXZpbA/);
  });

  it('shows what its tools do, and answers on', async () => {
    await say('six times seven');
    model.calls('calculate', { expression: '6*7' });
    await model.isAsked(++before);
    model.end('It is **42**.');
    await terminal.sees('It is 42.');
    expect(terminal.all()).toMatch(/· calculate \{"expression":"6\*7"\}\n\s+✓ .*42/);
  });

  it('[seen.43] leaves no ghosts of wide letters when it is narrowed in mid-answer', async () => {
    terminal.resize(50, 20);
    await say('wide');
    const lines = ['春眠不覺曉處處聞啼鳥夜來風雨聲花落知多少', 'e\u0301te\u0301 👩‍👩‍👧 🇩🇪 n\u0303', '終'];
    for (const [at, line] of lines.entries()) {
      model.write(`${line.repeat(at === 0 ? 3 : 1)}\n`);
      await terminal.sees(at === 0 ? '少春' : 'is writing');
      await terminal.rests();
      terminal.resize(50 - 9 * (at + 1), 20);
      await terminal.rests();
      terminal.type('字');
    }
    await terminal.sees('字字字');
    model.end();
    await terminal.sees('終\n');
    await terminal.sees(/終\nyou › 字字字$/);
    expect(times('you › 字')).toBe(1);
    expect(terminal.all()).not.toContain('is writing');
    // Wrapped rows come apart where they are put together again.
    const bare = terminal.all().replace(/\s/g, '');
    expect(bare.split('春眠').length - 1, terminal.all()).toBe(3);
    terminal.keys('BSpace', 'BSpace');
    await terminal.sees(/you › 字$/);
  });

  it('brings back what was said in the room, and the lines that were typed, 0600', async () => {
    await say('remember the blue door');
    model.end('The *blue* door.');
    await terminal.sees('The blue door.');
    await idle();
    terminal.close();
    terminal = open({}, '--agent', 'assistant', '--room', `room-${rooms}`);
    await terminal.sees('that was said before');
    expect(terminal.all()).toContain('The blue door.');
    await idle();
    terminal.keys('Up');
    await terminal.sees(/you › remember the blue door$/);
    expect(statSync(join(home.folder, 'data', 'chat-history')).mode & 0o777).toBe(0o600);
  });

  it('tells of an answer that failed, and goes on', async () => {
    await say('fail');
    model.refuse(400, 'no such model');
    await terminal.sees(/^! /m);
    await idle();
    await say('again');
    model.end('Fine.');
    await terminal.sees('Fine.');
  });
});
