/**
 * The engine: the one thread that touches the database, so that the hub's own never waits for a disk.
 * Whatever has arrived by the time it looks becomes one group (`group.ts`) and is answered in one message, in
 * the order it came.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Database } from './database.js';
import { type Fault, faultOf } from './faults.js';
import { Group } from './group.js';
import { openOperations, patient } from './operations.js';
import { migrate } from './schema.js';

/** An operation's name, or `close`. */
export type Request = [id: number, operation: string, ...args: unknown[]];
/** The first answer has the id 0: the database is open. */
export type Answer = [id: number, value: unknown] | [id: number, value: null, fault: Fault];

const idleMs = 20;

/**
 * How long searches may go on before writes are looked for again. Their callers go on together then, and write
 * together: one at a time, each turn would pay for a flush to the disk of its own.
 */
const patientMs = 8;

const port = parentPort!;
try {
  serve(new Database(workerData.file));
  port.postMessage([[0, null]] satisfies Answer[]);
} catch (error) {
  port.postMessage([[0, null, faultOf(error)]] satisfies Answer[]);
  port.close();
}

function serve(db: Database): void {
  migrate(db);
  const { operations, upkeep, rolledBack } = openOperations(db);
  const group = new Group(db, rolledBack);
  const callable = operations as unknown as Record<string, (...args: unknown[]) => unknown>;
  let urgent: Request[] = [];
  const unhurried: Request[] = [];
  let closing: Request | undefined;
  const idle = setTimeout(rest, idleMs);

  port.on('message', (requests: Request[]) => {
    sort(requests);
    work();
  });

  function sort(requests: Request[]): void {
    for (const request of requests) {
      if (request[1] === 'close') closing = request;
      else if (patient.has(request[1])) unhurried.push(request);
      else urgent.push(request);
    }
  }

  function work(): void {
    for (;;) {
      for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) sort(more.message);
      if (urgent.length > 0) {
        const requests = urgent;
        urgent = [];
        answerGroup(requests);
      } else {
        if (unhurried.length === 0) break;
        answerPatient();
      }
    }
    if (closing) close(closing);
    else idle.refresh();
  }

  function answerGroup(requests: Request[]): void {
    const outcomes = group.run(
      requests.map(
        ([, name, ...args]) =>
          () =>
            callable[name]!(...args),
      ),
    );
    port.postMessage(
      outcomes.map((outcome, i): Answer => {
        const id = requests[i]![0];
        return 'fault' in outcome ? [id, null, outcome.fault] : [id, outcome.value];
      }),
    );
    quietly(() => upkeep.afterWork());
  }

  function answerPatient(): void {
    const answers: Answer[] = [];
    const until = performance.now() + patientMs;
    while (unhurried.length > 0 && performance.now() < until) {
      const [id, name, ...args] = unhurried.shift()!;
      try {
        answers.push([id, callable[name]!(...args)]);
      } catch (error) {
        answers.push([id, null, faultOf(error)]);
      }
    }
    port.postMessage(answers);
  }

  /** Background work. It repeats itself, but through the event loop, so that requests come first. */
  function rest(): void {
    if (!closing && quietly(() => upkeep.step())) setImmediate(rest);
  }

  /** Background work that fails (a full disk) is tried again at the next idle moment; nobody waits for it. */
  function quietly<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch {
      return undefined;
    }
  }

  function close([id]: Request): void {
    clearTimeout(idle);
    try {
      db.exec('pragma wal_checkpoint(truncate)');
      db.close();
      port.postMessage([[id, null]] satisfies Answer[]);
    } catch (error) {
      port.postMessage([[id, null, faultOf(error)]] satisfies Answer[]);
    }
    port.close();
  }
}
