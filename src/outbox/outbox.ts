import type { Connector, DeliveryReceipt } from '../connector/connector.js';
import type { OutboundMessage } from '../core/turn.js';
import { CarrierError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { RoomQueue, Run } from '../queue/queue.js';
import { told } from '../redaction.js';
import type { NoteStore } from '../store/note-store.js';
import type { Outbox as OutboxStore } from '../store/outbox.js';
import { replyNote } from '../store/reply-note.js';

/** Messages read at once; a room with more is scheduled again. */
const batch = 50;
/** How long a platform's message is known as a reply: for reactions, deletions, and what people reply to. */
const knownMs = 30 * 24 * 60 * 60 * 1000;

export interface DelivererParts {
  outbox: OutboxStore;
  notes: NoteStore;
  deliveries: RoomQueue;
  /** The one of this name that serves the agent; absent while its bot or the agent itself is away. */
  connector(name: string, agentId: string): Connector | undefined;
  /** Told that the platform takes nothing from this connector until its settings change. */
  refused(connector: Connector, error: CarrierError): void;
  /** Told of every try; failed ones have an error. */
  tried(connector: string, message: OutboundMessage, error?: { code: string; message: string }): void;
  log: Logger;
}

/** Brings committed replies to their platforms: in order within a room, at least once, tried again with back-off. */
export class Deliverer {
  readonly #parts: DelivererParts;
  /** Whose replies wait, as it was logged. */
  readonly #away = new Set<string>();

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#parts.deliveries.process(
      (run) => this.#deliver(run),
      (run, error) => this.#giveUp(run, error),
    );
  }

  async #deliver({ roomId, signal, hold }: Run): Promise<void> {
    const { outbox, deliveries } = this.#parts;
    const due = await outbox.due(roomId, batch);
    for (const message of due) {
      hold();
      const connector = this.#parts.connector(message.to.connector, message.agentId);
      // It may come back, and those behind the message must not overtake it: the sweeper asks again.
      if (!connector?.deliver) return this.#wait(message);
      this.#away.delete(keyOf(message));
      const receipt = await this.#send(message, connector, signal);
      if (!receipt) return;
      await this.#know(message, receipt);
      await outbox.delivered(message.id, receipt);
    }
    if (due.length === batch) await deliveries.schedule(roomId);
  }

  /** Sent is sent: if this cannot be noted, the reply is only not found by its platform's id. */
  async #know({ agentId, memory, to }: OutboundMessage, { messageIds = [] }: DeliveryReceipt): Promise<void> {
    const { connector, tenant } = to;
    const { notes, log } = this.#parts;
    const keys = messageIds.map((messageId) => ({ agentId, connector, tenant, messageId }));
    await Promise.all(keys.map((key) => replyNote.put(notes, key, memory.id, { ttlMs: knownMs }))).catch(
      (err) => log.warn({ err, memoryId: memory.id }, 'the platform ids of a reply are not noted'),
    );
  }

  #wait(message: OutboundMessage): void {
    const key = keyOf(message);
    if (this.#away.has(key)) return;
    this.#away.add(key);
    const { agentId, to } = message;
    this.#parts.log.warn(
      { agentId, connector: to.connector },
      'no connector runs that could deliver; the replies wait until it is back',
    );
  }

  /** Null: the platform refuses the connector itself, its token say. That is no fault of the message. */
  async #send(
    message: OutboundMessage,
    connector: Connector,
    signal: AbortSignal,
  ): Promise<DeliveryReceipt | null> {
    try {
      const receipt = await connector.deliver!(message, signal);
      this.#parts.tried(connector.name, message);
      return receipt;
    } catch (err) {
      this.#parts.tried(connector.name, message, told(err));
      if (err instanceof CarrierError && err.code === 'config_invalid') {
        this.#parts.refused(connector, err);
        return null;
      }
      if (!signal.aborted) {
        this.#parts.log.warn({ err, outboundId: message.id, roomId: message.roomId }, 'delivery failed');
        await this.#parts.outbox.failed(message.id, told(err), false);
      }
      throw err;
    }
  }

  /** The oldest message is the one that failed; those behind it get their own tries. */
  async #giveUp({ roomId }: Run, error: unknown): Promise<void> {
    const { outbox, deliveries, log } = this.#parts;
    try {
      const [stuck, ...behind] = await outbox.due(roomId, 2);
      if (!stuck) return;
      await outbox.failed(stuck.id, told(error), true);
      log.error({ err: error, outboundId: stuck.id, roomId }, 'delivery given up');
      if (behind.length > 0) await deliveries.schedule(roomId);
    } catch (err) {
      log.error({ err, roomId }, 'a failed delivery could not be recorded; it will be tried again');
    }
  }
}

function keyOf({ agentId, to }: OutboundMessage): string {
  return `${agentId} ${to.connector}`;
}
