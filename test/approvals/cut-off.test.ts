/** What is cut off between two writes, and turns that fail with a call that is asked for. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FatalError } from '../../src/errors.js';
import { onBothStores } from '../support/both-stores.js';
import { until } from '../support/until.js';
import { Stage } from './stage.js';

onBothStores('an approval', (engines) => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(engines());
    stage.character();
  });
  afterEach(() => stage.home.dispose());

  /** Its turn fails once its calls are asked for. */
  const failed = async (): Promise<string> => {
    const { model } = stage;
    let fails = true;
    stage.model = {
      ...model,
      async *stream(request, signal) {
        if (fails && request.messages.at(-1)!.role === 'tool') {
          fails = false;
          throw new FatalError('model_refused', 'No.');
        }
        yield* model.stream(request, signal);
      },
    };
    await stage.start();
    await stage.asked.say('alice', 'look 3 and wire 5');
    await until(async () => (await stage.call('turns.list', { status: 'failed' })).turns.length === 1);
    return (await stage.call('turns.list', {})).turns[0]!.turnId;
  };
  const only = async (state: 'open' | 'stopped') =>
    (await stage.call('approvals.list', { state })).approvals[0]!.id;

  it('[act.29] that was stopped as its turn failed is asked for once more when that is run again', async () => {
    const turnId = await failed();
    await until(
      async () => (await stage.call('approvals.list', { state: 'stopped' })).approvals.length === 1,
    );
    const id = await only('stopped');
    await stage.call('turns.runAgain', { turnId });
    await until(async () => (await stage.carrier.store.turns.get(turnId))?.status === 'waiting');
    expect(await only('open')).toBe(id);
    await until(() => stage.operators.cards.size === 1);
    await stage.press(stage.operators, 'olga', 'Approve');
    await until(() => stage.wired.length === 1);
    await until(() => stage.asked.texts.at(-1)!.includes('wired 5'));
    await until(() => stage.card(stage.operators).text.includes('**Approved**'));
  });

  it('[act.27] is settled on a card that was sent, though whoever sent it died before that was noted', async () => {
    await stage.start();
    const [id] = await stage.ask();
    const { records } = stage.carrier.store;
    const { version, value, ...rest } = (await records.get('approval', id!))!;
    const cards = (value as { cards: object[] }).cards.map((card) => ({
      ...card,
      turnId: undefined,
      shows: undefined,
    }));
    await records.put(
      { ...rest, value: JSON.parse(JSON.stringify({ ...(value as object), cards })) },
      version,
    );
    await stage.press(stage.operators, 'olga', 'Approve');
    expect(await stage.asked.last(2)).toBe('Told: wired 50');
    for (const platform of [stage.asked, stage.operators]) {
      await until(() => stage.card(platform).text.includes('**Approved** by `person olga`'));
      expect(stage.card(platform).buttons ?? []).toEqual([]);
      expect(platform.cards.size).toBe(1);
    }
  });

  it('that is decided before its turn waits is in the audit log from its asking on', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    stage.looks = () => held;
    await stage.start();
    await stage.asked.say('alice', 'look 3 and wire 5');
    await until(async () => (await stage.call('approvals.list', {})).approvals.length === 1);
    const id = await only('open');
    await stage.call('approvals.decide', { id, approve: true });
    release();
    await until(() => stage.wired.length === 1);
    await until(async () => (await stage.rows('approvals.settle')).length === 1);
    expect(await stage.rows('approvals.ask')).toMatchObject([{ outcome: 'done', target: { id } }]);
  });
});
