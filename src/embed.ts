/** The hub inside another program: `startCarrier` is what `carrier start` is for a terminal. */
import { resolve } from 'node:path';
import { z } from 'zod';
import type { AgentTypeExtension } from './agents/agent-type.js';
import { type Answer, Asking, type Question } from './asking.js';
import { readConfig } from './config.js';
import { type ConfigDefinition, knownFields, readConfigDefinition, readConfigFile } from './config-file.js';
import type { Agent, CharacterDefinition } from './core/character.js';
import { hubSettings } from './environment.js';
import { FatalError } from './errors.js';
import type { ConnectorExtension, EmbedderExtension, ProviderExtension } from './extensions/extension.js';
import { createLogger, type Logger } from './logger.js';
import { nearest, suggestion } from './nearest.js';
import type { Plugin, PluginExtension } from './plugin/plugin.js';
import { sentence } from './problems.js';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const loggerLevels = ['debug', 'info', 'warn', 'error'] as const;

// biome-ignore lint/suspicious/noExplicitAny: each definition has settings of its own.
type Any = any;
type AnyExtension =
  | ConnectorExtension<Any>
  | ProviderExtension<Any>
  | EmbedderExtension<Any>
  | AgentTypeExtension<Any>
  | PluginExtension<Any>
  | Plugin;

/** A logger of the program's own; pino and the console both fit. */
export type ProgramLogger = Record<(typeof loggerLevels)[number], (details: object, message: string) => void>;

/** What `startCarrier` takes. Everything has a default; without any option the hub runs on its offline model. */
export interface StartOptions {
  /** The hub's and the extensions' settings by their names in `.env.example`: `{ CARRIER_PORT: 0 }`. They win over `env` and `config`. */
  settings?: Record<string, string | number | boolean>;
  /** Settings of an environment, the process's say. Absent: no environment is read. */
  env?: Record<string, string | undefined>;
  /** What `carrier.config.json` has in it, or the path of such a file. Absent: none is read. */
  config?: ConfigDefinition | string;
  /** Connectors, providers, embedders, agent types and plugins besides the hub's own. */
  extensions?: AnyExtension[];
  /** Agents by their ids, or the path of a folder of character files. Absent: the folder of CARRIER_CHARACTERS_DIR. */
  characters?: Record<string, CharacterDefinition> | string;
  /** A level, or where log lines go. Default `silent`. Secrets are taken out of them. */
  log?: (typeof levels)[number] | ProgramLogger;
  /** Whether the HTTP API is served, and with it whatever platforms post to. Default true. */
  http?: boolean;
}

/** A hub that runs inside a program. */
export interface RunningHub {
  /** Where the HTTP API listens; null without HTTP. */
  readonly url: string | null;
  /** The administrator's token for the HTTP API; null without HTTP. */
  readonly token: string | null;
  /** The agents as they are now. */
  agents(): Agent[];
  /**
   * Says something to an agent and waits for its reply, as a caller of the HTTP API does.
   * @throws FatalError `agent_unknown`, `not_allowed`, `text_empty`, `text_too_long`, `turn_failed`,
   * `turn_crashed`, `model_refused`, `model_unavailable`, `model_timeout`: asked again with its `messageId`, the turn runs again;
   * RetryableError `rate_limited`, `paused`, `reply_timeout`, `shutting_down`.
   */
  ask(agentId: string, question: Question): Promise<Answer>;
  /** Lets running turns finish, then closes everything. Called again, it gives the same promise. */
  stop(): Promise<void>;
}

const pathOrObject = z.union([z.string(), z.record(z.string(), z.unknown())], 'must be a path or an object');

const Options = knownFields({
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  // A copy: a process's environment is no plain object.
  env: z
    .preprocess(
      (env) => (typeof env === 'object' ? { ...env } : env),
      z.record(z.string(), z.string().optional()),
    )
    .default({}),
  config: pathOrObject.optional(),
  extensions: z.array(z.unknown()).default([]),
  characters: pathOrObject.optional(),
  log: z
    .union(
      [
        z.enum(levels),
        z.custom<ProgramLogger>((value) =>
          loggerLevels.every((level) => typeof (value as ProgramLogger | null)?.[level] === 'function'),
        ),
      ],
      `must be one of ${levels.join(', ')}, or a logger with ${loggerLevels.join(', ')}`,
    )
    .default('silent'),
  http: z.boolean().default(true),
});

/**
 * Starts a hub inside this program. When it resolves, messages are taken.
 *
 * It reads no environment and no `carrier.config.json` unless it is given them, installs no signal handlers, and writes
 * to no terminal unless `log` says so. One process may run several, each on a data folder of its own (CARRIER_DATA_DIR).
 *
 * @throws FatalError `config_invalid`, with the option or setting at fault as its `field`.
 * @example
 * const hub = await startCarrier({
 *   settings: { CARRIER_DATA_DIR: './hub-data', CARRIER_PORT: 0 },
 *   characters: { ada: { name: 'Ada', bio: 'Ada answers questions about our shop.' } },
 * });
 * const { text } = await hub.ask('ada', { text: 'When do you open?', userId: 'customer-7' });
 * await hub.stop();
 */
export async function startCarrier(options: StartOptions = {}): Promise<RunningHub> {
  const { settings, env, config, extensions, characters, log, http } = checked(options);
  const said = Object.entries(settings).map(([name, value]) => [name, String(value)]);
  const file =
    typeof config === 'string'
      ? readConfigFile(config)
      : readConfigDefinition(config ?? {}, resolve('config'));
  const given = {
    ...env,
    ...(typeof characters === 'string' && { CARRIER_CHARACTERS_DIR: characters }),
    ...Object.fromEntries(said),
  };
  refuseMisspelt(Object.keys(settings));
  const read = readConfig(given, file);
  const asking = new Asking(read.http.replyTimeoutMs);
  // Loaded here: extensions import this package, too, and need not wait for the hub.
  const [{ startHub }, carrier, { Registry }] = await Promise.all([
    import('./hub.js'),
    import('./carrier.js'),
    import('./extensions/registry.js'),
  ]);
  const brought = [...extensions, asking.extension];
  const [problem] = (await Registry.open({ modules: [], folder: file.folder, brought })).problems;
  if (problem)
    throw new FatalError('config_invalid', `startCarrier: ${problem.message}`, { field: problem.module });
  const logger = typeof log === 'string' ? createLogger(log) : loggerTo(log);
  const overrides = { extensions: brought, ...(typeof characters === 'object' && { characters }) };
  const hub = http
    ? await startHub(read, logger, overrides)
    : { ...(await carrier.startCarrier(read, logger, overrides)), url: null, token: null };
  let stopping: Promise<void> | null = null;
  return {
    url: hub.url,
    token: hub.token?.secret ?? null,
    agents: () => hub.agents(),
    ask: (agentId, question) => asking.ask(agentId, question),
    stop: () => (stopping ??= hub.stop()),
  };
}

/** In the environment a name without a meaning may be somebody else's; a program has written it here for the hub. */
function refuseMisspelt(names: string[]): void {
  for (const name of names) {
    const meant = hubSettings.includes(name) ? undefined : nearest(name, hubSettings);
    if (meant === undefined && (hubSettings.includes(name) || !name.startsWith('CARRIER_'))) continue;
    const problem = `settings.${name} is not a setting of the hub${suggestion(name, hubSettings)}`;
    throw new FatalError('config_invalid', problem, { field: `settings.${name}` });
  }
}

function checked(options: StartOptions) {
  const parsed = Options.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : (issue?.path ?? []);
  const field = path.join('.');
  throw new FatalError('config_invalid', sentence(`startCarrier: ${field}: ${issue?.message}`), { field });
}

/** Lines are made by the hub's own logger, which takes secrets out, then handed over. */
function loggerTo(target: ProgramLogger): Logger {
  return createLogger('debug', {
    write(line) {
      const {
        level,
        msg,
        time: _,
        ...details
      } = JSON.parse(line) as { level: string; msg: string; time: string };
      const as = loggerLevels.find((known) => known === level) ?? (level === 'fatal' ? 'error' : 'debug');
      target[as](details, msg);
    },
  });
}
