/** Loaded into a hub with `--import`: writes down how long its event loop was held up, when it ends. */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.env.DELAY_FILE) {
  const delays = monitorEventLoopDelay({ resolution: 10 });
  // What is loaded at the start holds it up, too, and is not asked for.
  process.on('SIGUSR2', () => {
    delays.enable();
    delays.reset();
  });
  process.on('exit', () => {
    const ms = (ns) => Math.round(ns / 1e6);
    const figures = { longestMs: ms(delays.max), p99Ms: ms(delays.percentile(99)) };
    writeFileSync(process.env.DELAY_FILE, JSON.stringify(figures));
  });
}
