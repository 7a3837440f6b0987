import { ObjectId } from 'bson';
import { fail, notImplemented } from '../errors.js';
import { type Doc, isPlain, toNumber } from '../query/values.js';
import type { Command, Request } from './command.js';
import { MAX_DOCUMENT } from './insert.js';

const electionId = new ObjectId('7fffffff0000000000000001');
const started = Date.now();

export const hello: Command = {
  fields: [
    ...['helloOk', 'client', 'compression', 'loadBalanced', 'saslSupportedMechs', 'speculativeAuthenticate'],
    ...['topologyVersion', 'maxAwaitTimeMS', 'backpressure', 'internalClient', 'hostInfo'],
  ],
  async run({ command, connection, settings, topology }) {
    await topology.changed(command);
    const { isPrimary } = topology;
    const application = isPlain(command.client) ? command.client.application : undefined;
    if (isPlain(application)) connection.appName = String(application.name);
    const me = `${settings.host}:${settings.port}`;
    return {
      helloOk: true,
      topologyVersion: topology.version,
      [command.hello === undefined ? 'ismaster' : 'isWritablePrimary']: isPrimary,
      ...(settings.cluster && { msg: 'isdbgrid' }),
      ...(settings.replicaSet && {
        setName: settings.replicaSet,
        setVersion: 1,
        hosts: [me],
        ...(isPrimary && { primary: me, electionId }),
        me,
        secondary: !isPrimary,
        lastWrite: { lastWriteDate: new Date() },
      }),
      maxBsonObjectSize: MAX_DOCUMENT,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      connectionId: connection.id,
      minWireVersion: 0,
      maxWireVersion: 25,
      readOnly: false,
      ok: 1,
    };
  },
};

export const replSetStepDown: Command = {
  fields: ['secondaryCatchUpPeriodSecs', 'force'],
  run({ command, settings, topology }) {
    if (!settings.replicaSet) fail(76, 'not running with --replSet');
    if (!topology.isPrimary) fail('NotWritablePrimary', "not primary so can't step down");
    topology.stepDown(toNumber(command.replSetStepDown) * 1000);
    return { ok: 1 };
  },
};

export const ping: Command = { fields: [], run: () => ({ ok: 1 }) };

export const buildInfo: Command = {
  fields: [],
  run: () => ({
    version: '8.0.0',
    versionArray: [8, 0, 0, 0],
    gitVersion: 'carrier-test-server',
    modules: [],
    bits: 64,
    debug: false,
    maxBsonObjectSize: MAX_DOCUMENT,
    ok: 1,
  }),
};

export const serverStatus: Command = {
  fields: ['repl', 'metrics', 'locks'],
  run: ({ settings }) => ({
    host: `${settings.host}:${settings.port}`,
    version: '8.0.0',
    process: 'carrier-test-server',
    pid: process.pid,
    uptime: (Date.now() - started) / 1000,
    localTime: new Date(),
    ok: 1,
  }),
};

export const connectionStatus: Command = {
  fields: ['showPrivileges'],
  run: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] }, ok: 1 }),
};

export const endSessions: Command = {
  fields: [],
  run({ command, store }) {
    const sessions = command.endSessions as Doc[];
    store.sessions.end(sessions.map((session) => session.id as never));
    return { ok: 1 };
  },
};

function parameters({ settings }: Request): Doc {
  return {
    featureCompatibilityVersion: { version: '8.0' },
    ttlMonitorSleepSecs: settings.ttlSeconds,
    enableTestCommands: true,
  };
}

export const getParameter: Command = {
  fields: ['featureCompatibilityVersion', 'ttlMonitorSleepSecs', 'enableTestCommands', 'allParameters'],
  run(request) {
    const all = parameters(request);
    if (request.command.getParameter === '*') return { ...all, ok: 1 };
    const wanted = Object.entries(all).filter(([name]) => name in request.command);
    if (!wanted.length) fail('InvalidOptions', 'no option found to get');
    return { ...Object.fromEntries(wanted), ok: 1 };
  },
};

/** What tests change while the server runs; a real one has none of these. */
const ourParameters = ['searchLagMs', 'searchIndexes', 'searchManagementCode'] as const;

export const setParameter: Command = {
  fields: ['ttlMonitorSleepSecs', ...ourParameters],
  run({ command, settings }) {
    const ours = ourParameters.find((name) => command[name] !== undefined);
    if (!ours && command.ttlMonitorSleepSecs === undefined)
      notImplemented('any parameter but ttlMonitorSleepSecs');
    const name = ours ?? 'ttlSeconds';
    const was = settings[name];
    settings[name] = toNumber(command[ours ?? 'ttlMonitorSleepSecs']);
    return { was, ok: 1 };
  },
};

export const configureFailPoint: Command = {
  fields: ['mode', 'data'],
  run({ command, database, faults }) {
    if (database !== 'admin')
      fail('Unauthorized', 'configureFailPoint may only be run against the admin database.');
    return faults.configure(command);
  },
};
