/** Rooms that people take over, on Slack with the real hub: what people see, and what the agent knows afterwards. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { HubRig } from './hub-rig.js';

let rig: HubRig;
/** The thread of a test; each has its own room. */
let threadTs = '';
let roomId = '';

async function api(method: 'GET' | 'POST', path: string, body?: object) {
  const res = await fetch(`${rig.hub.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${rig.hub.token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await res.json()) as Record<string, never>;
}
const on = (verb: string, body: object = {}) => api('POST', `/rooms/${roomId}/${verb}`, body);
const hold = () => api('GET', `/rooms/${roomId}/hold`);
const say = (text: string, user = 'U0ALICE') => rig.say(text, { threadTs, user });
const stored = async (text: string) =>
  until(async () => (await rig.hub.memories()).some(({ content }) => content.text.includes(text)));
const asked = () => rig.hub.model.asked();
const shown = () => rig.shown().slice(shownBefore);
let shownBefore = 0;

/** Alice asks in a thread of her own, and the model has begun to answer. */
async function begin(text: string) {
  shownBefore = rig.shown().length;
  const { message } = rig.say(`${rig.bot} ${text}`);
  threadTs = message.ts;
  const draft = await asked();
  roomId = (await rig.hub.memories()).find(({ content }) => content.text.includes(text))!.roomId;
  return draft;
}

beforeAll(async () => {
  rig = await HubRig.open({
    gate: { operators: ['U0BOB'] },
    // Else the model is asked for facts, too.
    character: { handover: { byHand: true, tool: true }, memory: { facts: { extract: 'off' } } },
  });
});
afterEach(async () => {
  rig.hub.model.answer = null;
  await on('hand-back');
});
afterAll(() => rig.close());

describe('a room that an operator takes over', () => {
  it('[governed.41] nothing of the agent arrives afterwards, and the draft is kept for the operator', async () => {
    const draft = (await begin('where is my parcel 41a?')).say('It is lost, I am afraid. ');
    await until(() => shown().some((text) => text.includes('It is lost')));
    expect(await on('take-over', { name: 'Kim' })).toMatchObject({ roomId, name: 'Kim' });
    draft.end('And that is all.');
    // What was shown of it is taken away.
    await until(() => shown().length === 0);
    await until(async () => (await hold()).drafts?.[0] !== undefined);
    expect((await hold()).drafts).toMatchObject([{ text: expect.stringContaining('It is lost') }]);
    await on('answer', { text: 'It is on its way.', name: 'Kim' });
    await until(() => shown().length === 1);
    expect(shown()).toEqual(['It is on its way.']);
  });

  it('[governed.41] nor does what lies undelivered, which then stands in no history', async () => {
    const draft = (await begin('where is my parcel 41d?')).say('It is lost, ');
    await until(() => shown().length === 1);
    const faults = ['chat.update', 'chat.stopStream', 'chat.postMessage'];
    for (const method of faults) rig.slack.faults.on(method, { status: 502, page: 'away', times: 1000 });
    const before = rig.hub.seen.deliveries.length;
    draft.end('for ever.');
    await until(() => rig.hub.seen.deliveries.length > before);
    await on('take-over');
    rig.slack.faults.clear();
    await on('answer', { text: 'It is on its way.' });
    await until(() => shown().join() === 'It is on its way.');
    expect((await hold()).drafts).toMatchObject([{ text: 'It is lost, for ever.' }]);
    const { messages } = await api('GET', `/rooms/${roomId}/messages`);
    expect(JSON.stringify(messages)).not.toContain('for ever');
  });

  it('paused, answered by a person, handed back: [governed.43] the agent knows what was said and that it is over', async () => {
    (await begin('can I have my money back 43?')).end('Let me see.');
    await until(() => shown().length === 1);
    await on('take-over', { name: 'Kim' });
    const requests = rig.hub.model.requests.length;
    await say('it was 500 in all').acked;
    await stored('it was 500 in all');
    await on('notes', { text: 'refund approved 500, by the book of the house', name: 'Kim' });
    await on('answer', { text: 'You will hear from us by Friday.', name: 'Kim' });
    await until(() => shown().length === 2);
    // Messages meanwhile make no turn, and notes neither.
    expect(rig.hub.model.requests).toHaveLength(requests);
    const { messages } = await api('GET', `/rooms/${roomId}/messages`);
    expect(messages).toMatchObject([
      {},
      { author: { bot: true } },
      { text: 'it was 500 in all', status: 'kept' },
      { text: 'You will hear from us by Friday.', role: 'assistant', author: { name: 'Kim' } },
    ]);
    expect(await on('hand-back')).toEqual({ handedBack: true });
    say('and when is that?');
    const draft = await asked();
    const { system, messages: line } = draft.request;
    const told = JSON.stringify(system);
    expect(told).toContain('handed back to you');
    expect(told).toContain('refund approved 500');
    const said = JSON.stringify(line);
    expect(said).toContain('it was 500 in all');
    expect(said).toContain('You will hear from us by Friday.');
    expect(said).toContain('Kim');
    // Never quoted, whatever the model does.
    draft.end('They say: refund approved 500, by the book of the house. By Friday.');
    await until(() => shown().length === 3);
    expect(shown()[2]).toContain('By Friday.');
    expect(rig.shown().join()).not.toContain('refund approved 500');
    // It was asked once: what was said while people had the room is not answered after all.
    expect(rig.hub.model.requests).toHaveLength(requests + 1);
  });

  it('[governed.43] a note while the agent is active starts no turn and is shown to nobody', async () => {
    (await begin('hello 43b')).end('Hello.');
    await until(() => shown().length === 1);
    const requests = rig.hub.model.requests.length;
    await on('notes', { text: 'they are a friend of the house' });
    expect((await api('GET', `/rooms/${roomId}/notes`)).notes).toMatchObject([
      { text: 'they are a friend of the house', by: 'token test' },
    ]);
    say('how are you?');
    const draft = await asked();
    expect(JSON.stringify(draft.request.system)).toContain('they are a friend of the house');
    draft.end('Well.');
    await until(() => shown().length === 2);
    expect(shown()).toEqual(['Hello.', 'Well.']);
    expect(rig.hub.model.requests).toHaveLength(requests + 1);
    const { messages } = await api('GET', `/rooms/${roomId}/messages`);
    expect(JSON.stringify(messages)).not.toContain('friend of the house');
  });

  it('[governed.42] an operator who writes there with Slack itself takes it over', async () => {
    const draft = (await begin('is it open today 42?')).say('I think ');
    await until(() => shown().length === 1);
    await say('Until six.', 'U0BOB').acked;
    await until(async () => (await hold()).hold !== null);
    draft.end('not.');
    await until(() => shown().length === 0);
    const requests = rig.hub.model.requests.length;
    await say('and tomorrow?').acked;
    await stored('and tomorrow?');
    expect((await hold()).hold).toMatchObject({ by: 'person U0BOB', until: expect.any(String) });
    // Commands are not talk: the operator hands back where they are.
    await say('/handback', 'U0BOB').acked;
    await until(async () => (await hold()).hold === null);
    say('so what about tomorrow?');
    const next = await asked();
    expect(next.asked).toContain('so what about tomorrow?');
    expect(JSON.stringify(next.request.messages)).toContain('Until six.');
    next.end('Open, too.');
    await until(() => shown().length === 1);
    expect(shown()).toEqual(['Open, too.']);
    expect(rig.hub.model.requests).toHaveLength(requests + 1);
  });

  it('[governed.42] an operator who names the agent talks with it, and other people take nothing over', async () => {
    (await begin('hello 42b')).end('Hello.');
    await until(() => shown().length === 1);
    say(`${rig.bot} and you?`, 'U0BOB');
    (await asked()).end('Well.');
    await until(() => shown().length === 2);
    say('I am Alice');
    (await asked()).end('I know.');
    await until(() => shown().length === 3);
    expect((await hold()).hold).toBeNull();
  });

  it('[governed.41] the agent that asks for people says one closing line', async () => {
    (await begin('I want a human 41b')).say('').act('hand_over', { reason: 'they want a person' }).end();
    (await asked()).end('A person will answer here.');
    await until(() => shown().length === 1);
    expect((await hold()).hold).toMatchObject({ by: 'agent', reason: 'they want a person' });
    const requests = rig.hub.model.requests.length;
    await say('hello? anybody 41b?').acked;
    await stored('hello? anybody 41b?');
    await on('answer', { text: 'Here I am.', name: 'Kim' });
    await until(() => shown().length === 2);
    expect(shown()).toEqual(['A person will answer here.', 'Here I am.']);
    expect(rig.hub.model.requests).toHaveLength(requests);
  });

  it('[governed.41] an operator who takes over while that line is written has the last word', async () => {
    (await begin('a human, please 41c')).act('hand_over', { reason: 'they want a person' }).end();
    const draft = (await asked()).say('A person ');
    await until(() => shown().length === 1);
    await on('take-over');
    draft.end('will answer here.');
    await until(() => shown().length === 0);
    await on('answer', { text: 'Here I am.' });
    await until(() => shown().length === 1);
    expect(shown()).toEqual(['Here I am.']);
  });
});
