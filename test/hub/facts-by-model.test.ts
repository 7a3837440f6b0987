/** Facts that a model reads: what it is asked, what of its answer is believed, and what becomes of it in trouble. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/errors.js';
import type { ModelRequest } from '../../src/llm/llm.js';
import { lastSaid } from '../support/model.js';
import { until } from '../support/until.js';
import { FactsStage, promptOf } from './facts-stage.js';

type Noted = Record<string, unknown>;

describe('facts by a model', () => {
  let stage: FactsStage;
  /** What the model was asked to note. */
  let readings: ModelRequest[];
  let note: (request: ModelRequest) => Noted[] | string;
  beforeEach(async () => {
    stage = new FactsStage();
    readings = [];
    note = () => [];
    stage.answer = (request) => {
      if (!request.tools.some(({ name }) => name === 'note_facts'))
        return `I am a teacher: ${lastSaid(request)}`;
      readings.push(request);
      const facts = note(request);
      if (typeof facts === 'string') return facts;
      return { calls: [{ name: 'note_facts', arguments: JSON.stringify({ facts }) }] };
    };
  });
  afterEach(() => stage.home.dispose());
  const open = (more: object = {}) => stage.open({}, { facts: { extract: 'auto' }, ...more });
  const lyon: Noted = {
    ...{ message: 1, quote: 'vivo en Lyon', text: 'Vivo en Lyon', about: 'self' },
    ...{ attribute: 'home', value: 'Lyon' },
  };

  it('[knowledge.35] [knowledge.36] asks once for a batch, with what people wrote alone, and keeps what they say', async () => {
    await open();
    note = () => [lyon];
    await stage.dm('ann', 'hola, vivo en Lyon');
    await stage.dm('ann', 'y trabajo mucho con mi hermano');
    await stage.count(1);
    expect(readings).toHaveLength(1);
    const [reading] = readings;
    expect(reading!.messages.filter(({ role }) => role !== 'user')).toEqual([]);
    expect(promptOf(reading!)).not.toContain('I am a teacher');
    expect(await stage.known()).toMatchObject([{ text: 'Vivo en Lyon', how: 'found', said: 1 }]);
    const [fact] = await stage.known();
    const said = await stage.carrier.store.memories.get(fact!.from[0]!);
    expect(said!.content.text).toBe('hola, vivo en Lyon');
  });

  it('[knowledge.41] drops what the message does not say: inventions, names from greetings, others’ words', async () => {
    await open();
    const self = { message: 1, about: 'self' };
    note = () => [
      { ...self, quote: 'Good afternoon, Bob', text: 'My name is Bob', attribute: 'name', value: 'Bob' },
      {
        ...self,
        quote: 'I am an engineer',
        text: 'Is an engineer from London',
        attribute: 'job',
        value: 'engineer',
      },
      { ...self, quote: 'Good afternoon', text: 'Lives in London', attribute: 'home', value: 'London' },
      { ...self, quote: 'two cats', text: 'Has 3 cats, aged 34', attribute: 'age', value: '34' },
      { ...self, message: 7, quote: 'two cats', text: 'Has two cats', attribute: 'has', value: 'two cats' },
      { ...self, quote: 'diabetic', text: 'I am diabetic', attribute: 'is', value: 'diabetic' },
      { nonsense: true },
      { ...self, quote: 'I have two cats', text: 'I have two cats', attribute: 'has', value: 'two cats' },
    ];
    await stage.dm('ann', 'Good afternoon, Bob! I have two cats and I am diabetic');
    await stage.count(1);
    expect(await stage.texts('all')).toEqual(['I have two cats']);
  });

  it('[knowledge.37] reads each person’s messages apart', async () => {
    await open();
    note = ({ messages }) => {
      const speaker = messages.flatMap((one) => (one.role === 'user' && one.speaker ? [one.speaker.id] : []));
      expect(new Set(speaker).size).toBe(1);
      return [{ ...lyon, quote: 'in Lyon', value: 'Lyon', text: 'I live in Lyon' }].filter(
        () => speaker[0] === 'bob',
      );
    };
    await stage.say('ann', 'my whole week was fine, thanks');
    await stage.say('bob', 'and these days I live in Lyon');
    await until(async () => (await stage.texts('now', 'bob')).length === 1);
    expect(await stage.texts('all', 'ann')).toEqual([]);
  });

  it('[knowledge.42] shows the model no secret, and keeps none that it notes', async () => {
    await open();
    note = () => [
      {
        ...lyon,
        quote: 'the password is',
        text: 'The password is Gurke7!',
        attribute: 'password',
        value: 'Gurke7!',
      },
    ];
    await stage.dm('ann', 'the password is Gurke7! and now please help me with my server');
    await until(() => readings.length === 1);
    expect(promptOf(readings[0]!)).not.toContain('Gurke7');
    expect(await stage.known({ state: 'all' })).toEqual([]);
  });

  it('goes on after a restart with what was unread, and reads nothing twice', async () => {
    await open();
    note = () => [lyon];
    await stage.dm('ann', 'hola, vivo en Lyon');
    await stage.carrier.stop();
    expect(readings).toHaveLength(0);
    await stage.start({});
    await stage.count(1);
    await stage.carrier.stop();
    await stage.start({});
    await new Promise((done) => setTimeout(done, 1500));
    expect(readings).toHaveLength(1);
    expect(await stage.known()).toMatchObject([{ said: 1 }]);
  });

  it('is done by rules where the model answers something else, and where it is away is tried again', async () => {
    await open();
    note = () => 'Sorry, I cannot do that.';
    await stage.dm('ann', 'I live in Rome, and I like it');
    await until(async () => (await stage.texts()).includes('I live in Rome.'));
    const before = readings.length;
    note = () => {
      throw new RetryableError('model_unavailable', 'away');
    };
    await stage.dm('ann', 'and my sister is called Ana');
    await until(() => readings.length > before);
    // Its turn is over all the same.
    expect(stage.platform.shown).toHaveLength(2);
  });

  it('asks nothing where there is nothing to ask, or the character says so', async () => {
    await open();
    for (const text of ['ok', 'thanks!', '👍']) await stage.dm('ann', text);
    await new Promise((done) => setTimeout(done, 6000));
    expect(readings).toEqual([]);
  });
});
