import { spansAt } from './attempts.js';
import type { Evidence } from './evidence.js';
import { readReply } from './model.js';

/** What became of the turns a frozen worker was in the middle of: it must have committed none of them. */
export function frozenCommits({ rooms, incarnations }: Evidence): { attempts: number; committed: string[] } {
  const frozen = new Set(
    incarnations.flatMap((incarnation) =>
      incarnation.frozen.flatMap(({ from }) => spansAt(incarnation, from).map(({ attempt }) => attempt)),
    ),
  );
  const said = rooms.flatMap(({ history }) => history.flatMap(({ text }) => readReply(text) ?? []));
  const committed = said.filter(({ attempt }) => frozen.has(attempt)).map(({ turn }) => turn);
  return { attempts: frozen.size, committed };
}
