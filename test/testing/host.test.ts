/** [structure.13] The hub in memory promises what the real one does, so it cannot hide a connector's fault. */
import { RetryableError } from '../../src/extension-api.js';
import { FakeHost } from '../../src/testing/host.js';
import { TestHub } from '../../src/testing/hub.js';
import { hostContract } from '../contract/host.js';
import { Desk } from './desk.js';

const away = () => Promise.reject(new RetryableError('store_unavailable', 'The disk is full.'));

hostContract('the real host', async (gate) => {
  const settings = { CARRIER_MAX_TEXT_CHARS: '1000' };
  const hub = await TestHub.open(() => new Desk(), { gate, settings });
  return {
    host: hub.seen.host,
    said: async () => (await hub.memories()).filter(({ role }) => role === 'user'),
    failStore(failing) {
      hub.seen.beforeStore = failing ? away : async () => {};
    },
    async approve() {
      for (const code of await hub.codes()) await hub.approve(code);
    },
    close: () => hub.close(),
  };
});

hostContract('FakeHost', async (gate) => {
  const host = new FakeHost({ echo: false, gate });
  return {
    host,
    said: async () => host.memories,
    failStore(failing) {
      host.beforeStore = failing ? away : async () => {};
    },
    async approve() {
      host.gate.paired.add('alice');
      host.gate.letIn({ tenant: 'default', channel: 'lobby' });
    },
    close: async () => {},
  };
});
