/** Summaries of words that leave the prompt: the real hub and store. */
import { afterEach, expect, it } from 'vitest';
import { onBothStores } from '../../support/both-stores.js';
import { Stage } from './stage.js';

const values = [
  'The region is eu-west-3',
  'the incident id is INC-48213',
  'The deadline is 2026-12-18 17:30',
  'My name is Oona Lindqvist',
  'the bucket is blue-heron-logs',
  'Our budget is 18,450.50 EUR',
  'the host is db7.internal.example:5433',
  'The codeword is "velvet otter"',
];
const wanted = [
  ...['eu-west-3', 'INC-48213', '2026-12-18 17:30', 'Oona Lindqvist', 'blue-heron-logs', '18,450.50 EUR'],
  ...['db7.internal.example:5433', 'velvet otter'],
];
const missing = (text: string) => wanted.filter((value) => !text.includes(value));

onBothStores('words that leave the prompt', (engines) => {
  let stage: Stage;
  afterEach(() => stage.dispose());

  it('[knowledge.46] are summarised by rules where no model understands, and no value is lost in many passes', async () => {
    stage = await Stage.open({ character: { memory: { recentMessages: 10 } }, engines: engines() });
    for (const value of values) await stage.say(value);
    await stage.filler(48);
    await stage.summarised(90);
    await stage.say('What were the values?');
    expect(missing(stage.summaryShown)).toEqual([]);
    expect(stage.asked.messages.length).toBeLessThanOrEqual(11);
  });

  it('[knowledge.46] keep their values also with a model that makes labels of them, and lose what it makes up', async () => {
    stage = await Stage.open({
      character: { memory: { recentMessages: 10 } },
      engines: engines(),
      summarises: () =>
        'In short:\n- The user named a region, an incident and a deadline.\n- The port was 9999.',
    });
    for (const value of values) await stage.say(value);
    await stage.filler(48);
    await stage.summarised(90);
    await stage.say('What were the values?');
    expect(missing(stage.summaryShown)).toEqual([]);
    expect(stage.summaryShown).toContain('The user named a region');
    expect(stage.summaryShown).not.toContain('9999');
  });

  it('[knowledge.50] [memory.5] leave it once they are summarised, and the same stands there after a restart', async () => {
    stage = await Stage.open({ engines: engines() });
    await stage.say('The region is eu-west-3');
    await stage.filler(16);
    const tokens: number[] = [];
    for (let at = 16; at < 130; at++) {
      await stage.filler(1, at);
      tokens.push(stage.tokens);
    }
    const { messages, by } = await stage.summarised(220);
    expect(by).toBe('rules');
    await stage.say('And now?');
    const { prompt } = stage;
    expect(stage.summaryShown).toContain('eu-west-3');
    expect(stage.asked.messages.length).toBeLessThanOrEqual(41);
    // Nothing stands there twice, and nothing is left out in between.
    const first = stage.asked.messages[0]!;
    const said = 2 * 131;
    expect(stage.asked.messages.length - 1 + messages).toBe(said);
    expect(prompt).not.toContain('left out');
    // They fall whenever a summary takes over, and grow no more.
    const falls = tokens.filter((count, at) => at > 0 && count < tokens[at - 1]!).length;
    expect(falls).toBeGreaterThan(5);
    expect(Math.max(...tokens.slice(60))).toBeLessThan(1.2 * Math.max(...tokens.slice(0, 60)));
    await stage.restart();
    await stage.say('And now?');
    expect(stage.summaryShown).toContain('eu-west-3');
    expect(stage.asked.messages[0]).toMatchObject({ text: (first as { text: string }).text });
  }, 60_000);
});
