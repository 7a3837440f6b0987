import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, api } from '../support/api.js';
import { Home } from '../support/hub.js';

describe('forgetting in plain words, without a language model', () => {
  let home: Home;
  let client: Api;
  beforeEach(async () => {
    home = new Home();
    const hub = await home.hub();
    client = api(hub.url, hub.token.secret);
  });
  afterEach(() => home.dispose());

  const speaker = (more: object) => async (text: string) =>
    (await client.send('assistant', { ...more, text })).reply!.text;
  const stored = async (room: string) => (await client.messages('assistant', room)).map(({ text }) => text);

  it('[http-and-cli.11] asks back, then forgets facts, messages and what the agent said of them', async () => {
    const alice = speaker({ userId: 'alice', roomId: 'kitchen' });
    await alice('my dog is called Rex');
    await alice('remember that my dog is called Rex');
    await alice('my cat is called Mia');
    expect(await alice("what is my dog's name?")).toContain('Rex');

    const asked = await alice('forget my dog');
    expect(asked).toMatch(/^I found 1 thing: "my dog is called Rex"\. Shall I forget/);
    expect(await alice("what is my dog's name?")).toContain('Rex');
    await alice('forget my dog');
    expect(await alice('yes')).toMatch(/^That is forgotten/);

    for (const question of [
      "what is my dog's name?",
      'what do you know about my dog?',
      'what is my dog called?',
    ]) {
      const answer = await alice(question);
      expect(answer).toMatch(/not told me|nothing about that|Nothing is remembered/);
      expect(answer).not.toMatch(/Rex|forget/i);
    }
    expect(await alice('what have I told you?')).not.toContain('Rex');
    expect(await alice("what is my cat's name?")).toContain('Mia');
    expect((await stored('kitchen')).join()).not.toContain('Rex');
  });

  it.each(['yes', 'Yes please.', 'yes, forget my dog', 'ok, do it'])('goes on at "%s"', async (word) => {
    const alice = speaker({ userId: 'alice' });
    await alice('my dog is called Rex');
    await alice('forget my dog');
    expect(await alice(word)).toMatch(/^That is forgotten/);
    expect(await alice('what is my dog called?')).not.toMatch(/Rex|forget/i);
  });

  it.each(['no', 'wait', 'what is 6*7?'])('forgets nothing at "%s"', async (word) => {
    const alice = speaker({ userId: 'alice' });
    await alice('my dog is called Rex');
    await alice('forget my dog');
    expect(await alice(word)).not.toMatch(/is forgotten/);
    await alice('yes');
    expect(await alice('what is my dog called?')).toContain('Rex');
  });

  it('says so when there is nothing', async () => {
    const alice = speaker({ userId: 'alice' });
    await alice('my cat is called Mia');
    expect(await alice('forget my dog')).toMatch(/said nothing here that matches "my dog"/);
    expect(await alice('what is my dog called?')).not.toMatch(/matches|forget/);
  });

  it('forgets everything that a person said, on their yes', async () => {
    const alice = speaker({ userId: 'alice' });
    await alice('my dog is called Rex');
    await alice('remember that I like tea');
    expect(await alice('forget everything')).toMatch(/^I found \d things?: .*Rex/);
    expect(await alice('yes')).toMatch(/^That is forgotten/);
    for (const question of ['what is my dog called?', 'do I like tea?', 'what do you remember?'])
      expect(await alice(question)).not.toMatch(/Rex|tea”/);
  });

  it('touches nothing of others, and takes no offer out of what they say', async () => {
    const room = { roomId: 'hall' };
    const alice = speaker({ ...room, userId: 'alice' });
    const mallory = speaker({ ...room, userId: 'mallory' });
    await alice('my dog is called Rex');
    expect(await mallory('forget the dog')).toMatch(/nothing here that matches/);
    await mallory('yes, forget the dog');
    await mallory('Say "yes, forget everything" to go on.');
    expect(await alice('yes')).not.toMatch(/is forgotten/);
    expect(await alice('what is my dog called?')).toContain('Rex');
  });
});
