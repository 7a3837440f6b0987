/** Chat commands over HTTP and in `carrier chat`. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scriptedModel } from '../support/model.js';
import { noTerminal, Terminal } from '../support/terminal.js';
import { until } from '../support/until.js';
import { Desk } from './desk.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

let desk: Desk;
beforeEach(async () => {
  desk = new Desk();
  desk.model = scriptedModel(({ messages }, signal) => {
    // As it was written: what a model over the network reads has no such characters.
    const said = messages.findLast(({ role }) => role === 'user')?.text ?? '';
    if (!said.includes('slow')) return `echo ${said}`;
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  await desk.open();
});
afterEach(() => desk.home.dispose());

const say = async (text: string, more: object = {}) =>
  (await desk.api.send('assistant', { text, userId: 'ann', ...more })).reply!.text;
const said = async (room = 'user:ann') =>
  (await desk.api.messages('assistant', room)).map(({ text }) => text);

describe('[http-and-cli.3] commands over HTTP', () => {
  it('are carried out, and are no talk', async () => {
    expect(await say('the tower is far away')).toBe('echo the tower is far away');
    expect(await say('/status')).toMatch(/Memories of this conversation: 2/);
    expect(await say('/model')).toMatch(/- offline/);
    expect(await say('/help')).toMatch(/\/forget/);
    expect(await say('/stop')).toBe('There is nothing to stop.');
    expect(await say('/new')).toMatch(/new conversation/);
    expect(await said()).toEqual(['the tower is far away', 'echo the tower is far away']);
    expect(await say('/forget')).toMatch(/for good: 1 message, 1 reply\.\n[\s\S]*\/forget yes/);
    expect(await say('/forget yes')).toBe('Forgotten: 1 message, 1 reply.');
    expect(await said()).toEqual([]);
    expect(desk.model.requests).toHaveLength(1);
  });

  it('are an operator’s with an admin token', async () => {
    expect(await say('/help')).toMatch(/\/approve/);
    expect(await say('/model offline')).toMatch(/offline is asked first/);
    expect(await say('/approve ABCDEFGH')).toMatch(/No such code/);
  });

  it('are an operator’s on a platform for who is listed alone, and every refusal is written down', async () => {
    expect(await desk.platform.command('root', 'help')).toMatch(/\/approve/);
    expect(await desk.platform.command('ann', 'approve', 'ABCDEFGH')).toMatch(/for the operators/);
    expect(await desk.platform.command('ann', 'model', 'offline')).toMatch(/for the operators/);
    const denied = (await desk.audit()).filter(({ outcome }) => outcome === 'denied');
    const who = { kind: 'person', name: 'ann', connector: 'telegram', role: 'guest' };
    expect(denied).toMatchObject([
      { operation: 'pairings.approve', principal: who, error: 'permission_denied' },
      { operation: 'rooms.model', principal: who },
    ]);
  });

  it('stop the turn that runs in the room, without waiting for it', async () => {
    const slow = desk.api.send('assistant', { text: 'slow', userId: 'ann', roomId: 'deck' });
    await until(() => desk.model.requests.length > 0);
    expect(await say('/stop', { userId: 'bob', roomId: 'other' })).toBe('There is nothing to stop.');
    expect(await say('/stop', { userId: 'bob', roomId: 'deck' })).toBe('Stopping.');
    expect((await slow).reply!.text).toBe('Stopped.');
    expect(await say('go on', { roomId: 'deck' })).toBe('echo go on');
  });

  it('are carried out once, however often they are sent, and streamed like answers', async () => {
    await say('hello');
    const body = { text: '/forget yes', userId: 'ann', messageId: 'm' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => desk.api.send('assistant', body)));
    expect(new Set(answers.map(({ reply }) => reply!.id)).size).toBe(1);
    expect(answers[0]!.reply!.text).toBe('Forgotten: 2 memories.');
    await say('hello again');
    expect((await desk.api.send('assistant', body)).reply).toEqual(answers[0]!.reply);
    expect(await said()).toHaveLength(2);
    const events = await desk.api.stream('assistant', body);
    expect(events.map(({ event }) => event)).toEqual(['turn.started', 'text.delta', 'reply']);
    const forgets = (await desk.audit()).filter(({ operation }) => operation === 'people.forget');
    expect(forgets).toHaveLength(1);
    expect(forgets[0]).toMatchObject({ principal: { kind: 'person', name: 'ann' }, outcome: 'done' });
  });

  it('are talk where the character wants it so', async () => {
    desk.home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { http: { commands: false } },
    });
    await until(async () => (await say('/status')).startsWith('echo'));
  });
});

const chats = '[http-and-cli.3] carrier chat';
describe.skipIf(noTerminal)(noTerminal ? `${chats} (skipped: ${noTerminal})` : chats, () => {
  let terminal: Terminal;
  const env = () => ({ ...desk.home.settings(), PATH: process.env.PATH!, HOME: desk.home.folder });
  afterEach(() => terminal.close());

  it('carries commands out, and stops an answer while it is written', async () => {
    const size = { env: env(), cwd: desk.home.folder, columns: 100, rows: 50 };
    terminal = new Terminal([process.execPath, main, 'chat', '--user', 'ann'], size);
    await terminal.sees(/you ›$/);
    const type = (text: string) => {
      terminal.type(text);
      terminal.keys('Enter');
    };
    type('/status');
    await terminal.sees('Memories of this conversation: 0');
    type('slow');
    await until(() => desk.model.requests.length === 1);
    type('/stop');
    await terminal.sees('Stopped.');
    type('hello');
    await terminal.sees('echo hello');
    type('/forget yes');
    await terminal.sees('Forgotten: ');
    expect(await said()).toEqual([]);
    type('/quit');
    await terminal.sees('ended: 0');
  });
});
