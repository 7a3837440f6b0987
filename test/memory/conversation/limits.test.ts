/** Conversations that start anew at a limit: the real hub and store. */
import { afterEach, describe, expect, it } from 'vitest';
import { readCharacter } from '../../../src/agents/character-file.js';
import { onBothStores } from '../../support/both-stores.js';
import { until } from '../../support/until.js';
import { Stage } from './stage.js';

const notice = 'We start a new conversation; I keep a summary.';
const notices = (stage: Stage) => stage.platform.texts.filter((text) => text === notice).length;
const renewed = async (stage: Stage) => {
  const { notes } = stage.carrier.store;
  await until(
    async () =>
      ((await notes.get(`room:${await stage.roomId()}`)) as { since?: string } | null)?.since !== undefined,
  );
  // Turns go by it once it is on the disk, which is no later than what is written after it.
  await notes.put('test:after', {});
};

onBothStores('a conversation with limits', (engines) => {
  let stage: Stage;
  afterEach(() => stage.dispose());

  it('starts anew at its most messages, with a summary, and says so once', async () => {
    stage = await Stage.open({
      character: { conversation: { maxMessages: 6 }, plugins: ['remember'] },
      engines: engines(),
    });
    await stage.say('The region is eu-west-3');
    await stage.say("I'll send the report on Friday");
    await stage.say('Nothing else');
    await renewed(stage);
    await stage.platform.dm('ann', 'And now?');
    await stage.told(notice);
    await until(() => stage.platform.texts.includes('heard: And now?'));
    expect(stage.asked.messages).toHaveLength(1);
    expect(stage.summaryShown).toMatch(/Values:[\s\S]*eu-west-3[\s\S]*Open:[\s\S]*send the report/);
    await stage.restart();
    await stage.say('Still there?');
    expect(stage.summaryShown).toContain('eu-west-3');
    expect(stage.asked.messages).toHaveLength(3);
    expect(notices(stage)).toBe(0);
  });

  it('starts anew after a pause, and with /new without the summary', async () => {
    stage = await Stage.open({ character: { conversation: { maxPause: '1s' } }, engines: engines() });
    await stage.say('The region is eu-west-3');
    await renewed(stage);
    await stage.platform.dm('ann', 'And now?');
    await stage.told(notice);
    await until(() => stage.platform.texts.includes('heard: And now?'));
    expect(stage.asked.messages).toHaveLength(1);
    expect(stage.summaryShown).toContain('eu-west-3');
    await stage.platform.dm('ann', '/new');
    await stage.told('A new conversation');
    await stage.platform.dm('ann', 'What do you know?');
    await until(() => stage.platform.texts.includes('heard: What do you know?'));
    expect(stage.summaryShown).toBe('');
    expect(notices(stage)).toBe(1);
  });
});

describe('limits of a conversation', () => {
  let stage: Stage;
  afterEach(() => stage?.dispose());

  it('count by age, too, and make no summary where none is wanted', async () => {
    stage = await Stage.open({ character: { conversation: { maxAge: '1s', summary: false } } });
    await stage.say('The region is eu-west-3');
    await renewed(stage);
    await stage.platform.dm('ann', 'And now?');
    await stage.told('We start a new conversation.');
    await until(() => stage.platform.texts.includes('heard: And now?'));
    expect(stage.asked.messages).toHaveLength(1);
    expect(stage.summaryShown).toBe('');
    expect((await stage.summary()).summary).toBeNull();
  });

  it.each([
    [{ maxPause: '12 hours' }, 'conversation.maxPause: must be a length of time such as 10m, 2h or 90d'],
    [{ maxAge: 5 }, 'conversation.maxAge'],
    [{ maxMessages: 1 }, 'conversation.maxMessages'],
    [{ most: 5 }, 'most'],
  ])('of another form are refused: %j', (conversation, problem) => {
    const read = readCharacter(JSON.stringify({ name: 'Ada', bio: '.', conversation }));
    expect('problem' in read && read.problem.message).toContain(problem);
  });
});
