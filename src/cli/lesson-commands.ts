import { cells, words } from './cells.js';
import { more } from './output.js';
import { type CommandGroup, paged, type Typed, typed } from './typed.js';

const changed: Pick<Typed<'lessons.reject'>, 'fields' | 'options' | 'show'> = {
  fields: ['id'],
  options: [['--version <number>', 'the one that you have read; if it is another by now, nothing changes']],
  show: ({ id, state, version, text }) => [cells(id, state, `version ${version}`, words(text))],
};

export const lessons: CommandGroup = {
  about: 'rules that agents have learnt, or could',
  commands: {
    list: typed('lessons.list', {
      about: 'those that are proposed, in force, rejected or removed',
      isDefault: true,
      options: [
        ['--state <state>', 'proposed, approved, rejected or removed'],
        ['--agent-id <id>', 'of this agent'],
        ...paged,
      ],
      show: ({ lessons, nextCursor }) => [
        ...lessons.map(({ id, agentId, state, text, why }) =>
          cells(id, agentId, state, words(text), words(why ?? '')),
        ),
        ...more(nextCursor),
      ],
    }),
    show: typed('lessons.show', {
      about: 'what has become of one, and by whom',
      fields: ['id'],
      show: (lesson) => JSON.stringify(lesson, null, 2).split('\n'),
    }),
    propose: typed('lessons.propose', {
      about: 'propose a rule; it counts once it is approved',
      fields: ['agentId', 'text'],
      show: ({ id, state, isNew }) => [isNew ? `Proposed: ${id}.` : `There is one, ${state}: ${id}.`],
    }),
    approve: typed('lessons.approve', {
      ...changed,
      about: 'make it a rule of its agent',
      options: [...changed.options!, ['--text <text>', 'in these words']],
    }),
    reject: typed('lessons.reject', { ...changed, about: 'say no to it' }),
    remove: typed('lessons.remove', { ...changed, about: 'take it out of prompts again' }),
  },
};

export const scores = typed('scores.list', {
  about: 'how replies fared, by agent, day, version and topic',
  options: [['--agent-id <id>', 'of this agent'], ...paged],
  show: ({ scores, nextCursor }) => [
    ...scores.map(({ agentId, day, version, topic, score, sent, revised, safe, notJudged, ...more }) =>
      cells(
        ...[agentId, day, version, topic, score === null ? 'not known' : score.toFixed(2)],
        `${sent} sent, ${revised} revised, ${safe} not sent, ${notJudged} not judged`,
        `${more.up} for, ${more.down} against, ${more.corrections} corrected`,
      ),
    ),
    ...more(nextCursor),
  ],
});
