/** Messages that are said again by a webhook, and messages whose files take a while, on the real hub. */
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { hubStages } from './hub-stage.js';

const open = hubStages();
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('[discord.11] a message that a webhook says again in the place of its author', () => {
  it.each([
    ['the copy comes, and the original goes', true],
    ['the original goes, and the copy comes', false],
  ])('(%s) is answered once, and its words stay', async (_, copyFirst) => {
    const stage = await open();
    const { alice, discord, hub, lobby, name } = stage;
    const webhook = '99887766554433221';
    const said = `${name} what is a plinth?`;
    const original = alice.say(lobby, said);
    const draft = await hub.model.asked();
    await soon(300);
    const copy = () => discord.automatic(lobby, said, webhook, { name: 'Alice of many' });
    if (copyFirst) copy();
    alice.delete(original);
    if (!copyFirst) copy();
    await soon(300);
    draft.end('A base.');
    hub.model.answer = 'A base.';
    await stage.delivered();
    await soon(500);
    expect(await stage.said()).toEqual(['A base.']);
    const memories = await hub.memories();
    expect(memories.map(({ role, content }) => [role, content.text])).toEqual([
      ['user', 'what is a plinth?'],
      ['assistant', 'A base.'],
    ]);
  });

  it('is answered once, and its words stay, where its file takes a while', async () => {
    const stage = await open();
    const { alice, discord, hub, lobby, name } = stage;
    hub.model.answer = 'A base.';
    discord.fileFaults.next('GET', /attachments/, { kind: 'slow', ms: 3000 });
    const said = `${name} what is this?`;
    const files = [alice.file('notes.txt', 'text/plain', Buffer.from('the word is plinth'))];
    const original = alice.say(lobby, said, { files });
    await soon(1500);
    discord.automatic(lobby, said, '99887766554433221', { name: 'Alice of many' });
    alice.delete(original);
    await stage.delivered();
    await soon(500);
    expect(await stage.said()).toEqual(['A base.']);
    const memories = await hub.memories();
    expect(memories.map(({ role, content }) => [role, content.text])).toEqual([
      ['user', 'what is this?'],
      ['assistant', 'A base.'],
    ]);
  });

  it('is no way in for other webhooks', async () => {
    const stage = await open();
    const { discord, hub, lobby, name } = stage;
    hub.model.answer = 'Hello.';
    discord.automatic(lobby, `${name} build 7 failed`, '99887766554433221');
    stage.ask('Hello.');
    await stage.delivered();
    await soon(300);
    expect(discord.said(lobby)).toHaveLength(1);
  });
});

describe('files that take a while', () => {
  it('do not hold up who comes after them, and come along', async () => {
    const stage = await open();
    const { alice, bob, discord, hub, lobby, name } = stage;
    hub.model.answer = ({ messages }) => `heard: ${messages.at(-1)!.text.slice(0, 500)}`;
    discord.fileFaults.next('GET', /attachments/, { kind: 'slow', ms: 6000 });
    const files = [alice.file('notes.txt', 'text/plain', Buffer.from('the word is plinth'))];
    alice.say(lobby, `${name} look`, { files });
    bob.say(bob.direct(), 'hello');
    await stage.said(bob.direct());
    expect(discord.said(lobby)).toEqual([]);
    await until(() => discord.said(lobby).length === 1, 15_000);
    expect(stage.prompt()).toContain('the word is plinth');
  });

  it('are not passed by what is said after them in their channel', async () => {
    const stage = await open();
    const { alice, discord, hub, lobby, name } = stage;
    hub.model.answer = 'I see.';
    discord.fileFaults.next('GET', /attachments/, { kind: 'slow', ms: 3000 });
    const files = [alice.file('notes.txt', 'text/plain', Buffer.from('the word is plinth'))];
    alice.say(lobby, `${name} look`, { files });
    alice.say(lobby, `${name} and?`);
    await until(async () => (await hub.received()).length === 2, 15_000);
    const asked = (await hub.memories()).filter(({ role }) => role === 'user');
    expect(asked.map(({ content }) => content.text)).toEqual(['look', 'and?']);
    await stage.delivered();
  });

  it('are asked for again by the next process, and their message is answered once', async () => {
    const stage = await open();
    const { alice, discord, hub, lobby, name } = stage;
    hub.model.answer = 'I see.';
    discord.fileFaults.next('GET', /attachments/, { kind: 'slow', ms: 60_000 });
    const files = [alice.file('notes.txt', 'text/plain', Buffer.from('the word is plinth'))];
    const said = alice.say(lobby, `${name} look`, { files });
    await until(async () => {
      const mark = await hub.seen.host.notes.get('progress:eliza');
      return typeof mark === 'string' && BigInt(mark) >= BigInt(said.id);
    }, 10_000);
    await hub.stop();
    await hub.start();
    await stage.delivered();
    await soon(1000);
    expect(await stage.said()).toEqual(['I see.']);
    expect(stage.prompt()).toContain('the word is plinth');
  });
});
