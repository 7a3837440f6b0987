/** `npm run dev [-- ARGUMENTS of carrier start]`: the hub, started anew when its code changes, and pages built when theirs do. */
import { type ChildProcess, spawn } from 'node:child_process';
import { watch } from 'node:fs';

const run = (command: string, ...args: string[]) => spawn(command, args, { stdio: 'inherit' });
const children = [
  run('npx', 'tsc', '-b', '--watch', '--preserveWatchOutput'),
  // It watches what the hub has loaded.
  run(
    process.execPath,
    '--watch',
    '--watch-preserve-output',
    'dist/src/cli/carrier.js',
    'start',
    ...process.argv.slice(2),
  ),
];

let due: NodeJS.Timeout | undefined;
let building: ChildProcess | undefined;
watch('src/web', { recursive: true }, () => {
  clearTimeout(due);
  due = setTimeout(() => {
    building?.kill();
    building = run(process.execPath, 'src/web/build.mjs');
  }, 200);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    for (const child of children) child.kill('SIGTERM');
    setTimeout(() => process.exit(0), 500);
  });
