/** What is said first, what is said later, and what holds then: the first is past. */
import { describe, expect, it } from 'vitest';
import { told } from './scene.js';

const changes: [before: string, later: string, holds: string][] = [
  ['I work as a teacher in Bristol', "I've left teaching, I'm a gardener now", "I'm a gardener now."],
  ['I drive a red Golf', 'Sold the Golf yesterday', ''],
  ['I drive a Volvo', 'Traded the Volvo in for an e-bike', 'I traded the Volvo in for an e-bike.'],
  ['I have a car', "I don't have a car any more", ''],
  ['My boyfriend is called Tom', 'Tom and I split up', ''],
  ["I'm married to Eva", 'Eva and I got divorced in spring', "I'm divorced now."],
  ["I'm single", "I'm engaged now!", "I'm engaged now."],
  ['My phone number is 555-0134', "I've got a new number: 555-0199", "I've got a new number: 555-0199."],
  ['My number is 555-0134', 'My new phone number is 555-0199', 'My new phone number is 555-0199.'],
  ["I'm vegetarian", 'I eat meat again', 'I eat meat again.'],
  ["I'm vegan", "I'm no longer vegan", ''],
  ['I smoke', 'I quit smoking in March', ''],
  ['I smoke a pack a day', "I haven't smoked since January", ''],
  ['I love coffee', "I can't stand coffee these days", "I can't stand coffee these days."],
  ['I drink coffee every morning', "I've given up coffee", ''],
  ['I live in Leeds', "I've moved, I'm in York now", 'I live in York now.'],
  ['I live in Leeds', "We moved house last week. It's York now.", 'I live in York now.'],
  ['My office is in Paris', 'My office is in Lyon now', 'My office is in Lyon now.'],
  ['I work at Globex', 'Today was my last day at Globex', ''],
  ['I work for Globex', "I've been at Initech since October", "I've been at Initech since October."],
  ['I work at Globex', 'Globex fired me', ''],
  ['Our team uses Jira', 'We moved from Jira to Linear', 'We moved from Jira to Linear.'],
  ['We use Jira', "We've replaced Jira with Linear", "We've replaced Jira with Linear."],
  ['I have a cat named Miso', 'My cat passed away', ''],
  [
    'My favourite colour is green',
    "My favourite colour used to be green, now it's orange",
    'My favourite colour is orange now.',
  ],
  ['My favourite film is Alien', 'My favourite film is now Heat', 'My favourite film is now Heat.'],
  ['I play in a band called Noise', 'I left the band', ''],
  ['I play the cello', "I don't play the cello any more", ''],
  ['I go running every morning', 'I stopped running because of my knee', ''],
  ["I'm a member of the chess club", 'I left the chess club', ''],
  ['I study law in Graz', 'I dropped out of law school', ''],
  ["I'm 41", 'I turned 42 yesterday', 'I turned 42 yesterday (2026-11-27).'],
  [
    'My daughter is 5',
    'My daughter turned 6 last week',
    'My daughter turned 6 last week (2026-11-16 to 2026-11-22).',
  ],
  ['My boss is Maria', 'My new boss is Karl', 'My new boss is Karl.'],
  ['My boss is Maria', 'Maria is no longer my boss', ''],
  ['I take the train to work', 'I no longer take the train, I drive', 'I drive.'],
  ["I'm learning Spanish", 'I gave up on Spanish', ''],
  ["I'm allergic to cats", "Turns out I'm not allergic to cats after all", ''],
  ['I have two kids', 'We have three kids now', 'We have three kids now.'],
  ['I hate olives', 'I actually like olives now', 'I actually like olives now.'],
  ["I don't like cheese", 'I love cheese now', 'I love cheese now.'],
  ['I never eat breakfast', 'I eat breakfast every day now', 'I eat breakfast every day now.'],
  ["I'm a night owl", 'I used to be a night owl, now I get up at 5', ''],
  ['Call me Bob', 'Please call me Robert from now on', 'Please call me Robert from now on.'],
  [
    'My name is Anna Smith',
    'I got married, my name is Anna Jones now',
    'I got married. My name is Anna Jones now.',
  ],
  ['I pay 800 euros rent', 'My rent went up to 900 euros', 'My rent went up to 900 euros.'],
  ['I earn 3,000 a month', 'I earn 3,500 a month now', 'I earn 3,500 a month now.'],
  ['I use an iPhone', 'I switched from iPhone to Android', 'I switched from iPhone to Android.'],
  ['My laptop is a ThinkPad', 'I replaced my laptop with a MacBook', 'I replaced my laptop with a MacBook.'],
  ['I have a Netflix subscription', 'I cancelled my Netflix subscription', ''],
  ["I'm unemployed", 'I found a job at Aldi', 'I found a job at Aldi.'],
  ["I'm a student", 'I graduated last month', ''],
  ['I wear glasses', "I don't wear glasses any more since my surgery", ''],
  ['I support Arsenal', "I'm a Chelsea fan now", "I'm a Chelsea fan now."],
  ['I own a boat', 'We sold the boat', ''],
  ['I have a garden', 'I gave my garden away', ''],
  ['I live in Oslo', 'I used to live in Oslo', ''],
  ['I live in Oslo', "I've never lived in Oslo", ''],
  ['I live in Oslo', 'Sorry, not Oslo, Bergen', 'Not Oslo, Bergen.'],
  ['I live in Oslo', "That's wrong, I live in Bergen", 'I live in Bergen.'],
];

describe('what changed', () => {
  it.each(changes)('%s / %s', (before, later, holds) => {
    const first = told(before);
    const { holds: now, past, disputed } = told(before, later);
    expect(now.join(' ')).toBe(holds);
    expect(past).toEqual(expect.arrayContaining(first.holds.slice(0, 1)));
    expect(disputed).toEqual([]);
  });
});
