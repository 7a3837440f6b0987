import type { Carrier } from '../../src/carrier.js';
import { newId } from '../../src/core/ids.js';
import type { InboundMessage } from '../../src/core/inbound.js';
import type { OutboundMessage } from '../../src/core/turn.js';
import type { Connector, Plugin } from '../../src/extension-api.js';
import type { Home } from '../support/hub.js';
import type { scriptedModel } from '../support/model.js';

/** A platform that keeps what it is sent. */
export class Probe implements Connector {
  readonly name = 'probe';
  readonly sent: OutboundMessage[] = [];
  /** Thrown instead of sending, one a try. */
  readonly faults: Error[] = [];
  async start(): Promise<void> {}
  async stop(): Promise<void> {}
  async deliver(message: OutboundMessage): Promise<Record<string, unknown>> {
    const fault = this.faults.shift();
    if (fault) throw fault;
    this.sent.push(message);
    return {};
  }
}

/** A message to the agent in a room of the probe. */
export const say = (text: string, channel = 'room', author = 'alice'): InboundMessage => ({
  agentId: 'assistant',
  source: { connector: 'probe', tenant: 'default', channel, messageId: newId() },
  direct: false,
  home: true,
  author: { id: author },
  text,
});

/** Starts a hub on the probe, whose agent has the model and the plugin. */
export function startOn(
  { home, probe }: { home: Home; probe: Probe },
  model: ReturnType<typeof scriptedModel>,
  plugin?: Plugin,
  env?: Record<string, string>,
): Promise<Carrier> {
  home.character('assistant', { name: 'Ada', bio: 'Helpful.', plugins: plugin ? [plugin.name] : [] });
  return home.carrier({ connectors: [probe], model: () => model, plugins: plugin ? [plugin] : [] }, env);
}
