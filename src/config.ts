/** The environment is read here once, checked, and frozen. `.env.example` explains every setting to people. */
import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { type ReadConfigFile, readConfigFile } from './config-file.js';
import type { ModelAbilities } from './core/model-abilities.js';
import { withoutServiceLinks } from './core/service-links.js';
import { Environment, hubSettings, userOnly } from './environment.js';
import { FatalError } from './errors.js';
import { Given } from './given.js';
import { suggestion } from './nearest.js';
import { includedCharacters } from './package-folder.js';
import { problemsOf, problemText, sentence } from './problems.js';

export interface RedisSettings {
  /** `redis://`, or `rediss://` for TLS; with sentinels, its host is not asked. */
  url: string;
  /** Absent: the URL's, or none. */
  password?: string;
  /** PEM of the authority that signed the server's certificate; absent: those Node knows. */
  ca?: string;
  /** Put before every key, so that several hubs can share one Redis. */
  prefix: string;
  /** Those that know which Redis is the master; empty: the URL leads to it. */
  sentinels: { host: string; port: number }[];
  /** What the sentinels call the master. */
  sentinelName: string;
  sentinelPassword?: string;
  /** Whether the URL leads to a node of a Redis Cluster. */
  cluster: boolean;
}

/** What an endpoint is asked for at most in a minute, by all workers together; absent: no limit. */
export interface EndpointLimits {
  requestsPerMinute?: number;
  /** Of prompts and answers. */
  tokensPerMinute?: number;
}

/** A model provider at one address, under a name of its own. */
export interface EndpointSettings {
  /** Absent: the provider of the endpoint's own name. */
  provider?: string;
  /** What its models can do, by their names. */
  models: Record<string, Partial<ModelAbilities>>;
  limits: EndpointLimits;
  /** The provider's settings. */
  settings: Record<string, unknown>;
}

/** All settings of the hub; those that the environment alone has are in `arrange`. */
export interface Config extends Arranged {
  extensions: {
    /** Connectors, providers, embedders and plugins to load besides the hub's own. */
    modules: string[];
    /** Where paths in it start from, and packages are looked for first. */
    folder: string;
  };
  endpoints: Record<string, EndpointSettings>;
  /** What brings tools, by the name that characters call it by. */
  toolSources: ReadConfigFile['toolSources'];
  /** What models may cost in a day, of the whole hub; characters may have more. */
  budgets: ReadConfigFile['budgets'];
  /** Which tools may be called, for all agents. */
  policy: ReadConfigFile['policy'];
  checks: ReadConfigFile['checks'];
  /** Everything that is set, for extensions to find what is theirs. */
  given: Given;
  /** What is set and has no meaning; the hub runs all the same. */
  warnings: string[];
  /** What else is to be known of the settings; nothing is wrong with it. */
  notes: string[];
}

/**
 * @param env the process's own, as a rule; empty values count as absent.
 * @param file absent: the one that CARRIER_CONFIG names, or the one in the working folder, if there is one.
 * @throws FatalError `config_invalid`, naming every setting at fault and what it takes.
 */
export function readConfig(
  env: Record<string, string | undefined>,
  file: ReadConfigFile = readConfigFile(env.CARRIER_CONFIG?.trim() || undefined),
): Config {
  const { env: own, left } = withoutServiceLinks(env);
  const given = new Given(own, file.settings);
  const settings = hubSettings.flatMap((name) => {
    const value = given.text(name) ?? file.hub[name];
    return value === undefined ? [] : [[name, String(value)]];
  });
  const parsed = Environment.safeParse(Object.fromEntries(settings));
  if (!parsed.success) {
    const problems = problemsOf(parsed.error, Environment).map(({ field, message }) => ({
      field: field.replace(/\[.*/, ''),
      message,
    }));
    const message = `Settings that cannot be used: ${sentence(problemText(problems))} See .env.example.`;
    throw new FatalError('config_invalid', message, { field: problems[0]?.field });
  }
  const config = arrange(parsed.data);
  const { CARRIER_EXTENSIONS: modules } = parsed.data;
  const unknown = [
    ...given.unknown('CARRIER_'),
    ...Object.keys(file.hub).filter((name) => !hubSettings.includes(name)),
  ];
  return deepFreeze({
    ...config,
    extensions: { modules: modules.length > 0 ? modules : file.extensions, folder: file.folder },
    endpoints: Object.fromEntries(
      Object.entries(file.endpoints).map(
        ([name, { provider, models, requestsPerMinute, tokensPerMinute, ...settings }]) => [
          name,
          { provider, models, limits: { requestsPerMinute, tokensPerMinute }, settings },
        ],
      ),
    ),
    toolSources: file.toolSources,
    budgets: file.budgets,
    policy: file.policy,
    checks: file.checks,
    models: { ...config.models, chain: config.models.chain.length > 0 ? config.models.chain : file.models },
    given,
    warnings: unknown.map((name) => `${name} is not a setting of the hub${suggestion(name, hubSettings)}`),
    notes: left
      .filter((name) => name.startsWith('CARRIER_'))
      .map((name) => `${name} is a variable of a Kubernetes Service, not a setting: it is ignored`),
  });
}

function withPassword(mongodbUrl: string, password: string | undefined): string {
  return password
    ? mongodbUrl.replace(userOnly, (_, user) => `${user}:${encodeURIComponent(password)}@`)
    : mongodbUrl;
}

/** Without a setting and without a folder of one's own, those of the package. */
function charactersDir(said: string | undefined): string {
  const usual = resolve(said ?? './characters');
  const none = said === undefined && !lstatSync(usual, { throwIfNoEntry: false });
  return none ? includedCharacters : usual;
}

type Arranged = ReturnType<typeof arrange>;

function arrange(env: z.output<typeof Environment>) {
  return {
    role: env.CARRIER_ROLE,
    dataDir: resolve(env.CARRIER_DATA_DIR),
    charactersDir: charactersDir(env.CARRIER_CHARACTERS_DIR),
    logLevel: env.CARRIER_LOG_LEVEL,
    /** Whether spans are sent somewhere. */
    tracing: env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    http: {
      host: env.CARRIER_HOST,
      port: env.CARRIER_PORT,
      maxBodyBytes: env.CARRIER_MAX_BODY_BYTES,
      maxFileBytes: env.CARRIER_MAX_FILE_BYTES,
      maxFiles: env.CARRIER_MAX_FILES,
      maxUploadingBytes: env.CARRIER_MAX_UPLOADING_BYTES,
      replyTimeoutMs: env.CARRIER_REPLY_TIMEOUT_MS,
      callbackAllowPrivate: env.CARRIER_CALLBACK_ALLOW_PRIVATE,
      /** Undefined: one of this data folder's own. */
      callbackSecret: env.CARRIER_CALLBACK_SECRET,
      maxBacklog: env.CARRIER_MAX_BACKLOG,
      /** Those that are believed whom they forward requests for. */
      trustedProxies: env.CARRIER_TRUSTED_PROXIES,
      /** Where people reach the hub, path included; undefined: where it listens. */
      publicUrl: env.CARRIER_PUBLIC_URL,
      /** `http/limits.ts` says what they mean. */
      limits: {
        perAddress: env.CARRIER_RATE_ADDRESS,
        perToken: env.CARRIER_RATE_TOKEN,
        wrongTokens: env.CARRIER_RATE_WRONG_TOKENS,
        streams: env.CARRIER_MAX_STREAMS,
      },
      /** Whose JWTs are taken in the place of tokens; absent: nobody's. */
      ...(env.CARRIER_JWT_ISSUER && {
        issuer: {
          issuer: env.CARRIER_JWT_ISSUER,
          audience: env.CARRIER_JWT_AUDIENCE,
          type: env.CARRIER_JWT_TYPE,
          /** Where its keys are; absent: as it says itself. */
          jwksUrl: env.CARRIER_JWT_JWKS,
          /** Of pages that may send them. */
          origins: env.CARRIER_JWT_ORIGINS,
          /** Their `sub` is an account of this tenant. */
          tenant: env.CARRIER_JWT_TENANT,
        },
      }),
    },
    /** How much is kept of one person's files, and of all in one place, in bytes; `Infinity` is no limit. */
    files: {
      person: env.CARRIER_FILES_PER_PERSON_MB * 2 ** 20 || Infinity,
      place: env.CARRIER_FILES_PER_PLACE_MB * 2 ** 20 || Infinity,
    },
    /** Absent: one hub, embedded. */
    ...(env.REDIS_URL &&
      env.MONGODB_URL && {
        cluster: {
          redis: {
            url: env.REDIS_URL,
            password: env.REDIS_PASSWORD,
            ca: env.REDIS_CA,
            prefix: env.CARRIER_REDIS_PREFIX,
            sentinels: env.REDIS_SENTINELS,
            sentinelName: env.REDIS_SENTINEL_NAME,
            sentinelPassword: env.REDIS_SENTINEL_PASSWORD,
            cluster: env.REDIS_CLUSTER,
          },
          mongodbUrl: withPassword(env.MONGODB_URL, env.MONGODB_PASSWORD),
          database: env.CARRIER_MONGODB_DATABASE,
          /** Where searches read. */
          readPreference: env.MONGODB_READ_PREFERENCE,
        },
      }),
    /** Days that any agent's messages are kept at most; undefined: for ever. */
    retentionDays: env.CARRIER_RETENTION_DAYS,
    prompt: {
      contextTokens: env.CARRIER_CONTEXT_TOKENS,
      fileBytes: env.CARRIER_PROMPT_FILES_MB * 2 ** 20,
    },
    turns: {
      concurrency: env.CARRIER_CONCURRENCY,
      attempts: env.CARRIER_TURN_ATTEMPTS,
      maxMessages: env.CARRIER_TURN_MAX_MESSAGES,
      maxSteps: env.CARRIER_TURN_MAX_STEPS,
      retryBaseMs: env.CARRIER_RETRY_BASE_MS,
      /** How long the models' answer is waited for: `runtime/patience.ts`. */
      model: {
        wholeMs: env.CARRIER_MODEL_TIMEOUT_MS,
        firstMs: env.CARRIER_MODEL_FIRST_MS,
        idleMs: env.CARRIER_MODEL_IDLE_MS,
      },
      modelWaitMs: env.CARRIER_MODEL_WAIT_MS,
      waitMs: env.CARRIER_WAIT_MS,
      sweepMs: env.CARRIER_SWEEP_MS,
      stopMs: env.CARRIER_STOP_MS,
      maxTextChars: env.CARRIER_MAX_TEXT_CHARS,
    },
    /** What a task may take before it stops at a limit: `tasks/task.ts`. */
    tasks: {
      turns: env.CARRIER_TASK_TURNS,
      minutes: env.CARRIER_TASK_MINUTES,
      tokens: env.CARRIER_TASK_TOKENS,
    },
    /** When undelivered replies are tried again and given up: `outbox/schedule.ts`. */
    deliveries: {
      firstPauseMs: env.CARRIER_RETRY_BASE_MS,
      longestPauseMs: env.CARRIER_DELIVERY_LONGEST_PAUSE_MS,
      windowMs: env.CARRIER_DELIVERY_HOURS * 3_600_000,
      refusedMs: env.CARRIER_DELIVERY_REFUSED_MS,
    },
    platforms: {
      /** The agent that the hub's own bots belong to; others name their own in their characters. */
      agent: env.CARRIER_AGENT,
      /** Whether replies are shown while they are written. */
      streaming: env.CARRIER_STREAMING,
    },
    /** Where plugins may be besides the characters' folder; absent: only there. */
    ...(env.CARRIER_PLUGINS_DIR && { pluginsDir: resolve(env.CARRIER_PLUGINS_DIR) }),
    /** What definitions of agents in the store may reach on this machine: `definitions/reach.ts`. */
    storedAgentsMay: env.CARRIER_STORED_AGENTS_MAY,
    /** Where files are that characters may name as secrets. */
    secretsDir: resolve(env.CARRIER_SECRETS_DIR),
    /** What stored secrets are sealed with, and what they may have been sealed with before. */
    secretKey: { key: env.CARRIER_SECRET_KEY, old: env.CARRIER_SECRET_KEY_OLD },
    /** Where the keys are that stored data is encrypted under, as `encryption/key-ring.ts` reads it; absent: it is not. */
    encryption: { keys: env.CARRIER_ENCRYPTION_KEYS },
    models: {
      /** The hub's chain, for characters that name none of their own; empty: what is set up. */
      chain: env.CARRIER_MODELS,
      embedder: env.CARRIER_EMBEDDER,
    },
  };
}

function deepFreeze<T extends object>(value: T): T {
  // What is given learns which of it was asked for.
  for (const inner of Object.values(value))
    if (!(inner instanceof Given) && typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
