/** Replies that show nothing, and replies that take long, on the real hub. */
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { hubStages } from './hub-stage.js';

const open = hubStages();

describe('[delivery.15] an answer that shows nothing', () => {
  it.each(['<!-- x -->', '&nbsp;\u200b', '```js\n```'])(
    'is asked for again, and a plain sentence stands for it in the end: %j',
    async (answer) => {
      const stage = await open({ settings: { CARRIER_TURN_ATTEMPTS: '2' } });
      stage.ask(answer);
      await until(() => stage.discord.said(stage.lobby).length > 0, 50_000);
      const [sentence] = await stage.said();
      expect(sentence).toMatch(/\w+ \w+/);
      expect(sentence).not.toContain(answer);
      expect(stage.hub.model.requests.length).toBeGreaterThan(1);
    },
  );

  it('says what it says without halves of characters', async () => {
    const stage = await open();
    stage.ask('a\ud83d b \udc4d');
    expect(await stage.said()).toEqual(['a b']);
  });
});

describe('[security.14] a reply of 16,000 characters that takes long', () => {
  it.each(['`a'])('of %j arrives, and so does the answer to somebody else meanwhile', async (piece) => {
    const stage = await open();
    const long = piece.repeat(16_000 / piece.length);
    const other = stage.discord.addChannel(stage.guild, 'other');
    stage.ask(long);
    await until(() => stage.hub.model.requests.length > 0);
    stage.hub.model.answer = 'Quick.';
    stage.bob.say(other, `${stage.name} and me?`);
    expect(await stage.said(other)).toEqual(['Quick.']);
    await until(() => stage.hub.seen.deliveries.filter(({ error }) => !error).length >= 2, 50_000);
    const said = stage.discord.said(stage.lobby);
    expect(said.length).toBeGreaterThan(0);
    for (const { content } of said) expect(content.length).toBeLessThanOrEqual(2000);
  });
});
