import type { Connector, DeliveryReceipt } from '../connector/connector.js';
import type { OutboundMessage } from '../core/turn.js';
import { whileAway } from '../core/while-away.js';
import { asCarrierError, CarrierError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { RoomQueue, Run } from '../queue/queue.js';
import { told } from '../redaction.js';
import type { NoteStore } from '../store/note-store.js';
import type { Due, Failing, Outbox as OutboxStore } from '../store/outbox.js';
import { replyNote } from '../store/reply-note.js';
import { type Bot, Bots } from './bots.js';
import { Lateness, type LatenessParts } from './late.js';
import { Replacements } from './replacements.js';
import { RoomRun, type Tried } from './room-run.js';
import { afterFailure, type DeliveryLimits, without } from './schedule.js';
import { WaitingRooms } from './waiting-rooms.js';

/** Messages of a line that are tried in one run; a room with more is scheduled again. */
const batch = 50;
/** Messages read where receivers may be several: behind many that wait for one, others' may be due. */
const linesBatch = 1000;
/** How long a platform's message is known as a reply: for reactions, deletions, and what people reply to. */
const knownMs = 30 * 24 * 60 * 60 * 1000;

type ToldError = { code: string; message: string };

export interface DelivererParts {
  outbox: OutboxStore;
  notes: NoteStore;
  deliveries: RoomQueue;
  limits: DeliveryLimits;
  /** The one of this name that serves the agent; absent while its bot or the agent itself is away. */
  connector(name: string, agentId: string): Connector | undefined;
  /** Whether some part of it has been sent. */
  begun: LatenessParts['begun'];
  /** Whether nothing of it is to leave, since people have its room: it was taken out of the outbox then. */
  withheld(message: Due, connector: Connector): Promise<boolean>;
  /** Told that the platform takes nothing from this connector until its settings change. */
  refused(connector: Connector, error: CarrierError): void;
  /** Told of every try; failed ones have an error. */
  tried(connector: string, message: OutboundMessage, error?: ToldError): void;
  /** Told of every reply that is tried no more. */
  givenUp(message: OutboundMessage, error: ToldError): void;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

/**
 * Brings committed replies to their platforms: in order within a room, at least once, tried again by time
 * (`schedule.ts`). What fails is noted with its next time and never thrown, so the queue's own tries are for the store's
 * faults alone.
 */
export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #bots = new Bots();
  readonly #lateness: Lateness;
  readonly #replacements: Replacements;
  readonly #waiting: WaitingRooms;

  constructor(parts: DelivererParts) {
    const { deliveries, log } = parts;
    this.#parts = parts;
    this.#lateness = new Lateness(parts);
    this.#replacements = new Replacements(parts.notes, log);
    this.#waiting = new WaitingRooms((roomId) => {
      deliveries
        .schedule(roomId)
        .catch((err) => log.debug({ err, roomId }, 'a room is not scheduled; the next sweep finds it'));
    }, parts.now);
  }

  start(): void {
    const { deliveries, log } = this.#parts;
    deliveries.process(
      (run) => this.#deliver(run),
      async ({ roomId }, err) =>
        log.error({ err, roomId }, 'replies wait: they cannot be read or marked now'),
    );
  }

  /** What waits for its time is left to the next start. */
  stop(): void {
    this.#waiting.stop();
  }

  async #deliver(run: Run): Promise<void> {
    const { deliveries, limits, now } = this.#parts;
    const { roomId } = run;
    this.#waiting.end(roomId);
    const { due: found, rest } = await this.#read(roomId);
    const due = await this.#leaving(found);
    const room = new RoomRun(
      {
        ...{ limits, now },
        botOf: (message) => this.#botOf(message),
        try: (...what) => this.#try(...what),
        giveUp: (message, error) => this.#failed(message, error, null),
      },
      due,
      run,
    );
    try {
      const away = await room.deliver();
      if (away) return this.#wait(away);
    } finally {
      this.#waiting.wait(roomId, room.held);
    }
    const held = new Set(room.held.map(({ bot }) => bot));
    const goesOn = (message: Due) => !held.has(this.#botOf(message)!);
    if (rest.some(goesOn)) await deliveries.schedule(roomId);
  }

  /** Without what is not to leave: waiting for its next time, it would hold up what operators write. */
  async #leaving(due: Due[]): Promise<Due[]> {
    const isWithheld = async (message: Due) => {
      const connector = message.failing && this.#connectorOf(message);
      return connector !== undefined && (await this.#parts.withheld(message, connector));
    };
    const left: Due[] = [];
    for (const message of due) if (!(await isWithheld(message))) left.push(message);
    return left;
  }

  /** What is to be tried now, a batch of each line; and what comes after that. */
  async #read(roomId: string): Promise<{ due: Due[]; rest: Due[] }> {
    const { outbox } = this.#parts;
    let found = await outbox.due(roomId, batch + 1);
    if (found.length > batch && this.#connectorOf(found[0]!)?.receiver)
      found = await outbox.due(roomId, linesBatch);
    const counts = new Map<Bot | undefined, number>();
    const [due, rest]: [Due[], Due[]] = [[], []];
    for (const message of found) {
      const bot = this.#botOf(message);
      const before = counts.get(bot) ?? 0;
      counts.set(bot, before + 1);
      (before < batch ? due : rest).push(message);
    }
    return { due, rest };
  }

  #connectorOf({ to, agentId }: OutboundMessage): Connector | undefined {
    const connector = this.#parts.connector(to.connector, agentId);
    return connector?.deliver && connector;
  }

  #botOf(message: OutboundMessage): Bot | undefined {
    const connector = this.#connectorOf(message);
    return connector && this.#bots.of(connector, message, this.#parts.now());
  }

  async #try(message: Due, heldUpSince: number | undefined, signal: AbortSignal): Promise<Tried> {
    const { outbox, limits, now } = this.#parts;
    const connector = this.#connectorOf(message);
    if (!connector) return 'away';
    if (await this.#parts.withheld(message, connector)) return 'delivered';
    const bot = this.#bots.of(connector, message, now());
    const away = this.#bots.lastAway(message, now());
    const receipt = await this.#send(message, connector, signal);
    if (receipt === null) return 'away';
    if (receipt === 'superseded') {
      await whileAway(signal, () => outbox.delivered(message.id, {}));
      return 'delivered';
    }
    if (receipt instanceof CarrierError) {
      const before = message.failing && without(away, message.failing);
      const failing = afterFailure({ error: receipt, at: now(), before, heldUpSince }, bot, limits);
      await this.#failed(message, receipt, failing);
      return failing ? { failing, error: receipt } : 'given up';
    }
    bot.deliveredAt = now();
    this.#waiting.soon(bot);
    await this.#know(message, receipt);
    // What was sent is not sent again because it could not be noted.
    await whileAway(signal, () => this.#replacements.know(message, receipt));
    await whileAway(signal, () => outbox.delivered(message.id, receipt));
    return 'delivered';
  }

  /** An error: the try has failed. Null: the platform refuses the connector itself. `superseded`: nothing is to be sent. */
  async #send(
    message: Due,
    connector: Connector,
    signal: AbortSignal,
  ): Promise<DeliveryReceipt | CarrierError | 'superseded' | null> {
    const { tried, refused, now } = this.#parts;
    const outbound = message.failing ? withoutFailing(message) : message;
    const placed = await this.#replacements.placed(outbound);
    if (!placed) return 'superseded';
    // What changes in its place is not read as an answer that comes late.
    const said = placed.replacing ? placed : await this.#lateness.said(placed, connector, now());
    try {
      const receipt = await connector.deliver!(said, signal);
      tried(connector.name, outbound);
      return receipt;
    } catch (thrown) {
      tried(connector.name, outbound, told(thrown));
      const error = asCarrierError(thrown);
      if (error.code === 'config_invalid') {
        this.#bots.away(message, now());
        refused(connector, error);
        return null;
      }
      // The hub stops, or the room is another process's: nobody knows whether it has failed.
      if (signal.aborted) throw thrown;
      return error;
    }
  }

  async #failed(message: Due, error: CarrierError, failing: Failing | null): Promise<void> {
    const { outbox, givenUp, log } = this.#parts;
    const { id: outboundId, roomId } = message;
    await outbox.failed(outboundId, told(error), failing);
    if (failing) {
      const nextAt = new Date(failing.nextAt).toISOString();
      log.warn({ err: error, outboundId, roomId, nextAt }, 'delivery failed');
      return;
    }
    log.error({ err: error, outboundId, roomId }, 'delivery given up');
    givenUp(message, told(error));
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
    if (!this.#bots.away(message, this.#parts.now())) return;
    const { agentId, to } = message;
    this.#parts.log.warn(
      { agentId, connector: to.connector },
      'no connector runs that could deliver; the replies wait until it is back',
    );
  }
}

function withoutFailing({ failing: _, ...outbound }: Due): OutboundMessage {
  return outbound;
}
