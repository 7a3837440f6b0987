import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, api } from '../support/api.js';
import { Home } from '../support/hub.js';

describe('what was said long ago', () => {
  let home: Home;
  beforeEach(() => {
    home = new Home();
  });
  afterEach(() => home.dispose());

  const start = async (embedder: string): Promise<Api> => {
    const hub = await home.hub({}, { CARRIER_EMBEDDER: embedder });
    return api(hub.url, hub.token.secret);
  };

  for (const embedder of ['none', 'offline']) {
    it(`is quoted when asked for, to its own people only (embedder: ${embedder})`, async () => {
      const client = await start(embedder);
      const alice = { userId: 'alice', roomId: 'kitchen' };
      const bob = { userId: 'bob', roomId: 'garage' };
      await client.send('assistant', { ...alice, text: 'my dog is called Biscuit' });
      for (let i = 0; i < 30; i++)
        await client.send('assistant', { ...alice, text: smallTalk[i % smallTalk.length]! });
      for (let i = 0; i < 3; i++) await client.send('assistant', { ...bob, text: smallTalk[i]! });

      const question = "what is my dog's name?";
      expect((await client.send('assistant', { ...alice, text: question })).reply!.text).toContain('Biscuit');
      expect((await client.send('assistant', { ...bob, text: question })).reply!.text).not.toContain(
        'Biscuit',
      );
      expect((await client.send('assistant', { userId: 'carol', text: question })).reply!.text).not.toContain(
        'Biscuit',
      );
    });
  }

  it('follows a person through restarts', async () => {
    const first = await home.hub();
    await api(first.url, first.token.secret).send('assistant', {
      userId: 'alice',
      text: 'my sister is called Ana',
    });
    await first.stop();
    const client = await start('none');
    const { reply } = await client.send('assistant', { userId: 'alice', text: "what is my sister's name?" });
    expect(reply!.text).toContain('Ana');
  });
});

const smallTalk = [
  'I had soup for lunch today',
  'the train was late again this morning',
  'we are painting the fence at the weekend',
  'my bicycle has a flat tyre',
  'it rained for most of the afternoon',
  'the library closes early on Fridays',
];
