import { InProcessQueue } from '../../src/queue/in-process.js';
import { queueContract } from '../contract/queue.js';

queueContract('InProcessQueue', async () => {
  const queue = new InProcessQueue({ concurrency: 8, attempts: 3, retryBaseMs: 20 });
  return { queue, dispose: () => queue.close(0) };
});
