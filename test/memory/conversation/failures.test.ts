/** A model that makes no summary loses nothing: the real hub, in which the model answers as such models do. */
import { afterEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../../src/errors.js';
import { until } from '../../support/until.js';
import { Stage, type Writes } from './stage.js';

const wrong: [name: string, writes: Writes][] = [
  [
    'an error',
    () => {
      throw new RetryableError('model_unavailable', 'The service answered with status 500.');
    },
  ],
  ['nothing', () => ''],
  ['white space', () => ' \n '],
  ['a call', () => ({ calls: [{ name: 'remember', arguments: '{}' }] })],
  ['an empty object', () => '{}'],
  ['an empty list, fenced', () => '```json\n[]\n```'],
  ['words of a protocol', () => '<tool_call>{"name":"x"}</tool_call>'],
];

describe('[knowledge.47] a model that answers a wish for a summary with', () => {
  let stage: Stage;
  afterEach(() => stage.dispose());

  it.each(wrong)('%s leaves the window as it was, is told of, and asked again', async (_, writes) => {
    let isWell = false;
    stage = await Stage.open({
      character: { memory: { recentMessages: 10 } },
      summarises: (request) => (isWell ? 'In short:\n- They spoke of a region.' : writes(request)),
    });
    await stage.say('The region is eu-west-3');
    await stage.filler(7);
    const { carrier } = stage;
    await until(async () => (await carrier.ready()).notes.some((note) => note.includes('cannot be made')));
    await stage.say('And now?');
    // The first message would have left a window of ten by now.
    expect(stage.prompt).toContain('eu-west-3');
    expect(stage.summaryShown).toBe('');
    expect((await stage.summary()).failing?.tries).toBeGreaterThan(0);
    isWell = true;
    await stage.summarised(5);
    await stage.say('And now?');
    expect(stage.summaryShown).toContain('eu-west-3');
    expect(stage.summaryShown).toContain('They spoke of a region');
    expect(stage.asked.messages.length).toBeLessThanOrEqual(11);
    await until(async () => (await carrier.ready()).notes.every((note) => !note.includes('cannot be made')));
    expect((await stage.summary()).failing).toBeNull();
  });
});
