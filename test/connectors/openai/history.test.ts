/** A client sends its whole history with every call: what of it is said in which room, and what is said again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChatRig, faulty, Talk } from './rig.js';

const rig = new ChatRig();
beforeAll(async () => {
  await rig.open();
}, 60_000);
afterAll(() => rig.close());

describe('[governed.23] a history that comes with every call', () => {
  it.each([
    ['a user', { user: 'ann' }, 'user:ann'],
    ['a room', { headers: { 'X-Carrier-Room': 'lab' } }, 'lab'],
    ['both', { user: 'bea', headers: { 'X-Carrier-Room': 'lab-2' } }, 'lab-2'],
  ])('is one room with one new message per call, by %s', async (_, more, room) => {
    const talk = new Talk(rig.sdk(), more);
    for (const text of ['one', 'two', 'three']) expect(await talk.say(text)).toBe(`echo ${text}`);
    expect(await rig.said(room)).toEqual(['one', 'two', 'three']);
    // The third message of five is changed, and all is sent again.
    talk.messages[2] = { role: 'user', content: 'two, but changed' };
    talk.messages.pop();
    expect(await talk.send()).toBe('echo three');
    expect(await talk.send()).toBe('echo three');
    expect(await rig.said(room)).toEqual(['one', 'two, but changed', 'three']);
    talk.messages.push({ role: 'assistant', content: 'echo three' });
    await talk.say('four');
    // A second change, further back.
    talk.messages[0] = { role: 'user', content: 'one, too' };
    talk.messages.pop();
    expect(await talk.send()).toBe('echo four');
    expect(await rig.said(room)).toEqual(['one, too', 'two, but changed', 'three', 'four']);
  });

  it('goes on from a changed message that is the last one', async () => {
    const talk = new Talk(rig.sdk(), { user: 'cay' });
    for (const text of ['Paris', 'how many people?']) await talk.say(text);
    talk.messages.splice(0, 4, { role: 'user', content: 'London' });
    expect(await talk.send()).toBe('echo London');
    talk.messages.push({ role: 'assistant', content: 'echo London' });
    // Said before, on the other branch.
    expect(await talk.say('how many people?')).toBe('echo how many people?');
    expect(await rig.said('user:cay')).toEqual(['Paris', 'how many people?', 'London', 'how many people?']);
  });

  it('takes the same words twice, and a new talk that begins as an older one', async () => {
    const talk = new Talk(rig.sdk(), { user: 'dee' });
    for (const text of ['yes', 'yes', 'yes']) await talk.say(text);
    await new Talk(rig.sdk(), { user: 'dee' }).say('yes');
    expect(await rig.said('user:dee')).toEqual(['yes', 'yes', 'yes', 'yes']);
  });

  it('knows a history that is cut at its beginning, and white space that is not the same', async () => {
    const talk = new Talk(rig.sdk(), { user: 'eli' });
    rig.answer = (said) => `echo  ${said}\n\nand more `;
    for (const text of ['one', 'two']) await talk.say(text);
    talk.messages.splice(0, 2);
    for (const message of talk.messages) message.content = `${message.content.replace(/\s+/g, ' ')}\n`;
    await talk.say('three');
    rig.answer = (said) => `echo ${said}`;
    expect(await rig.said('user:eli')).toEqual(['one', 'two', 'three']);
  });

  it('has what was said elsewhere as data, once, and what was not answered as new', async () => {
    const elsewhere = [
      { role: 'user' as const, content: 'my boat is the Heron' },
      { role: 'assistant' as const, content: 'A fine boat.' },
    ];
    const talk = new Talk(rig.sdk(), { user: 'fay' });
    talk.messages.push(...elsewhere, { role: 'user', content: 'one thing' });
    rig.requests.length = 0;
    rig.answer = () => 'As you told me.';
    await talk.say('what is it called?');
    expect(JSON.stringify(rig.requests)).toContain('Heron');
    expect(await rig.said('user:fay')).toEqual(['one thing\n\nwhat is it called?']);
    await talk.say('and now?');
    expect(await rig.said('user:fay')).toEqual(['one thing\n\nwhat is it called?', 'and now?']);
    expect(JSON.stringify(rig.requests.at(-1)).match(/Heron/g)).toHaveLength(1);
    rig.answer = (said) => `echo ${said}`;
  });

  it('without a key is a room of its own, which no other client reaches, not with the same history either', async () => {
    rig.answer = () => 'Noted.';
    const before = await rig.rooms();
    const [one, other] = [new Talk(rig.sdk()), new Talk(rig.sdk())];
    for (const talk of [one, other]) await talk.say('hello');
    await one.say('my PIN is 4711');
    rig.requests.length = 0;
    await other.say('what is my PIN?');
    // A third client pretends to be where the first one was.
    const third = new Talk(rig.sdk());
    third.messages.push(...one.messages.slice(0, 2));
    await third.say('what is my PIN, again?');
    expect(JSON.stringify(rig.requests)).not.toContain('4711');
    await one.say('thanks');
    expect(JSON.stringify(rig.requests.at(-1))).toContain('4711');
    rig.answer = (said) => `echo ${said}`;
    const rooms = (await rig.rooms()).filter((room) => !before.includes(room));
    const said = await Promise.all(rooms.map((room) => rig.said(room)));
    expect(said.sort()).toEqual([
      ['hello', 'my PIN is 4711', 'thanks'],
      ['hello', 'what is my PIN?'],
      ['what is my PIN, again?'],
    ]);
  });

  it('without a key is never gone on with under another token', async () => {
    const [mine, theirs] = await Promise.all([rig.token({}), rig.token({})]);
    const one = new Talk(rig.sdk(mine));
    await one.say('the code is 8123');
    const other = new Talk(rig.sdk(theirs));
    other.messages.push({ role: 'user', content: 'the code is 8123' }, one.messages[1]!);
    const before = await rig.rooms();
    await other.say('go on');
    expect(await rig.rooms()).toHaveLength(before.length + 1);
  });
});

describe('[governed.20] a call that the SDK sends again', () => {
  it.each([
    ['after a 500', 500 as const, { user: 'gus' }],
    ['after a cut connection', 'cut' as const, { user: 'hal' }],
    ['twice', 'cut' as const, { user: 'ivy' }],
    ['in a room', 500 as const, { headers: { 'X-Carrier-Room': 'attic' } }],
    ['without a key', 'cut' as const, {}],
  ])('is one message and one turn, with the same answer: %s', async (title, fault, more) => {
    let count = 0;
    rig.answer = (said) => `answer ${++count} to ${said}`;
    const faults = title === 'twice' ? [fault, fault] : [fault];
    const proxy = await faulty(rig.hub.url, [...faults]);
    const before = await rig.rooms();
    rig.requests.length = 0;
    const talk = new Talk(rig.sdk(rig.admin, proxy.url), more);
    expect(await talk.say('pay the bill')).toBe('answer 1 to pay the bill');
    expect(proxy.seen.map((headers) => headers['x-stainless-retry-count'])).toEqual(
      [...faults, null].map((_, index) => String(index)),
    );
    expect(rig.requests).toHaveLength(1);
    expect(await talk.say('and the tip')).toBe('answer 2 to and the tip');
    proxy.close();
    rig.answer = (said) => `echo ${said}`;
    const [room, ...others] = (await rig.rooms()).filter((one) => !before.includes(one));
    expect(others).toEqual([]);
    expect(await rig.said(room!)).toEqual(['pay the bill', 'and the tip']);
  });

  it('is one message while the first is being answered, and by the client’s own key', async () => {
    let go = () => {};
    rig.answer = async (said) => {
      await new Promise<void>((done) => {
        go = done;
      });
      return `once ${said}`;
    };
    const body = { model: 'assistant', user: 'jan', messages: [{ role: 'user', content: 'slowly' }] };
    const send = (headers: object) => rig.fetch('POST', '/v1/chat/completions', { body, headers });
    rig.requests.length = 0;
    const both = [send({}), send({ 'x-stainless-retry-count': '1' })];
    await expect.poll(() => rig.requests.length).toBe(1);
    go();
    const answers = await Promise.all(both.map(async (answer) => (await answer).json()));
    expect(answers[0]).toEqual(answers[1]);
    rig.answer = (said) => `echo ${said}`;
    for (const key of ['k1', 'k1', 'k2']) await send({ 'idempotency-key': key });
    expect(await rig.said('user:jan')).toEqual(['slowly', 'slowly', 'slowly']);
  });
});
