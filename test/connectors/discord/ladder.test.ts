/** What Discord refuses is shown in another form, on the real hub; looked at is what Discord has in the end. */
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../platforms/discord/faults.js';
import { until } from '../../support/until.js';
import { hubStages } from './hub-stage.js';

const open = hubStages();

const refusal = (status: number, code: number, errors?: object): Fault => ({
  kind: 'status',
  status,
  body: { message: 'No', code, ...(errors && { errors }) },
});
const field = (name: string) => ({ [name]: { _errors: [{ code: 'X', message: 'wrong' }] } });

describe('[delivery.8] a message that Discord refuses', () => {
  it('for its reference comes without it', async () => {
    const stage = await open();
    stage.lobby.denied.add('history');
    stage.ask('Here I am.');
    await stage.delivered();
    expect(stage.discord.said(stage.lobby)).toMatchObject([{ content: 'Here I am.', replyTo: null }]);
  });

  it.each([
    ['50035 on the reference', refusal(400, 50035, field('message_reference'))],
    ['10008', refusal(400, 10008)],
    ['a code that nobody knows', refusal(400, 99999)],
  ])('with %s comes all the same', async (_, fault) => {
    const stage = await open();
    stage.discord.faults.next('POST', /messages$/, fault);
    stage.ask('Here I am.');
    await stage.delivered();
    expect(stage.discord.said(stage.lobby)).toMatchObject([{ content: 'Here I am.', replyTo: null }]);
  });

  it('for its buttons keeps its words and its reference', async () => {
    const stage = await open();
    const buttons = [{ label: 'Yes', payload: 'x' }];
    stage.hub.seen.outgoing = ({ memory, ...out }) => ({
      ...out,
      memory: { ...memory, content: { ...memory.content, buttons } },
    });
    stage.discord.faults.next('POST', /messages$/, refusal(400, 50035, field('components')));
    const question = stage.ask('Shall I?');
    await stage.delivered();
    expect(stage.discord.said(stage.lobby)).toMatchObject([
      { content: 'Shall I?', components: [], replyTo: question.id },
    ]);
  });

  it('for its file shows long code as text, all of it', async () => {
    const stage = await open();
    stage.lobby.denied.add('attach');
    const code = Array.from({ length: 200 }, (_, n) => `print("line ${n} of the program")`).join('\n');
    const question = stage.ask(`Here it is:\n\n\`\`\`python\n${code}\n\`\`\``);
    await stage.delivered();
    const said = stage.discord.said(stage.lobby);
    expect(said[0]).toMatchObject({ replyTo: question.id });
    const shown = said.map(({ content }) => content).join('\n');
    for (let n = 0; n < 200; n++) expect(shown).toContain(`print("line ${n} of the program")`);
    expect(said.flatMap(({ files }) => files)).toEqual([]);
  });

  it.each([
    ['413 of Discord', refusal(413, 40005)],
    ['413 of something before it', { kind: 'page', status: 413 } as const],
  ])('with %s shows a text file as text, and names one that is none', async (_, fault) => {
    const stage = await open();
    const put = async (name: string, mediaType: string, text: string) =>
      stage.hub.seen.host.putFile(Buffer.from(text), { name, mediaType }, stage.hub.seen.inbound[0]!);
    const held = stage.hub.model.asked();
    stage.alice.say(stage.lobby, `${stage.name} the plan?`);
    const draft = await held;
    const attachments = [
      await put('plan.csv', 'text/csv', 'a,b\n'),
      await put('cat.png', 'image/png', '\x89PNG\r\n\x1a\n'),
    ];
    stage.hub.seen.outgoing = ({ memory, ...out }) => ({
      ...out,
      memory: { ...memory, content: { ...memory.content, attachments } },
    });
    stage.discord.faults.next('POST', /messages$/, fault);
    draft.end('Here it is.');
    await stage.delivered();
    const said = stage.discord.said(stage.lobby).map(({ content }) => content);
    expect(said[0]).toBe('Here it is.');
    expect(said.join('\n')).toContain('a,b');
    expect(said.join('\n')).toContain('`cat.png` could not be attached here.');
  });

  it('in the middle of its pieces goes on where it stopped', async () => {
    const stage = await open();
    stage.lobby.denied.add('attach');
    const code = Array.from({ length: 200 }, (_, n) => `print("line ${n} of the program")`).join('\n');
    stage.discord.faults.next('POST', /messages$/, { kind: 'status', status: 503 }, { skip: 3, times: 2 });
    stage.discord.faults.next('POST', /messages$/, { kind: 'dropped', when: 'after' }, { skip: 5 });
    stage.ask(`Here it is:\n\n\`\`\`python\n${code}\n\`\`\``);
    await stage.delivered();
    const shown = stage.discord.said(stage.lobby).map(({ content }) => content);
    expect(stage.discord.faults.met).toBe(3);
    for (let n = 0; n < 200; n++)
      expect(shown.join('\n').split(`print("line ${n} of the program")`)).toHaveLength(2);
  });
});

describe('[delivery.9] a part of a reply that Discord refuses', () => {
  const sentence = (n: number) => `Sentence number ${n} of a long story.`;
  const story = Array.from({ length: 120 }, (_, n) => sentence(n)).join(' ');

  it('for its words is one sentence in its place, and the others come', async () => {
    const stage = await open();
    stage.lobby.forbidden = /number 80 /;
    stage.ask(story);
    await stage.delivered();
    const said = stage.discord.said(stage.lobby).map(({ content }) => content);
    expect(said[0]).toContain(sentence(0));
    expect(said.join(' ')).toContain('does not let me show this part of my answer');
    expect(said.at(-1)).toContain(sentence(119));
  });

  it.each([
    ['a missing permission', refusal(403, 50013)],
    ['a hidden channel', refusal(403, 50001)],
    ['whatever it is, in every form', refusal(400, 99999)],
  ])('for good, by %s, is told of under the part before it', async (_, fault) => {
    const stage = await open();
    stage.discord.faults.next('POST', /messages$/, fault, { skip: 1, times: 1000 });
    stage.ask(story);
    await stage.delivered();
    const said = stage.discord.said(stage.lobby).map(({ content }) => content);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(sentence(0));
    expect(said[0]).toMatch(/\(Discord does not let me show the rest of my answer here\.\)$/);
  });

  it('that was shown while it was written and failed is taken back, also when Discord was away', async () => {
    const stage = await open({ connector: { streaming: true } });
    stage.alice.say(stage.lobby, `${stage.name} a story`);
    const draft = (await stage.hub.model.asked()).say('Once upon ');
    await until(() => stage.discord.said(stage.lobby).length === 1);
    stage.discord.faults.next('DELETE', /messages/, { kind: 'status', status: 503 }, { times: 4 });
    // What people stop is kept, with a word that says so.
    draft.fail();
    await until(
      () => !stage.discord.said(stage.lobby).some(({ content }) => content.includes('upon')),
      15_000,
    );
  });

  it('once comes in another form, whole', async () => {
    const stage = await open();
    stage.discord.faults.next('POST', /messages$/, refusal(400, 200000), { skip: 1 });
    stage.ask(story);
    await stage.delivered();
    const shown = stage.discord.said(stage.lobby).map(({ content }) => content);
    expect(shown.join(' ').replace(/\s+/g, ' ')).toBe(story);
  });

  it.each([
    ['AutoMod', refusal(400, 200000)],
    ['a missing permission', refusal(403, 50013)],
    ['too many edits', refusal(400, 30046)],
    ['an archived thread', refusal(400, 50083)],
  ])(
    'of a message that was shown while it was written, by %s, comes whole in a new one',
    async (_, fault) => {
      const stage = await open({ connector: { streaming: true } });
      stage.alice.say(stage.lobby, `${stage.name} a story`);
      const draft = (await stage.hub.model.asked()).say('Once upon ');
      await until(() => stage.discord.said(stage.lobby).length === 1);
      stage.discord.faults.next('PATCH', /messages/, fault, { times: 1000 });
      draft.end('a time.');
      await stage.delivered();
      expect(stage.discord.said(stage.lobby).map(({ content }) => content)).toEqual(['Once upon a time.']);
    },
  );

  it('once, while the answer to the new one is lost, leaves one message', async () => {
    const stage = await open({ connector: { streaming: true } });
    const { discord, hub, lobby } = stage;
    stage.alice.say(lobby, `${stage.name} a story`);
    const draft = (await hub.model.asked()).say('Once upon ');
    await until(() => discord.said(lobby).length === 1);
    discord.faults.next('PATCH', /messages/, refusal(403, 50013));
    discord.faults.next('POST', /messages$/, { kind: 'dropped', when: 'after' });
    discord.faults.next('DELETE', /messages/, { kind: 'dropped', when: 'after' });
    draft.end('a time.');
    await stage.delivered();
    expect(discord.faults.met).toBe(3);
    expect(discord.said(lobby).map(({ content }) => content)).toEqual(['Once upon a time.']);
  });

  it('whose words nobody may say takes its beginning back, and says so in one sentence', async () => {
    const stage = await open({ connector: { streaming: true } });
    stage.alice.say(stage.lobby, `${stage.name} a story`);
    const draft = (await stage.hub.model.asked()).say('Once upon ');
    await until(() => stage.discord.said(stage.lobby).length === 1);
    stage.lobby.forbidden = /upon/;
    draft.end('a time.');
    await stage.delivered();
    expect(stage.discord.said(stage.lobby).map(({ content }) => content)).toEqual([
      'Sorry, Discord does not let me show my answer here.',
    ]);
  });

  it('takes its beginning back also when Discord was away at that moment', async () => {
    const stage = await open({ connector: { streaming: true } });
    stage.alice.say(stage.lobby, `${stage.name} a story`);
    const draft = (await stage.hub.model.asked()).say('Once upon ');
    await until(() => stage.discord.said(stage.lobby).length === 1);
    stage.discord.faults.next('PATCH', /messages/, refusal(400, 200000), { times: 1000 });
    stage.discord.faults.next('DELETE', /messages/, { kind: 'status', status: 503 }, { times: 2 });
    draft.end('a time.');
    await stage.delivered();
    expect(stage.discord.said(stage.lobby).map(({ content }) => content)).toEqual(['Once upon a time.']);
  });
});
