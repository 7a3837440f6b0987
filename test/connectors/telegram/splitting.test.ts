/** Replies with more in them than one message of Telegram holds: all of it is shown, and formatted. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { type Rig, startRig } from './rig.js';

describe('A long reply with much in it', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await startRig();
  });

  afterEach(() => rig.close());

  const link = (n: number, length: number) => `[link ${n}](https://a.example/${'x'.repeat(length)}${n})`;

  it.each([
    ['40 links of 220 characters', 40, 200],
    ['60 links of 1.5 kB', 60, 1500],
    ['20 links of 2 kB', 20, 2000],
  ])('[delivery.12] is split so that all is shown, with all its links: %s', async (_, count, length) => {
    rig.hub.model.answer = Array.from({ length: count }, (_, n) => `- see ${link(n, length)}`).join('\n');
    rig.ask('links?');
    await until(() =>
      rig
        .texts()
        .join('\n')
        .includes(`link ${count - 1}`),
    );
    const links = rig.server
      .said(rig.chat)
      .flatMap(({ entities = [] }) => entities.filter(({ type }) => type === 'text_link'));
    expect(links).toHaveLength(count);
  });

  it('[delivery.12] is split so that more than a hundred bold words are bold', async () => {
    rig.hub.model.answer = Array.from({ length: 30 }, (_, line) =>
      Array.from({ length: 10 }, (_, n) => `**w${line}x${n}** and`).join(' '),
    ).join('\n\n');
    rig.ask('words?');
    await until(() => rig.texts().join('\n').includes('w29x9'));
    const bold = rig.server
      .said(rig.chat)
      .flatMap(({ entities = [] }) => entities.filter(({ type }) => type === 'bold'));
    expect(bold).toHaveLength(300);
  });

  it.each(['<!-- x -->', '&nbsp;', '\u200b', '```\n```', '[x]: https://a.example/'])(
    '[delivery.15] that renders to nothing, %j, is no silence',
    async (nothing) => {
      let asked = 0;
      rig.hub.model.answer = () => (asked++ < 1 ? nothing : 'Something.');
      rig.ask('well?');
      await rig.said((all) => all.length === 1);
      expect(rig.texts()[0]!.trim()).not.toBe('');
    },
  );

  it('[delivery.15] arrives without its lone surrogates', async () => {
    rig.hub.model.answer = 'a \ud800 b';
    rig.ask('well?');
    await rig.said((all) => all.length === 1);
    expect(rig.texts()[0]).toMatch(/^a .* ?b$/u);
  });
});
