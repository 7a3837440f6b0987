import { describe, expect, it } from 'vitest';
import { questionsOf } from '../../src/memory/questions.js';
import { message } from '../contract/store.js';

const ann = { id: 'ann' };
const said = (text: string, author = ann) => message({ text, author });
const agent = (text: string) => message({ text, role: 'assistant', author: { id: 'ada' } });
const asked = (text: string, ...before: ReturnType<typeof said>[]) => questionsOf([said(text)], before);

describe('what a turn looks for', () => {
  it('[memory.11] is each message of a burst, and each question of a message with what stands before it', () => {
    expect(questionsOf([said('where is Ana?'), said('when is lunch?')], [])).toEqual([
      'where is Ana?',
      'when is lunch?',
    ]);
    expect(asked('I lost my keys. Where are the keys? When does Bob leave?')).toEqual([
      'I lost my keys. Where are the keys?',
      'When does Bob leave?',
    ]);
    expect(asked('see https://example.com/?a=b for the menu')).toEqual([
      'see https://example.com/?a=b for the menu',
    ]);
    expect(
      questionsOf(
        Array.from({ length: 20 }, (_, i) => said(`question number ${i}?`)),
        [],
      ),
    ).toHaveLength(8);
  });

  it.each(['and in Austria?', 'What about Austria?', 'und in Österreich?'])(
    '[knowledge.27] carries the subject of the turn before into %j',
    (text) => {
      const [question, ...others] = asked(text, said('How many holidays do I have?'), agent('30.'));
      expect(question).toContain('How many holidays do I have?');
      expect(question).toContain(text);
      expect(others).toEqual([]);
    },
  );

  it('[knowledge.27] goes back to what stands by itself, of the same person', () => {
    const before = [
      said('How many holidays do I have?'),
      agent('30.'),
      said('and in Austria?'),
      agent('25.'),
    ];
    expect(asked('and in Spain?', ...before, said('lunch?', { id: 'bob' }))[0]).toContain('holidays');
  });

  it.each(['In Austria?', 'for part-timers?', 'オーストリアでは？', '那奥地利呢？'])(
    '[knowledge.27] looks for %j also with the subject of the turn before',
    (text) => {
      const questions = asked(text, said('How many holidays do I have?'), agent('30.'));
      expect(questions).toContain(text);
      expect(questions.join()).toContain('holidays');
    },
  );

  it.each(['I can tell you more about parental leave.', 'More about parental leave? Just say so.'])(
    '[knowledge.27] carries the offer into "yes", whatever it ends with: %j',
    (offer) => {
      const before = [said('How many holidays do I have?'), agent(`You have 30. ${offer}`)];
      expect(asked('yes', ...before).join()).toContain('parental leave');
    },
  );

  it.each([
    ...['yes', 'Yes, please!', 'ok', 'tell me more', 'ja bitte', 'sure, go ahead', 'yes please tell me'],
    ...['absolutely', '👍', 'да', 'はい', 'sí, por favor', '好的'],
  ])('[knowledge.27] carries the offer into %j', (text) => {
    const before = [
      said('How many holidays do I have?'),
      agent('You have 30. Do you want to know more about parental leave?'),
    ];
    expect(asked(text, ...before).join()).toContain('parental leave');
  });

  it('is the text alone where it stands by itself', () => {
    const before = [said('How many holidays do I have?'), agent('30.')];
    expect(asked('umbrella', ...before)).toEqual(['umbrella']);
    expect(asked('Where does Marcus live with his family in Lisbon?', ...before)).toHaveLength(1);
    expect(asked('yes')).toEqual(['yes']);
    expect(asked('')).toEqual([]);
  });
});
