import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, api } from '../support/api.js';
import { Home } from '../support/hub.js';

describe('what goes was shown before', () => {
  let home: Home;
  let client: Api;
  beforeEach(async () => {
    home = new Home();
    const hub = await home.hub();
    client = api(hub.url, hub.token.secret);
  });
  afterEach(() => home.dispose());

  it('[http-and-cli.11] and what only shares another name with it stays', async () => {
    const say = async (text: string) =>
      (await client.send('assistant', { userId: 'alice', roomId: 'hall', text })).reply!.text;
    await say('yesterday we met Anna in Berlin');
    await say('we live in Berlin near the river');
    await say('the rent in Berlin is 900 euros');
    const asked = await say('forget Anna');
    expect(await say('yes')).toMatch(/^That is forgotten/);
    const left = (await client.messages('assistant', 'hall')).map(({ text }) => text).join('\n');
    expect(left).not.toContain('Anna');
    expect(asked).not.toContain('live in Berlin');
    expect(left).toContain('live in Berlin');
    expect(left).toContain('rent in Berlin');
  });
});
