/** What a test sees, and may spoil, of what passes between a connector and its hub. The hub itself is the real one. */
import {
  type Connector,
  type DeliveryReceipt,
  type Host,
  type InboundMessage,
  type InboundPress,
  type OutboundMessage,
  type Receipt,
  RetryableError,
} from '../extension-api.js';

/** One call of the connector's `deliver`. */
export interface Delivering {
  message: OutboundMessage;
  /** What it gave. */
  receipt?: DeliveryReceipt;
  /** What it threw; absent: it was delivered. */
  error?: unknown;
}

/** Between one connector and its hub. */
export class Recorder {
  /** Awaited before a message or an edit is handed to the hub; throw to fail the store. */
  beforeStore: () => Promise<void> = async () => {};
  /** Awaited before the connector learns that its message is stored. */
  afterStore: () => Promise<void> = async () => {};
  /** Set to lose every event, as a bus may. */
  deaf = false;
  /** So many deliveries are made and then not noted by the hub, as if it had died. */
  forgetDeliveries = 0;
  /** Changes what is delivered, for what no part of the hub makes yet. */
  outgoing: (message: OutboundMessage) => OutboundMessage = (message) => message;
  /** Set to answer presses in the hub's place, which is not asked then. */
  pressed: ((press: InboundPress) => Promise<string>) | null = null;
  /** How often the hub was called. */
  readonly calls = { receive: 0, complete: 0, putFile: 0 };
  readonly inbound: InboundMessage[] = [];
  readonly receipts: (Receipt | null)[] = [];
  readonly deliveries: Delivering[] = [];
  /** Deliveries that have begun and not ended. */
  delivering = 0;
  /** What presses of buttons gave, or threw. */
  readonly presses: unknown[] = [];
  readonly logged: { level: string; message: string }[] = [];
  /** Watches that have not ended. */
  watchers = 0;
  #host: Host | null = null;

  /** The hub as the connector sees it, while it runs. */
  get host(): Host {
    if (!this.#host) throw new RetryableError('shutting_down', 'The connector is not started.');
    return this.#host;
  }

  /** The same connector, seen by this recorder. */
  around(connector: Connector): Connector {
    const start = (host: Host) => {
      this.#host = this.#between(host);
      return connector.start(this.#host);
    };
    const deliver: NonNullable<Connector['deliver']> = (message, signal) =>
      this.#deliver(connector, message, signal);
    return new Proxy(connector, {
      get(target, key) {
        if (key === 'start') return start;
        const value = Reflect.get(target, key, target);
        if (key === 'deliver') return value && deliver;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  async #deliver(connector: Connector, message: OutboundMessage, signal: AbortSignal) {
    const outgoing = this.outgoing(message);
    this.delivering += 1;
    try {
      const receipt = await connector.deliver!(outgoing, signal);
      this.deliveries.push({ message: outgoing, receipt });
      if (this.forgetDeliveries === 0) return receipt;
    } catch (error) {
      this.deliveries.push({ message: outgoing, error });
      throw error;
    } finally {
      this.delivering -= 1;
    }
    this.forgetDeliveries -= 1;
    throw new RetryableError('delivery_failed', 'The hub lost the receipt.');
  }

  #between(host: Host): Host {
    const { calls } = this;
    const log = (level: 'info' | 'warn' | 'error') => (details: object, message: string) => {
      this.logged.push({ level, message });
      host.log[level](details, message);
    };
    return {
      ...host,
      receive: async (message, more) => {
        calls.receive += 1;
        this.inbound.push(message);
        await this.beforeStore();
        const complete = more?.complete;
        const counted = async () => {
          calls.complete += 1;
          return complete!();
        };
        const receipt = await host.receive(message, { ...more, ...(complete && { complete: counted }) });
        this.receipts.push(receipt);
        await this.afterStore();
        return receipt;
      },
      edit: async (edit) => {
        await this.beforeStore();
        return host.edit(edit);
      },
      press: async (press) => {
        const taken = (this.pressed ?? host.press)(press);
        this.presses.push(await taken.catch((error: unknown) => error));
        return taken;
      },
      putFile: (...file) => {
        calls.putFile += 1;
        return host.putFile(...file);
      },
      watch: async (roomId, listener) => {
        const end = await host.watch(roomId, (event) => {
          if (!this.deaf) listener(event);
        });
        this.watchers += 1;
        let ended = false;
        return () => {
          if (!ended) this.watchers -= 1;
          ended = true;
          end();
        };
      },
      log: { info: log('info'), warn: log('warn'), error: log('error') },
    };
  }
}
