/** The environment is read here once, checked, and frozen. `.env.example` explains every setting to people. */
import { resolve } from 'node:path';
import type { z } from 'zod';
import { Environment, fromFiles, tokensIn, userOnly } from './environment.js';
import { FatalError } from './errors.js';

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

export interface Config {
  role: 'all' | 'gateway' | 'worker';
  dataDir: string;
  charactersDir: string;
  logLevel: string;
  /** Whether spans are sent somewhere. */
  tracing: boolean;
  http: {
    host: string;
    port: number;
    maxBodyBytes: number;
    maxFileBytes: number;
    maxFiles: number;
    replyTimeoutMs: number;
    callbackAllowPrivate: boolean;
    /** Absent: one of this data folder's own. */
    callbackSecret?: string;
    maxBacklog: number;
  };
  /** Absent: one hub, embedded. */
  cluster?: {
    redis: RedisSettings;
    mongodbUrl: string;
    database: string;
    /** Where searches read. */
    readPreference: 'primary' | 'primaryPreferred' | 'secondaryPreferred' | 'nearest';
  };
  /** Days that any agent's messages are kept at most; absent: for ever. */
  retentionDays?: number;
  turns: {
    concurrency: number;
    attempts: number;
    maxMessages: number;
    maxSteps: number;
    retryBaseMs: number;
    modelTimeoutMs: number;
    sweepMs: number;
    stopMs: number;
    maxTextChars: number;
  };
  platforms: {
    /** The agent that the tokens below belong to; others name their own in their characters. */
    agent: string;
    /** Whether replies are shown while they are written. */
    streaming: boolean;
    discord: { apiUrl?: string; shards: number | 'auto' };
    /** `webhookUrl`: where Telegram reaches the hub; absent, it is polled. */
    telegram: { apiUrl?: string; webhookUrl?: string };
    slack: { apiUrl?: string; redirectUri?: string };
  };
  /** Settings that a character's `connectors.NAME.token` may name, with their values. Never logged. */
  tokens: Readonly<Record<string, string>>;
  models: {
    /** The hub's chain, for characters that name none of their own. */
    chain: string[];
    embedder: string;
    openai: { apiKey?: string; baseURL?: string; model: string; embeddingModel: string };
    anthropic: { apiKey?: string; baseURL?: string; model: string };
    ollama: { host?: string; model: string };
  };
}

/**
 * @param env the process's own, as a rule; empty values count as absent.
 * @throws FatalError `config_invalid`, naming every setting at fault and what it takes.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const given = { ...present, ...fromFiles(present) };
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new FatalError(
      'config_invalid',
      `Settings that cannot be used: ${problems.join('; ')}. See .env.example.`,
      {
        field: String(parsed.error.issues[0]?.path[0]),
      },
    );
  }
  return deepFreeze({ ...arrange(parsed.data), tokens: tokensIn(given) });
}

function withPassword(mongodbUrl: string, password: string | undefined): string {
  return password
    ? mongodbUrl.replace(userOnly, (_, user) => `${user}:${encodeURIComponent(password)}@`)
    : mongodbUrl;
}

function arrange(env: z.output<typeof Environment>): Omit<Config, 'tokens'> {
  return {
    role: env.CARRIER_ROLE,
    dataDir: resolve(env.CARRIER_DATA_DIR),
    charactersDir: resolve(env.CARRIER_CHARACTERS_DIR),
    logLevel: env.CARRIER_LOG_LEVEL,
    tracing: env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    http: {
      host: env.CARRIER_HOST,
      port: env.CARRIER_PORT,
      maxBodyBytes: env.CARRIER_MAX_BODY_BYTES,
      maxFileBytes: env.CARRIER_MAX_FILE_BYTES,
      maxFiles: env.CARRIER_MAX_FILES,
      replyTimeoutMs: env.CARRIER_REPLY_TIMEOUT_MS,
      callbackAllowPrivate: env.CARRIER_CALLBACK_ALLOW_PRIVATE,
      callbackSecret: env.CARRIER_CALLBACK_SECRET,
      maxBacklog: env.CARRIER_MAX_BACKLOG,
    },
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
          readPreference: env.MONGODB_READ_PREFERENCE,
        },
      }),
    retentionDays: env.CARRIER_RETENTION_DAYS,
    turns: {
      concurrency: env.CARRIER_CONCURRENCY,
      attempts: env.CARRIER_TURN_ATTEMPTS,
      maxMessages: env.CARRIER_TURN_MAX_MESSAGES,
      maxSteps: env.CARRIER_TURN_MAX_STEPS,
      retryBaseMs: env.CARRIER_RETRY_BASE_MS,
      modelTimeoutMs: env.CARRIER_MODEL_TIMEOUT_MS,
      sweepMs: env.CARRIER_SWEEP_MS,
      stopMs: env.CARRIER_STOP_MS,
      maxTextChars: env.CARRIER_MAX_TEXT_CHARS,
    },
    platforms: {
      agent: env.CARRIER_AGENT,
      streaming: env.CARRIER_STREAMING,
      discord: { apiUrl: env.DISCORD_API_URL, shards: env.DISCORD_SHARDS },
      telegram: { apiUrl: env.TELEGRAM_API_URL, webhookUrl: env.TELEGRAM_WEBHOOK_URL },
      slack: { apiUrl: env.SLACK_API_URL, redirectUri: env.SLACK_REDIRECT_URI },
    },
    models: {
      chain: env.CARRIER_MODELS.length > 0 ? env.CARRIER_MODELS : defaultChain(env),
      embedder: env.CARRIER_EMBEDDER,
      openai: {
        apiKey: env.OPENAI_API_KEY,
        baseURL: env.OPENAI_BASE_URL,
        model: env.OPENAI_MODEL,
        embeddingModel: env.OPENAI_EMBEDDING_MODEL,
      },
      anthropic: {
        apiKey: env.ANTHROPIC_API_KEY,
        baseURL: env.ANTHROPIC_BASE_URL,
        model: env.ANTHROPIC_MODEL,
      },
      ollama: { host: env.OLLAMA_HOST, model: env.OLLAMA_MODEL },
    },
  };
}

/** Every provider that has what it needs, best first; `offline` only where nothing else is set. */
function defaultChain(env: z.output<typeof Environment>): string[] {
  const chain: string[] = [];
  if (env.OPENAI_API_KEY) chain.push('openai');
  if (env.ANTHROPIC_API_KEY) chain.push('anthropic');
  if (env.OLLAMA_HOST) chain.push('ollama');
  return chain.length > 0 ? chain : ['offline'];
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
