import { describe, expect, it } from 'vitest';
import { scoreOf } from '../soak/answer.js';
import { soak } from '../soak/soak.js';

const none = { lost: 0, duplicates: 0, duplicatesExplained: 0, half: 0, outOfOrder: 0 };
const perfect = (sent: number) => ({ sent, answered: sent, ...none });

describe('Discord, Telegram, Slack and HTTP at once', () => {
  it('lose nothing, say nothing twice and keep their order while connections break and the hub is killed', async () => {
    let log = '';
    const { perConnector } = await soak({ messages: 50 }, (all) => {
      log = all;
    });
    expect(perConnector, log.slice(-4000)).toMatchObject({
      discord: perfect(50),
      telegram: perfect(50),
      slack: perfect(50),
      http: perfect(50),
    });
  }, 180_000);

  it('the same while they refuse, limit, lose answers and go away', async () => {
    let log = '';
    const trouble = { each: 8, awayMs: 6000 };
    const { perConnector } = await soak({ messages: 60, everyMs: 250, trouble }, (all) => {
      log = all;
    });
    for (const [name, score] of Object.entries(perConnector)) {
      const { duplicates, duplicatesExplained, refused, limited, lostAnswers, awaySeconds } = score;
      const about = `${name}: ${JSON.stringify(score)}\n${log.slice(-4000)}`;
      expect(score, about).toMatchObject({ answered: 60, lost: 0, half: 0, outOfOrder: 0 });
      expect(duplicates - duplicatesExplained, about).toBe(0);
      expect(Math.min(refused, limited, lostAnswers), about).toBeGreaterThan(3);
      expect(awaySeconds, about).toBeGreaterThanOrEqual(6);
    }
  }, 240_000);
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
      { ...perfect(3), answered: 2, lost: 1, half: 1 },
    ],
    [
      'a beginning that was left standing',
      [`Answer to ${sent[0]} begins. …`, answer(...sent)],
      { ...perfect(3), duplicates: 1, half: 1 },
    ],
    [
      'an answer that stands there twice, since its first request was lost',
      [answer(sent[0]!), answer(sent[0]!), answer(sent[1]!, sent[2]!)],
      { ...perfect(3), duplicates: 2, duplicatesExplained: 2 },
      [answer(sent[0]!)],
    ],
    [
      'one answered late',
      [answer(sent[1]!), answer(sent[0]!), answer(sent[2]!)],
      { ...perfect(3), outOfOrder: 1 },
    ],
  ] as [string, string[], object, string[]?][])('is %s', (_, shown, score, unsure) => {
    expect(scoreOf(sent, shown, unsure)).toEqual(score);
  });
});
