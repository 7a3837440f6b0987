/** The whole pipeline in one process: intake, turn, commit, delivery. */
import { quantile } from './figures.js';
import { carrier, send } from './hub.js';
import { messagesPerRoom, rooms, scaled, throughput } from './load.js';

await throughput((room) => send(`warm-${room}`));
const cpu = process.cpuUsage();
const perSecond = await throughput((room) => send(`room-${room}`));
const { user, system } = process.cpuUsage(cpu);

const idle: number[] = [];
for (let i = 0; i < scaled(300); i++) {
  await new Promise((resolve) => setTimeout(resolve, 5));
  const started = performance.now();
  await send('idle');
  idle.push(performance.now() - started);
}
process.stdout.write(
  JSON.stringify({
    perSecond,
    cpuMs: (user + system) / 1000 / (rooms * messagesPerRoom),
    idleP50: quantile(idle, 0.5),
    idleP99: quantile(idle, 0.99),
  }),
);
await carrier.stop();
process.exit(0);
