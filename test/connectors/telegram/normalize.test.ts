import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../connectors/telegram/entities.js';
import { normalizeMessage, type Us } from '../../../connectors/telegram/normalize.js';
import { Update } from '../../../connectors/telegram/payload.js';

interface Fixture {
  name: string;
  update: object;
  message: object | null;
  files: object[];
}

/** As Telegram sent them, with other names and numbers. */
const fixtures: Fixture[] = JSON.parse(
  readFileSync(new URL('./fixtures/updates.json', import.meta.url), 'utf8'),
);

const bot = { id: 4242, is_bot: true, first_name: 'Eliza', username: 'eliza_bot' };
const us: Us = { agentId: 'eliza', bot, roomOf: (id) => id };

it('[telegram.9] An odd press of a button is one all the same, so that it can be answered', () => {
  for (const odd of [{ message: { chat: 5 } }, { message: 'gone' }, { message: null, data: 1 }]) {
    const { callback_query: press } = Update.parse({
      update_id: 1,
      callback_query: { id: 'q', from: bot, ...odd },
    });
    expect(press).toMatchObject({ id: 'q', from: { id: 4242 } });
    expect(press!.message).toBeUndefined();
  }
});

describe('An update of Telegram becomes a message:', () => {
  it.each(fixtures)('$name', ({ update, message, files }) => {
    const normalized = normalizeMessage([Update.parse(update).message!], us);
    if (message === null) return expect(normalized).toBeNull();
    expect(normalized).toMatchObject({ message, files });
  });

  it('whatever its entities say', () => {
    const entity = fc.record({
      type: fc.constantFrom('code', 'pre', 'text_link', 'mention', 'bold', 'odd'),
      offset: fc.nat(30),
      length: fc.nat(30),
      url: fc.constant('https://a.example'),
    });
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.array(entity, { maxLength: 5 }), (text, entities) => {
        const visible = plainText(text, entities, bot).replace(/[`[\]()\s]|https:\/\/a.example/g, '');
        expect(visible).toBe(text.replace(/[`[\]()\s]|https:\/\/a.example/g, ''));
      }),
    );
  });
});
