import { describe, expect, it } from 'vitest';
import { scoreOf } from '../soak/answer.js';
import { soak } from '../soak/soak.js';

const perfect = (sent: number) => ({ sent, answered: sent, lost: 0, duplicates: 0, outOfOrder: 0 });

describe('Discord, Telegram, Slack and HTTP at once', () => {
  it('lose nothing, say nothing twice and keep their order while connections break and the hub is killed', async () => {
    let log = '';
    const { perConnector } = await soak({ messages: 50 }, (all) => {
      log = all;
    });
    expect(perConnector, log.slice(-4000)).toEqual({
      discord: perfect(50),
      telegram: perfect(50),
      slack: perfect(50),
      http: perfect(50),
    });
  }, 180_000);
});

describe('what a soak finds in a room', () => {
  const sent = ['tel-0-0000', 'tel-0-0001', 'tel-0-0002'];
  const answer = (...names: string[]) =>
    `Answer to ${names.join(' ')} begins.\n\n…\n\nHere ends ${names.at(-1)}.`;

  it.each([
    ['each answered', sent.map((name) => answer(name)), perfect(3)],
    ['a burst answered at once', [answer(sent[0]!), answer(sent[1]!, sent[2]!)], perfect(3)],
    [
      'a long answer in two messages',
      [answer(sent[0]!, sent[1]!), `Answer to ${sent[2]} begins.`, `Here ends ${sent[2]}.`],
      perfect(3),
    ],
    ['one not answered', [answer(sent[0]!), answer(sent[2]!)], { ...perfect(3), answered: 2, lost: 1 }],
    [
      'one whose end is missing',
      [answer(sent[0]!), answer(sent[1]!), `Answer to ${sent[2]} begins.`],
      { ...perfect(3), answered: 2, lost: 1 },
    ],
    [
      'a beginning that was left standing',
      [`Answer to ${sent[0]} begins. …`, answer(...sent)],
      { ...perfect(3), duplicates: 1 },
    ],
    [
      'one answered late',
      [answer(sent[1]!), answer(sent[0]!), answer(sent[2]!)],
      { ...perfect(3), outOfOrder: 1 },
    ],
  ])('is %s', (_, shown, score) => {
    expect(scoreOf(sent, shown)).toEqual(score);
  });
});
