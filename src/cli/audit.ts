/** What `carrier audit` asks for. */

import { cells, words } from './cells.js';
import { harmlessJson, more } from './output.js';
import { type CommandGroup, paged, typed } from './typed.js';

export const audit: CommandGroup = {
  about: 'what was asked for, by whom, and how it ended',
  commands: {
    list: typed('audit.list', {
      about: 'the newest first',
      isDefault: true,
      options: [
        ['--operation <name>', 'of this kind'],
        ['--principal <name>', 'asked for by this token or person; kind:NAME for one kind of them'],
        ['--outcome <outcome>', 'done, denied or failed'],
        ['--since <time>', 'not before, such as 2026-01-31 or 2026-01-31T08:00:00Z'],
        ['--until <time>', 'not after'],
        ...paged,
      ],
      show: ({ rows, nextCursor }) => [
        ...rows.map(({ at, principal, operation, target, outcome, error = '' }) =>
          cells(
            at,
            outcome,
            error,
            operation,
            words(JSON.stringify(target)),
            `${principal.kind} ${principal.name}`,
          ),
        ),
        ...more(nextCursor),
      ],
    }),
    export: typed('audit.export', {
      about: 'all of it as lines of JSON, the oldest first, with the hashes that chain them',
      whole: true,
      show: ({ rows }) => rows.map((one) => harmlessJson(one, 0)),
    }),
    verify: typed('audit.verify', {
      about: 'whether every row is there and as it was written; exit code 1 if one is not',
      show: ({ ok, rows, head, older, missing, faults, faultCount }) => [
        ok
          ? `Whole: ${rows} rows in one chain.`
          : `Not whole: ${rows} rows are there, ${missing} are missing.`,
        ...(head ? [`The last is row ${head.seq}, hash ${head.hash}.`] : []),
        ...(older > 0
          ? [`${older} rows of older hubs are outside of the chain: nobody can check them.`]
          : []),
        ...faults.map(({ kind, about }) => cells('!', kind, words(about))),
        ...(faultCount > faults.length ? [`And ${faultCount - faults.length} more faults.`] : []),
      ],
      fails: ({ ok }) => !ok,
    }),
  },
};
