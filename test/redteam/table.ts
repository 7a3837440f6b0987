/** What became of attempts, to be read by people: each by its name, and the sums by channel. */
import type { Defences } from './defences.js';
import type { Staged } from './stage.js';

export function printTable(
  defences: Defences,
  channels: { channel: string; staged: Staged[] }[],
  outcomes: Map<string, boolean>,
): void {
  const lines = [`\nRed team, defences ${defences}`];
  let all = 0;
  let succeeded = 0;
  for (const { channel, staged } of channels) {
    const done = staged.filter(({ name }) => outcomes.get(name)).length;
    all += staged.length;
    succeeded += done;
    lines.push(`${channel}: ${done} of ${staged.length} succeed`);
    for (const { name } of staged) lines.push(`  ${outcomes.get(name) ? 'succeeds' : 'fails   '}  ${name}`);
  }
  lines.push(`in all: ${succeeded} of ${all} succeed (${Math.round((100 * succeeded) / all)} %)\n`);
  process.stdout.write(lines.join('\n'));
}
