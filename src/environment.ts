/** The settings as they come from the environment: which there are, what each takes, and what goes with what. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AgentId, ModelRef } from './core/character.js';
import { FatalError } from './errors.js';
import { addresses, count, flag, list } from './setting.js';

/** A MongoDB URL that names a user and leaves the password out. */
export const userOnly = /^(mongodb(?:\+srv)?:\/\/[^:@/?]+)@/;

export const Environment = z
  .object({
    CARRIER_DATA_DIR: z.string().default('./data'),
    CARRIER_CHARACTERS_DIR: z.string().default('./characters'),
    CARRIER_ROLE: z.enum(['all', 'gateway', 'worker']).default('all'),
    CARRIER_HOST: z.string().default('127.0.0.1'),
    CARRIER_PORT: count(3000, 0, 65_535),
    CARRIER_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
    CARRIER_CONCURRENCY: count(64, 1, 10_000),
    CARRIER_TURN_ATTEMPTS: count(4, 1, 50),
    CARRIER_TURN_MAX_MESSAGES: count(50, 1, 1000),
    CARRIER_TURN_MAX_STEPS: count(8, 1, 50),
    CARRIER_RETRY_BASE_MS: count(500, 1, 60_000),
    CARRIER_MODEL_TIMEOUT_MS: count(120_000, 100, 3_600_000),
    CARRIER_SWEEP_MS: count(5000, 100, 3_600_000),
    CARRIER_MAX_BACKLOG: count(10_000, 1, 10_000_000),
    CARRIER_RETENTION_DAYS: z.coerce.number().int().min(1).max(36_500).optional(),
    CARRIER_STOP_MS: count(10_000, 0, 600_000),
    CARRIER_MAX_TEXT_CHARS: count(32_000, 1, 1_000_000),
    CARRIER_MAX_BODY_BYTES: count(1_048_576, 1024, 104_857_600),
    CARRIER_MAX_FILE_BYTES: count(10_485_760, 1024, 1_073_741_824),
    CARRIER_MAX_FILES: count(8, 0, 100),
    CARRIER_REPLY_TIMEOUT_MS: count(120_000, 100, 3_600_000),
    CARRIER_CALLBACK_ALLOW_PRIVATE: flag('false'),
    CARRIER_CALLBACK_SECRET: z.string().min(16).optional(),
    REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
    REDIS_PASSWORD: z.string().optional(),
    REDIS_CA: z.string().includes('BEGIN CERTIFICATE', { error: 'must be a certificate in PEM' }).optional(),
    REDIS_SENTINELS: addresses(26_379),
    REDIS_SENTINEL_NAME: z.string().default('mymaster'),
    REDIS_SENTINEL_PASSWORD: z.string().optional(),
    REDIS_CLUSTER: flag('false'),
    CARRIER_REDIS_PREFIX: z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .default('carrier'),
    MONGODB_URL: z
      .string()
      .regex(/^mongodb(\+srv)?:\/\//, 'must begin with mongodb:// or mongodb+srv://')
      .optional(),
    MONGODB_PASSWORD: z.string().optional(),
    CARRIER_MONGODB_DATABASE: z
      .string()
      .regex(/^[\w-]{1,63}$/)
      .default('carrier'),
    CARRIER_AGENT: AgentId.default('assistant'),
    CARRIER_STREAMING: flag('true'),
    DISCORD_TOKEN: z.string().optional(),
    DISCORD_API_URL: z.url().optional(),
    DISCORD_SHARDS: z.union([z.literal('auto'), z.coerce.number().int().min(1).max(10_000)]).default('auto'),
    TELEGRAM_TOKEN: z.string().optional(),
    TELEGRAM_API_URL: z.url().optional(),
    TELEGRAM_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
    SLACK_BOT_TOKEN: z.string().startsWith('xoxb-').optional(),
    SLACK_APP_TOKEN: z.string().startsWith('xapp-').optional(),
    SLACK_SIGNING_SECRET: z.string().optional(),
    SLACK_CLIENT_ID: z.string().optional(),
    SLACK_CLIENT_SECRET: z.string().optional(),
    SLACK_REDIRECT_URI: z.url().optional(),
    SLACK_API_URL: z.url().optional(),
    // Not `secondary`: a search must not fail because no secondary is there.
    MONGODB_READ_PREFERENCE: z
      .enum(['primary', 'primaryPreferred', 'secondaryPreferred', 'nearest'])
      .default('primary'),
    CARRIER_MODELS: list.pipe(z.array(ModelRef)),
    CARRIER_EMBEDDER: z
      .string()
      .regex(/^(auto|none|offline|openai(:.+)?)$/, 'must be auto, none, offline, openai or openai:MODEL')
      .default('auto'),
    OPENAI_API_KEY: z.string().optional(),
    OPENAI_BASE_URL: z.url().optional(),
    OPENAI_MODEL: z.string().default('gpt-4.1-mini'),
    OPENAI_EMBEDDING_MODEL: z.string().default('text-embedding-3-small'),
    ANTHROPIC_API_KEY: z.string().optional(),
    ANTHROPIC_BASE_URL: z.url().optional(),
    ANTHROPIC_MODEL: z.string().default('claude-sonnet-5-5'),
    OLLAMA_HOST: z.string().optional(),
    OLLAMA_MODEL: z.string().default('llama3.2'),
  })
  .refine((env) => env.CARRIER_ROLE === 'all' || env.REDIS_URL, {
    path: ['CARRIER_ROLE'],
    message: 'a gateway and a worker meet at REDIS_URL and MONGODB_URL: set both, or use the role "all"',
  })
  .refine((env) => !env.REDIS_URL === !env.MONGODB_URL, {
    path: ['REDIS_URL'],
    message: 'REDIS_URL and MONGODB_URL belong together: set both, or neither for the embedded hub',
  })
  .refine((env) => !env.SLACK_BOT_TOKEN || env.SLACK_APP_TOKEN || env.SLACK_SIGNING_SECRET, {
    path: ['SLACK_APP_TOKEN'],
    message: 'Slack sends events over a socket (SLACK_APP_TOKEN) or by posts (SLACK_SIGNING_SECRET): set one',
  })
  .refine((env) => !env.SLACK_CLIENT_ID === !env.SLACK_CLIENT_SECRET, {
    path: ['SLACK_CLIENT_SECRET'],
    message: 'SLACK_CLIENT_ID and SLACK_CLIENT_SECRET belong together: set both, or neither',
  })
  .refine((env) => !env.REDIS_CLUSTER || env.REDIS_SENTINELS.length === 0, {
    path: ['REDIS_CLUSTER'],
    message: 'a Redis Cluster has no sentinels: set REDIS_CLUSTER or REDIS_SENTINELS, not both',
  })
  .refine((env) => !env.MONGODB_URL || !env.MONGODB_PASSWORD || userOnly.test(env.MONGODB_URL), {
    path: ['MONGODB_PASSWORD'],
    message: 'needs a MONGODB_URL that names a user and no password, as in mongodb://carrier@host/',
  })
  .readonly();

/** Settings that came as `NAME_FILE`: a file that holds the value, as Docker and Kubernetes hand over secrets. */
export function fromFiles(env: Record<string, string | undefined>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of Object.keys(Environment.def.innerType.shape)) {
    const field = `${name}_FILE`;
    const path = env[field];
    if (path === undefined) continue;
    const refuse = (problem: string) =>
      new FatalError('config_invalid', `Settings that cannot be used: ${field}: ${problem}.`, { field });
    if (env[name] !== undefined) throw refuse(`${name} is set too; leave one of them out`);
    try {
      values[name] = readFileSync(path, 'utf8').trim();
    } catch (error) {
      throw refuse(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
    if (values[name] === '') throw refuse(`${path} is empty`);
  }
  return values;
}

/** Nothing else of the environment can be named by a character file. */
const tokenName = /^(DISCORD|TELEGRAM|SLACK)_[A-Z0-9_]+$/;

export function tokensIn(env: Record<string, string | undefined>): Record<string, string> {
  const named = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && tokenName.test(name) ? [[name, value.trim()] as const] : [],
  );
  return Object.fromEntries(named);
}
