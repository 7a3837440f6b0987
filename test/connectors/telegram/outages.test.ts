/** Telegram refuses, hangs up and goes away while replies are on their way: what people see when it is back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from './rig.js';

describe('While Telegram is away,', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await startRig();
  });

  afterEach(() => rig.close());

  const long = Array.from({ length: 600 }, (_, n) => `Sentence ${n}.`).join(' ');
  const whole = (text: string) => rig.said(() => rig.texts().join(' ') === text);
  const away = 2500;

  it.each([
    ['answers 502', { status: 502, forMs: away }],
    ['answers 502 with a page', { status: 502, page: '<html>502 Bad Gateway</html>', forMs: away }],
    ['resets connections', { drop: 'before', forMs: away } as const],
    ['asks to slow down six times', { status: 429, retryAfter: 1, times: 6 }],
  ])('[delivery.2] a reply in parts waits where it %s, and comes once, in order', async (_, fault) => {
    rig.hub.model.answer = long;
    rig.server.fail({ method: 'sendMessage', ...fault });
    rig.ask('all of it');
    await whole(long);
    expect(rig.texts().length).toBeGreaterThan(1);
  });

  it('[delivery.2] a reply goes on with the part that was refused', async () => {
    rig.hub.model.answer = long;
    rig.server.fail({ method: 'sendMessage', delayMs: 1 });
    rig.server.fail({ method: 'sendMessage', status: 502, forMs: away });
    rig.ask('all of it');
    await whole(long);
  });

  it('[delivery.2] replies of one chat keep their order', async () => {
    rig.hub.model.answer = ({ messages }) => `answer to ${messages.at(-1)!.text}`;
    rig.server.fail({ method: 'sendMessage', drop: 'before', forMs: away });
    for (const text of ['one', 'two', 'three']) {
      rig.ask(text);
      await rig.taken();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await rig.said((all) => all.length >= 1);
    await rig.said(() => /three/.test(rig.texts().join()));
    const told = rig.texts().join('\n');
    expect(told.indexOf('one')).toBeLessThan(told.indexOf('three'));
  });
});

describe('A reply that was shown while it was written', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await startRig({ streaming: true });
  });

  afterEach(() => rig.close());

  /** The beginning of the answer is shown; the test goes on from there. */
  const begun = async () => {
    rig.ask('tell me');
    const draft = (await rig.hub.model.asked()).say('word0 word1');
    await rig.said((all) => all.length === 1);
    return draft;
  };

  it.each([
    ['502', { status: 502, forMs: 2500 }],
    ['an answer that is lost', { drop: 'after' } as const],
    ['a page that says 403', { status: 403, page: '<html></html>', times: 3 }],
    ['too many requests', { status: 429, retryAfter: 1, times: 2 }],
  ])('[delivery.3] is whole in the end, its last edit met by %s', async (_, fault) => {
    const draft = await begun();
    rig.server.fail({ method: 'editMessageText', ...fault });
    draft.end(' word2.');
    await rig.said(() => rig.texts().join() === 'word0 word1 word2.');
  });

  it.each(["message can't be edited", 'message to edit not found', 'MESSAGE_ID_INVALID', 'SOMETHING_NEW'])(
    '[delivery.3] is sent anew, the half one gone, where Telegram says "%s"',
    async (problem) => {
      const draft = await begun();
      const description = `Bad Request: ${problem}`;
      rig.server.fail({ method: 'editMessageText', status: 400, description, times: 3 });
      draft.end(' word2.');
      await rig.said(() => rig.texts().join() === 'word0 word1 word2.');
      expect(rig.server.said(rig.chat)[0]!.edits).toBeUndefined();
    },
  );

  it('[delivery.3] leaves no half one behind where that cannot be deleted at once', async () => {
    const draft = await begun();
    const description = "Bad Request: message can't be edited";
    rig.server.fail({ method: 'editMessageText', status: 400, description, times: 20 });
    rig.server.fail({ method: 'deleteMessage', status: 502, times: 3 });
    draft.end(' word2.');
    await rig.said(() => rig.texts().join() === 'word0 word1 word2.');
  });

  it('[delivery.3] keeps its words where only its last markup is refused', async () => {
    const draft = await begun();
    const description = "Bad Request: can't parse entities: no idea";
    rig.server.fail({ method: 'editMessageText', status: 400, description });
    draft.end(' **word2**.');
    const [message] = await rig.said(() => rig.texts().join() === 'word0 word1 word2.');
    expect(message!.message_id).toBe(2);
  });
});
