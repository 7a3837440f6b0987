import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { adminTokenPath } from '../admin-token.js';
import type { Overrides } from '../carrier.js';
import type { Config } from '../config.js';
import { within } from '../core/deadline.js';
import { type Hub, type Process, startHub, startWorker } from '../hub.js';
import { createLogger, type Logger } from '../logger.js';
import { includedCharacters } from '../package-folder.js';
import { noteSettings, type SettingMarks } from '../running-hub.js';
import { shutDown } from '../shutdown.js';
import { startTracing } from '../tracing.js';
import { endProcess } from './end.js';
import { command, paint, print } from './output.js';

/** How long past its stop time a hub is waited for, in ms: each of its steps has a limit of its own. */
const graceMs = 30_000;
const tracingMs = 5000;
/** Tells a supervisor to start the hub again: "try again later" of `sysexits.h`. */
const tryAgain = 75;

/**
 * How much the heap may grow before garbage is collected, in percent. Left to itself V8 lets it grow to several times of
 * what is in use; measured, this takes a third less memory, for a tenth more CPU time.
 */
const heapGrowth = '--heap-growing-percent=40';

/**
 * Runs the hub until a signal ends it, and with it the process. A second signal, or one while it starts, ends the process at once.
 * @param settings what their files say.
 */
export async function start(config: Config, settings: SettingMarks): Promise<void> {
  setFlagsFromString(heapGrowth);
  const log = createLogger(config.logLevel);
  process.on('unhandledRejection', (err) => log.error({ err }, 'an unhandled rejection; please report it'));
  process.removeAllListeners('uncaughtException').on('uncaughtException', (err) => {
    log.fatal({ err }, 'an uncaught error; the hub ends, and what was pending is taken up at the next start');
    void endProcess(1);
  });
  let onSignal = die;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onSignal(signal));
  const endTracing = config.tracing ? await startTracing() : async () => {};
  const hub: Hub | Process =
    config.role === 'worker' ? await startWorker(config, log, ending) : await startHub(config, log, ending);
  if (!config.cluster) noteSettings(config.dataDir, settings);
  // It is announced: from here on it is told to end as one that runs.
  const told = new Promise<NodeJS.Signals>((resolve) => {
    onSignal = (first) => {
      onSignal = die;
      resolve(first);
    };
  });
  await Promise.race([told, isGateway(hub) ? greet(hub, config, log) : greetWorker(hub)]);
  const signal = await told;
  print(
    `\n${signal}: finishing what runs. Once more ends it at once; nothing acknowledged is lost either way.`,
  );
  await shutDown(log, () => config.turns.stopMs + graceMs, {
    hub: () => hub.stop(),
    tracing: () => within(tracingMs, endTracing),
  });
  await endProcess(0);
}

/**
 * As the system ends a process by a signal: at once, while an exit would wait for threads that hang. Only the first
 * process of a container does not die so.
 */
function die(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  process.exit(1);
}

/** The driver of a shared database may be stuck for good in one process; so is the embedded one whose disk has failed. */
const ending: Overrides = { database: { onStuck: () => void endProcess(tryAgain) } };

function isGateway(hub: Hub | Process): hub is Hub {
  return 'signInLink' in hub;
}

async function greet(hub: Hub, config: Config, log: Logger): Promise<void> {
  const { url, agents, bots, models, token } = hub;
  const signIn = await hub.signInLink().catch((err: unknown) => {
    log.warn({ err }, 'no link to the console could be made; carrier console makes one');
    return undefined;
  });
  const ids = agents().map(({ id }) => id);
  const agent = ids.includes('assistant') ? 'assistant' : (ids[0] ?? 'AGENT');
  const what = config.role === 'all' ? 'Carrier' : `Carrier ${config.role}`;
  print(`${paint.bold(what)} is ready at ${paint.cyan(url)}`);
  print(`  agents  ${ids.join(', ') || `none yet: put a character file into ${config.charactersDir}`}`);
  if (config.charactersDir === includedCharacters && includedCharacters !== resolve('characters'))
    print(paint.dim('          included ones, until there is a folder "characters" with your own'));
  if (bots.length > 0) print(`  bots    ${bots.join(', ')}`);
  if (config.role === 'all') greetModels(models);
  print(`  data    ${config.dataDir}`);
  if (signIn) {
    print(`  console ${paint.cyan(signIn)}`);
    print(paint.dim(`          good once, for ten minutes; ${command('console')} prints another`));
  }
  print(`  chat    ${command('chat')}`);
  if (token.created) {
    print(
      `\nYour admin token, shown this once (also in ${adminTokenPath(config.dataDir)}):\n  ${token.secret}`,
    );
    print(`\nTry it:\n${curl(url, agent, token.secret)}`);
  } else {
    print(`\nTry it:\n${curl(url, agent, `$(cat ${quote(adminTokenPath(config.dataDir))})`)}`);
  }
  print();
}

function greetWorker({ url, models }: Process): void {
  print(`${paint.bold('Carrier worker')} is ready at ${paint.cyan(url)}`);
  greetModels(models);
  print(`  serves  /healthz, /readyz and /metrics; people talk with gateways\n`);
}

function greetModels(models: string[]): void {
  print(`  models  ${models.join(', then ')}`);
  if (models.includes('offline'))
    print(
      paint.dim(
        `          offline is built in and simple; ${command('init')} sets up a model, an agent and platforms`,
      ),
    );
}

function curl(url: string, agent: string, token: string): string {
  return [
    `  curl -s ${url}/${agent}/message \\`,
    `    -H "Authorization: Bearer ${token}" \\`,
    `    -H 'Content-Type: application/json' \\`,
    `    -d '{"text": "Hello! What is 6 * 7?", "userId": "me"}'`,
  ].join('\n');
}

/** For a path inside double quotes in a shell. */
function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
