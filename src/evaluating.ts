/** What looks at what agents say, before and after it is sent, put together. */
import type { Config } from './config.js';
import type { Agent } from './core/character.js';
import type { Engines } from './engines.js';
import { Evaluation, type EvaluationParts } from './evaluation/evaluation.js';
import { Lessons } from './evaluation/lessons.js';
import { Opinions } from './evaluation/opinions.js';
import { Proposals } from './evaluation/proposals.js';
import { Scores } from './evaluation/scores.js';
import type { Logger } from './logger.js';

interface Parts {
  config: Pick<Config, 'cluster'>;
  engines: Pick<Engines, 'store'>;
  characters: { get(id: string): Agent | undefined };
  models: { get: EvaluationParts['model'] };
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export interface Evaluating {
  evaluation: Evaluation;
  lessons: Lessons;
  scores: Scores;
  opinions: Opinions;
}

export function evaluatingOn({ config, engines, characters, models, now, log }: Parts): Evaluating {
  const { store } = engines;
  const { records, notes, memories, turns } = store;
  const agent = (id: string) => characters.get(id);
  const lessons = new Lessons({ records, alone: !config.cluster, now, log });
  const proposals = new Proposals({ lessons, scores: () => scores, agent, now });
  const scores = new Scores({ records, log, failed: (score) => proposals.look(score) });
  return {
    ...{ lessons, scores, evaluation: new Evaluation({ model: (ref) => models.get(ref) }) },
    opinions: new Opinions({ notes, memories, turns, scores, lessons, agent, now, log }),
  };
}
