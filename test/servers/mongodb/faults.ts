import { codeName, fail, isRetryable } from './errors.js';
import { type Doc, isNumber, isPlain, toNumber } from './query/values.js';

const dataFields = new Set([
  ...['failCommands', 'errorCode', 'closeConnection', 'blockConnection', 'blockTimeMS', 'writeConcernError'],
  ...['errorLabels', 'appName', 'namespace', 'closeAfterExecution'],
]);

/** What shall go wrong with one command. */
export interface Fault {
  blockMs: number;
  closeBefore: boolean;
  closeAfter: boolean;
  error?: Doc;
  writeConcernError?: Doc;
  labels?: string[];
}

interface FailPoint {
  data: Doc;
  skip: number;
  times: number;
  chance: number;
}

/** The `failCommand` fail point of a real server, plus `closeAfterExecution`, which is ours. */
export class Faults {
  #point: FailPoint | undefined;
  #entered = 0;

  /** `{ configureFailPoint: 'failCommand', mode, data }` */
  configure(command: Doc): Doc {
    if (command.configureFailPoint !== 'failCommand')
      fail(
        'NotImplemented',
        `this test server has the fail point failCommand only, not ${String(command.configureFailPoint)}`,
      );
    const count = this.#entered;
    const { mode } = command;
    if (mode === 'off') this.#point = undefined;
    else {
      const data = parseData(command.data);
      this.#point = { data, skip: 0, times: Number.POSITIVE_INFINITY, chance: 1 };
      if (mode !== 'alwaysOn') Object.assign(this.#point, parseMode(mode));
    }
    return { count, ok: 1 };
  }

  /** The fault this command meets, if it meets one; a fault with a number of times is used up. */
  meet(name: string, command: Doc, appName: string | undefined): Fault | undefined {
    const point = this.#point;
    if (!point || !matches(point.data, name, command, appName)) return;
    if (point.skip > 0) {
      point.skip--;
      return;
    }
    if (Math.random() >= point.chance) return;
    if (point.times-- <= 0) {
      this.#point = undefined;
      return;
    }
    if (point.times <= 0) this.#point = undefined;
    this.#entered++;
    return faultOf(point.data, command);
  }
}

function parseMode(mode: unknown): Partial<FailPoint> {
  if (isPlain(mode)) {
    const { times, skip, activationProbability: chance } = mode;
    if (Object.keys(mode).length === 1) {
      if (isNumber(times)) return { times: toNumber(times) };
      if (isNumber(skip)) return { skip: toNumber(skip) };
      if (isNumber(chance)) return { chance: toNumber(chance) };
    }
  }
  return fail('BadValue', `unknown fail point mode: ${JSON.stringify(mode)}`);
}

function parseData(data: unknown): Doc {
  if (!isPlain(data) || !Array.isArray(data.failCommands))
    fail('BadValue', 'failCommand needs data.failCommands');
  for (const name of Object.keys(data))
    if (!dataFields.has(name))
      fail('IDLUnknownField', `BSON field 'failCommand.${name}' is an unknown field.`);
  return data;
}

function matches(data: Doc, name: string, command: Doc, appName: string | undefined): boolean {
  if (name === 'configureFailPoint') return false;
  if (!(data.failCommands as string[]).includes(name)) return false;
  if (data.appName !== undefined && data.appName !== appName) return false;
  return data.namespace === undefined || data.namespace === `${String(command.$db)}.${String(command[name])}`;
}

function faultOf(data: Doc, command: Doc): Fault {
  const retryableWrite = command.txnNumber !== undefined;
  const labels = data.errorLabels as string[] | undefined;
  const code = data.errorCode === undefined ? undefined : toNumber(data.errorCode);
  const concern = isPlain(data.writeConcernError) ? data.writeConcernError : undefined;
  const judged = code ?? (concern && toNumber(concern.code));
  const fault: Fault = {
    blockMs: data.blockConnection ? toNumber(data.blockTimeMS ?? 0) : 0,
    closeBefore: data.closeConnection === true,
    closeAfter: data.closeAfterExecution === true,
    labels:
      labels ??
      (retryableWrite && judged !== undefined && isRetryable(judged) ? ['RetryableWriteError'] : []),
  };
  if (code !== undefined) {
    fault.error = {
      ok: 0,
      errmsg: "Failing command via 'failCommand' failpoint",
      code,
      codeName: codeName(code),
    };
  }
  if (concern) fault.writeConcernError = { codeName: codeName(toNumber(concern.code)), ...concern };
  return fault;
}
