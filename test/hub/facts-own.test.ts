/** `/memory`: everybody sees, corrects and forgets what is known of them, and nobody else does. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FactsStage, factsIn } from './facts-stage.js';

describe('/memory', () => {
  let stage: FactsStage;
  beforeEach(async () => {
    stage = new FactsStage();
    await stage.open({});
    await stage.dm('ann', 'my dog is called Biscuit');
    await stage.dm('ann', 'I live in Rome');
    await stage.count(2);
  });
  afterEach(() => stage.home.dispose());
  const memory = (userId: string, args = '', direct = true) =>
    stage.platform.command(userId, 'memory', args, direct);

  it('lists what is known of whoever asks, with age and source', async () => {
    const day = new Date().toISOString().slice(0, 10);
    expect(await memory('ann')).toBe(
      [
        `1. My dog is called Biscuit. (you wrote it, ${day})`,
        `2. I live in Rome. (you wrote it, ${day})`,
        'To change one: /memory forget NUMBER, /memory correct NUMBER and what is right',
      ].join('\n'),
    );
    expect(await memory('bob')).toMatch(/I know nothing of you here/);
    // Where groups talk, nothing of a direct room is said.
    expect(await memory('ann', '', false)).toMatch(/I know nothing of you here/);
  });

  it('corrects: the wrong one never was so, and is in no prompt', async () => {
    expect(await memory('ann', 'correct 1 My dog is called Rex')).toBe(
      '"My dog is called Biscuit." does not count any more. I know now: "My dog is called Rex"',
    );
    const facts = factsIn(await stage.dm('ann', 'what is my dog called?'));
    expect(facts.sort()).toEqual(['I live in Rome.', 'My dog is called Rex']);
    expect(await memory('ann', 'past')).toMatch(/nothing that held once/);
    // Talk about it does not bring it back.
    await stage.dm('ann', 'my dog is called Biscuit, you wrote');
    expect(await stage.texts()).not.toContain('My dog is called Biscuit.');
  });

  it('[knowledge.38] a correction is no doubt about what it corrects', async () => {
    await memory('ann', 'correct 1 My dog is called Rex');
    expect(await memory('ann')).not.toMatch(/not certain/);
    expect((await stage.known()).flatMap(({ disputes = [] }) => disputes)).toEqual([]);
  });

  it('[knowledge.38] what has ended is no doubt about what holds', async () => {
    await stage.dm('ann', 'my dog is called Max');
    await stage.count(3);
    expect(await memory('ann')).toMatch(/Max\. \(.*not certain/);
    expect(await memory('ann', 'correct 1 I have no dog called Biscuit')).toMatch(/does not count/);
    expect(await memory('ann')).not.toMatch(/Max\. \(.*not certain/);
  });

  it('[knowledge.40] what was over when it was told did not begin when it was told', async () => {
    await stage.dm('ann', 'in 2019 I lived in Kiel');
    await stage.count(1, 'past');
    expect(await memory('ann', 'past')).toMatch(/Kiel\. \((until|2019-01-01 to) 2020-01-01\)/);
  });

  it('forgets by number; the message that said it does not give it again', async () => {
    expect(await memory('ann', 'forget 1')).toBe('Number 1 is forgotten.');
    expect(await stage.texts('all')).toEqual(['I live in Rome.']);
    await stage.carrier.stop();
    await stage.start({});
    await stage.dm('ann', 'hello');
    expect(await stage.texts('all')).toEqual(['I live in Rome.']);
  });

  it.each(['forget 9', 'forget', 'correct 1', 'correct x y', 'nonsense'])(
    'changes nothing at: %s',
    async (args) => {
      expect(await memory('ann', args)).toMatch(/^(Write: |There is no number)/);
      expect(await stage.texts()).toHaveLength(2);
    },
  );

  it('refuses a secret, with the reason', async () => {
    expect(await memory('ann', 'correct 1 my password is Gurke7!')).toMatch(/are not kept/);
    expect(await stage.texts()).toHaveLength(2);
  });

  it('[security.5] is refused by owner: bob can neither correct nor forget what is ann’s', async () => {
    const { id } = (await stage.known())[0]!;
    const { roomId, scope } = stage.platform.shown[0]!.outbound.memory;
    const where = {
      connector: 'telegram',
      tenant: 'default',
      channel: 'ann',
      agentId: 'assistant',
      roomId,
      scope,
    };
    const asBob = { kind: 'person' as const, ...where, userId: 'bob', grants: [] };
    const operations = stage.carrier.operations!;
    const refused = { code: 'permission_denied' };
    await expect(operations.call('facts.remove', { id }, asBob)).rejects.toMatchObject(refused);
    await expect(operations.call('facts.correct', { id, text: 'x' }, asBob)).rejects.toMatchObject(refused);
    const ann = { agentId: 'assistant', connector: 'telegram', userId: 'ann' };
    for (const wanted of [ann, { ...ann, roomId }, { agentId: 'assistant', roomId }])
      await expect(operations.call('facts.list', wanted, asBob)).rejects.toMatchObject(refused);
    await memory('bob', 'forget 1');
    expect(await stage.texts()).toHaveLength(2);
  });
});
