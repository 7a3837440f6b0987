/** Files that people send: found later where they were sent, and kept by those who may. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from '../../../src/hub.js';
import { Home } from '../../support/hub.js';
import { until } from '../../support/until.js';
import { type Desk, deskOf } from './stage.js';

const notes = 'The boiler room is in the east wing.\n\nThe spare key hangs behind the green door.';
const question = 'Where does the spare key hang?';

describe('a file that somebody sends', () => {
  let home: Home;
  let hub: Hub;
  let desk: Desk;
  beforeEach(async () => {
    home = new Home();
    hub = await home.hub();
    desk = deskOf(hub);
  });
  afterEach(() => home.dispose());

  const upload = async (
    text: string,
    { userId = 'ann', roomId = '', name = 'notes.txt', words = notes } = {},
  ) => {
    const form = new FormData();
    form.set('userId', userId);
    form.set('text', text);
    if (roomId) form.set('roomId', roomId);
    form.set('file', new Blob([words], { type: 'text/plain' }), name);
    const response = await fetch(`${hub.url}/assistant/message`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hub.token.secret}` },
      body: form,
    });
    return (await response.json()) as { messageId: string; roomId: string; reply: { text: string } };
  };
  const read = (count = 1) =>
    until(async () => (await desk.list()).filter(({ state }) => state === 'ready').length === count);

  it('[memory.4] is found and cited 24 messages later, there and nowhere else', async () => {
    await upload('here are my notes');
    await read();
    for (let i = 0; i < 24; i++) await desk.ask(`the weather on day ${i} was fine`);
    const answer = await desk.ask(question);
    expect(answer).toContain('behind the green door');
    expect(answer).toMatch(/\[1\]/);
    expect(answer).toContain('[1] notes.txt');
    expect(await desk.ask(question, { userId: 'bob' })).not.toContain('green door');
    expect(await desk.ask(question, { roomId: 'lounge' })).not.toContain('green door');
  });

  it('[memory.4] is known beside another one of the same name in the same message', async () => {
    const form = new FormData();
    form.set('userId', 'ann');
    form.set('text', 'two files');
    form.set('file', new Blob([notes], { type: 'text/plain' }), 'notes.txt');
    form.append('file', new Blob(['The ladder leans on the shed.'], { type: 'text/plain' }), 'notes.txt');
    const headers = { authorization: `Bearer ${hub.token.secret}` };
    await fetch(`${hub.url}/assistant/message`, { method: 'POST', headers, body: form });
    await read(2);
    expect((await desk.list()).map(({ name }) => name).sort()).toEqual(['notes (2).txt', 'notes.txt']);
    expect(await desk.ask(question)).toContain('green door');
    expect(await desk.ask('Where is the ladder?')).toContain('shed');
  });

  it('goes with its message', async () => {
    await upload('here are my notes', { roomId: 'kitchen' });
    await read();
    const [{ roomId }] = (await desk.call('GET', '/rooms')).body.rooms;
    expect(await desk.ask(question, { roomId: 'kitchen' })).toContain('green door');
    expect((await desk.call('POST', `/rooms/${roomId}/forget`, {})).status).toBe(200);
    expect(await desk.ask(question, { roomId: 'kitchen' })).not.toContain('green door');
    expect(await desk.list()).toEqual([]);
  });

  it('and is kept for a person goes when that person is forgotten', async () => {
    await upload('remember this file');
    await read();
    const whom = { connector: 'http', tenant: 'default', userId: 'ann' };
    await desk.call('POST', '/people/forget', { ...whom, userId: 'bob' });
    expect(await desk.list()).toHaveLength(1);
    expect((await desk.call('POST', '/people/forget', whom)).status).toBe(200);
    expect(await desk.list()).toEqual([]);
  });

  it('is not read where the character says so', async () => {
    home.character('assistant', { name: 'Ada', bio: '.', memory: { files: false } });
    await until(
      async () => (await desk.call('GET', '/agents/assistant')).body.character.memory.files === false,
    );
    await upload('here are my notes');
    expect(await desk.list()).toEqual([]);
  });

  it('is kept for its room alone when somebody says "remember this"', async () => {
    const { reply } = await upload('remember this file', { roomId: 'kitchen' });
    expect(reply.text).toContain('notes.txt');
    await read();
    expect((await desk.list())[0]).toMatchObject({ name: 'notes.txt', source: 'upload', own: true });
    expect(await desk.ask(question, { roomId: 'kitchen' })).toContain('green door');
    expect(await desk.ask(question, { roomId: 'garage' })).not.toContain('green door');
    expect(await desk.ask('/documents', { roomId: 'kitchen' })).toContain('notes.txt');
    const { id } = (await desk.list())[0]!;
    expect(await desk.ask(`/documents remove ${id}`, { roomId: 'kitchen' })).toContain('gone');
    expect(await desk.list()).toEqual([]);
  });

  it('is kept for everybody by operators alone', async () => {
    const { body } = await desk.call('POST', '/tokens', { name: 'member', role: 'member' });
    const member = deskOf(hub, body.token);
    await upload('here are my notes');
    expect(await member.ask('remember this file for everybody')).toMatch(/operators/);
    expect(await desk.ask('remember this file for everybody')).toContain('Kept for everybody');
    await until(async () => (await desk.list()).some(({ own, state }) => !own && state === 'ready'));
    expect(await desk.ask(question, { userId: 'bob' })).toContain('green door');
  });
});
