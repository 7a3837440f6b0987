/** Threads that the agent comes to late, and whom their messages are said to, on the real hub. */
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { type HubStage, hubStages } from './hub-stage.js';

const open = hubStages();

/** What the model was told of the thread with its newest question. */
async function earlierIn({ hub }: HubStage) {
  const memory = (await hub.received()).at(-1)!;
  return memory.content.parts ?? [];
}

describe('[discord.2] the first mention in a thread', () => {
  it('made from a message comes with that message, the title and what was said', async () => {
    const stage = await open();
    const { alice, bob, lobby, name, discord, hub } = stage;
    hub.model.answer = 'The red one.';
    const files = [bob.file('plan.txt', 'text/plain', Buffer.from('the word is plinth'))];
    const starter = bob.say(lobby, 'Which door shall we take?', { files });
    const thread = bob.threadFrom(starter, 'Doors');
    alice.say(thread, 'I like the red one.');
    discord.automatic(thread, 'Door 2 is open.', undefined, { name: 'doorbot' });
    alice.say(thread, `${name} which?`);
    await stage.delivered();
    expect(await earlierIn(stage)).toMatchObject([
      { kind: 'title', text: 'Doors' },
      { kind: 'earlier', author: 'Bob', text: 'Which door shall we take?\n\n[file: plan.txt]' },
      { kind: 'earlier', author: 'Alice', text: 'I like the red one.' },
      { kind: 'earlier', author: 'doorbot', bot: true, text: 'Door 2 is open.' },
    ]);
    expect(stage.prompt()).toContain('Which door shall we take?');
    expect(stage.prompt()).toContain('the word is plinth');
  });

  it('of another’s post in a forum comes with its title and its first message', async () => {
    const stage = await open();
    const { alice, bob, name, discord, guild, hub } = stage;
    hub.model.answer = 'Unplug it.';
    const forum = discord.addChannel(guild, 'support', 'forum');
    const { thread } = bob.post(forum, 'Printer on fire', 'It smokes. What now?');
    alice.say(thread, `${name} can you help?`);
    await stage.delivered();
    expect(await earlierIn(stage)).toMatchObject([
      { kind: 'title', text: 'Printer on fire' },
      { kind: 'earlier', author: 'Bob', text: 'It smokes. What now?' },
    ]);
  });

  it('of a long one comes with its beginning and its end, and says what is left out', async () => {
    const stage = await open();
    const { alice, bob, name, lobby, hub } = stage;
    hub.model.answer = 'I see.';
    const thread = bob.startThread(lobby, 'Long');
    for (let n = 0; n < 200; n++) bob.say(thread, `line ${n}.`);
    alice.say(thread, `${name} and?`);
    await stage.delivered();
    const texts = (await earlierIn(stage)).map(({ text }) => text);
    expect(texts).toContain('line 0.');
    expect(texts).toContain('line 199.');
    expect(texts).not.toContain('line 100.');
    expect(texts).toContain('(Messages of this thread are left out here.)');
    expect(texts.length).toBeLessThan(60);
  });

  it('is read once, and not again after it was forgotten', async () => {
    const stage = await open();
    const { alice, bob, name, lobby, hub, discord } = stage;
    await hub.stop();
    hub.gate = { ...hub.gate, operators: [alice.id] };
    await hub.start();
    hub.model.answer = 'I see.';
    const thread = bob.startThread(lobby, 'Doors');
    bob.say(thread, 'The PIN is 4711.');
    alice.say(thread, `${name} and?`);
    await stage.delivered();
    expect(JSON.stringify(await earlierIn(stage))).toContain('4711');
    alice.say(thread, `${name} more?`);
    await stage.delivered(2);
    expect(await earlierIn(stage)).toEqual([]);
    alice.say(thread, `${name} /forget yes`);
    await until(() => discord.said(thread).some(({ content }) => content.startsWith('Forgotten')), 10_000);
    alice.say(thread, `${name} and now?`);
    await until(async () => JSON.stringify(await hub.memories()).includes('and now?'), 10_000);
    expect(JSON.stringify(await hub.memories())).not.toContain('4711');
  });

  it('where the bot may not read it says so, and is answered', async () => {
    const stage = await open();
    const { alice, bob, name, lobby, discord, hub } = stage;
    hub.model.answer = 'I see.';
    const thread = bob.startThread(lobby, 'Doors');
    const refusal = { message: 'Missing Access', code: 50001 };
    discord.faults.next('GET', /messages$/, { kind: 'status', status: 403, body: refusal }, { times: 9 });
    alice.say(thread, `${name} and?`);
    await stage.delivered();
    expect((await earlierIn(stage)).at(-1)).toMatchObject({ kind: 'note' });
  });

  it('is asked for once more where Discord was away', async () => {
    const stage = await open();
    const { alice, bob, name, lobby, discord, hub } = stage;
    hub.model.answer = 'I see.';
    const thread = bob.startThread(lobby, 'Doors');
    bob.say(thread, 'Which?');
    discord.faults.next('GET', /messages$/, { kind: 'page', status: 403 }, { times: 1 });
    alice.say(thread, `${name} and?`);
    await stage.delivered();
    expect(JSON.stringify(await earlierIn(stage))).toContain('Which?');
  });

  it('of people who are not let in reads nothing', async () => {
    const stage = await open({ gate: { places: 'pairing' } });
    const { alice, bob, name, lobby, discord } = stage;
    let read = 0;
    discord.faults.next('GET', /messages/, { kind: 'slow', ms: 1 }, { times: 1000 });
    const thread = bob.startThread(lobby, 'Doors');
    alice.say(thread, `${name} and?`);
    await until(() => stage.hub.seen.receipts.length > 0, 10_000);
    read = discord.faults.met;
    expect(read).toBe(0);
  });
});

describe('[discord.8] in a thread that the agent is in', () => {
  it.each([
    [
      'a message to somebody else',
      (stage: HubStage) => ({ text: `<@${stage.bob.id}> can you review my PR?` }),
    ],
    [
      'thanks to somebody else',
      (stage: HubStage) => ({ text: `thanks <@${stage.bob.id}>, see you at lunch` }),
    ],
    ['a reply to somebody else', () => ({ text: 'yes, go on', toBob: true })],
  ])('%s is not answered, and what comes after it is', async (_, make) => {
    const stage = await open();
    const { alice, bob, lobby, name, hub, discord } = stage;
    hub.model.answer = ({ messages }) => `heard: ${messages.at(-1)!.text}`;
    const thread = bob.startThread(lobby, 'PR');
    const first = bob.say(thread, 'I made one.');
    alice.say(thread, `${name} hello`);
    await stage.delivered();
    const { text, toBob } = make(stage) as { text: string; toBob?: boolean };
    alice.say(thread, text, toBob ? { replyTo: first.id } : {});
    alice.say(thread, 'and what do you think?');
    await stage.delivered(2);
    const said = discord.said(thread).map(({ content }) => content);
    expect(said).toHaveLength(2);
    expect(said[1]).toContain('and what do you think?');
  });
});
