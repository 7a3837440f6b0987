import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkFields, type Request, type Settings, writeConcernProblem } from './commands/command.js';
import { commands } from './commands/registry.js';
import { Cursors } from './cursors.js';
import { asServerError, fail, isRetryable, ServerError } from './errors.js';
import { type Fault, Faults } from './faults.js';
import { Journal } from './journal.js';
import { type Doc, isPlain } from './query/values.js';
import { Sessions } from './sessions.js';
import { Store } from './store.js';
import { Topology } from './topology.js';
import { encode, idOf, type Message, MessageReader } from './wire.js';

type Connection = Request['connection'];

/** Listens, and answers each message of a connection in turn. */
export class MongoServer {
  readonly #store: Store;
  readonly #cursors = new Cursors();
  readonly #faults = new Faults();
  readonly #topology = new Topology();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastExpiry = Date.now();
  #connections = 0;

  readonly settings: Settings;

  constructor(dataFolder: string, settings: Settings) {
    this.settings = settings;
    const sessions = new Sessions(settings.cluster || settings.replicaSet !== undefined);
    this.#store = new Store(new Journal(dataFolder), sessions, settings);
  }

  async listen(): Promise<number> {
    await this.#store.load();
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.settings.port, this.settings.host, resolve);
    });
    this.settings.port = (server.address() as { port: number }).port;
    this.#timer = setInterval(() => this.#tick(), 250);
    return this.settings.port;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
    await this.#store.journal.close();
  }

  #tick(): void {
    if (Date.now() - this.#lastExpiry < this.settings.ttlSeconds * 1000) return;
    this.#lastExpiry = Date.now();
    this.#store.expire();
    this.#cursors.expire();
  }

  #serve(socket: Socket): void {
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const connection: Connection = { id: ++this.#connections };
    const reader = new MessageReader();
    let turn = Promise.resolve();
    socket.on('data', (chunk) => {
      try {
        for (const message of reader.push(chunk))
          turn = turn
            .then(() => this.#answer(socket, connection, message))
            .catch(() => void socket.destroy());
      } catch (error) {
        process.stderr.write(`connection ${connection.id} closed: ${(error as Error).message}\n`);
        socket.destroy();
      }
    });
  }

  async #answer(socket: Socket, connection: Connection, message: Message): Promise<void> {
    if (socket.destroyed) return;
    const { command } = message;
    const name = Object.keys(command)[0] ?? '';
    const fault = this.#faults.meet(name, command, connection.appName);
    if (fault?.blockMs) await sleep(fault.blockMs);
    if (fault?.closeBefore) return void socket.destroy();
    const reply = fault?.error ?? (await this.#execute(name, command, connection));
    if (fault?.closeAfter) return void socket.destroy();
    if (message.silent || socket.destroyed) return;
    // `hello` alone is streamed: each answer is to the one before, and waits for what that one did not know.
    const streamed = message.exhaust && reply.ok === 1 && command.maxAwaitTimeMS !== undefined;
    const bytes = encode(message, labelled(reply, fault, command), streamed);
    socket.write(bytes);
    // Its `hello` says so: a driver that has heard "not primary" asks for no other one while that is streamed.
    if (notPrimary.has(Number(fault?.error?.code)))
      setTimeout(() => this.#topology.reelected(), reelectionMs).unref();
    if (!streamed) return;
    const { topologyVersion } = reply;
    await this.#answer(socket, connection, {
      ...message,
      requestId: idOf(bytes),
      command: { ...command, topologyVersion },
    });
  }

  async #execute(name: string, command: Doc, connection: Connection): Promise<Doc> {
    try {
      const found = commands.get(name);
      if (!found) fail('CommandNotFound', `no such command: '${name}'`);
      const database = command.$db;
      if (typeof database !== 'string') fail(40571, 'OP_MSG requests require a $db argument');
      checkFields(name, found, command);
      const request: Request = {
        command,
        database,
        store: this.#store,
        cursors: this.#cursors,
        faults: this.#faults,
        settings: this.settings,
        topology: this.#topology,
        connection,
      };
      const { isPrimary, version } = this.#topology;
      if (!isPrimary && found.writes) fail('NotWritablePrimary', 'not primary', { topologyVersion: version });
      if (!isPrimary && reads.has(name) && !isSecondaryOk(command))
        fail('NotPrimaryNoSecondaryOk', 'not primary and secondaryOk=false', { topologyVersion: version });
      const problem = found.writes ? writeConcernProblem(request) : undefined;
      const reply = await found.run(request);
      // Durable before it is acknowledged, whatever the write concern: what was answered is never lost.
      if (found.writes) await this.#store.journal.synced();
      return problem ? { ...reply, writeConcernError: problem } : reply;
    } catch (error) {
      const known = asServerError(error);
      if (!(error instanceof ServerError)) process.stderr.write(`${name}: ${known.message}\n`);
      return known.reply();
    }
  }
}

/** What a server says that is none, and how soon it is one again where a fault lets it say so. */
const notPrimary = new Set([10107, 13435]);
const reelectionMs = 50;

const reads = new Set(['find', 'aggregate', 'count', 'distinct', 'listIndexes', 'listCollections']);

function isSecondaryOk({ $readPreference: preference }: Doc): boolean {
  return isPlain(preference) && preference.mode !== 'primary';
}

function labelled(reply: Doc, fault: Fault | undefined, command: Doc): Doc {
  const labels = new Set(fault?.labels);
  if (!fault && reply.ok === 0 && command.txnNumber !== undefined && isRetryable(Number(reply.code)))
    labels.add('RetryableWriteError');
  const concern = fault?.writeConcernError;
  return {
    ...reply,
    ...(concern && reply.ok === 1 && { writeConcernError: concern }),
    ...(labels.size && { errorLabels: [...labels] }),
  };
}
