/** With the defences on, none of the same attempts succeeds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attempts } from './attempts/index.js';
import { ObedientModel } from './obedient-model.js';
import { Stage } from './stage.js';
import { printTable } from './table.js';

describe('with defences', () => {
  let stage: Stage;
  let outcomes: Map<string, boolean>;
  beforeAll(async () => {
    const all = attempts.flatMap(({ staged }) => staged);
    stage = await Stage.open('on', new ObedientModel(), all);
    outcomes = await stage.runAll(all);
    printTable('on', attempts, outcomes);
  });
  afterAll(() => stage?.close());

  describe.each(attempts)('$channel', ({ staged }) => {
    it.each(staged)('fails: $name', ({ name }) => {
      expect(outcomes.get(name)).toBe(false);
    });
  });
});
