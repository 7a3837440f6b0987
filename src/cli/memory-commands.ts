/** Commands about what agents remember of people. */

import { cells, type Row, words } from './cells.js';
import { type CommandGroup, typed } from './typed.js';

type Counts = Record<string, number>;
interface Shown {
  code: string | null;
  counts: Counts;
  samples: { kind: string; text: string; at: string }[];
  why: string | null;
}

export const memories: CommandGroup = {
  about: 'what agents remember of people, and forgetting some of it',
  commands: {
    preview: typed('memories.preview', {
      about: 'what would be forgotten of what somebody said, and of what was made of it',
      fields: ['userId', 'agentId'],
      options: [
        ['--connector <name>', 'where this id is theirs', 'http'],
        ['--tenant <id>', 'the workspace or server there, if it has such'],
        ['--scope <id>', 'one conversation'],
        ['--topic <words>', 'what has these words'],
        ['--day <day>', 'what was said on a day: yesterday, 2026-11-20, "2026-11-20 to 2026-11-22"'],
        ['--zone <zone>', "whose days, such as Europe/Berlin; else the hub's"],
        ['--ids <ids...>', 'these memories'],
        ['--message-id <id>', 'a message, as its platform calls it'],
        ['--everything', 'all of it'],
      ],
      show: shown,
    }),
    forget: typed('memories.forget', {
      about: 'forget what a preview showed, by its code',
      fields: ['code'],
      show: ({ forgotten, preview }) =>
        forgotten
          ? [`Forgotten: ${countsText(forgotten)}.`]
          : ['More was said since: nothing is forgotten yet.', ...(preview ? shown(preview) : [])],
    }),
  },
};

function shown({ code, counts, samples, why }: Shown): (string | Row)[] {
  if (code === null) return [`0 would be forgotten: ${why ?? ''}`];
  return [
    `Would be forgotten for good: ${countsText(counts)}.`,
    ...samples.map(({ kind, text, at }) => cells(`  ${kind}`, at, words(text))),
    `To go on: carrier memories forget ${code}`,
  ];
}

export function countsText(counts: Counts): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([kind, count]) => `${count} ${kind}`).join(', ') || 'nothing';
}
