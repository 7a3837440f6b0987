/** The settings as they come from the environment: which there are, what each takes, and what goes with what. */
import { z } from 'zod';
import { AgentId } from './core/character.js';
import { ModelRef } from './core/model-ref.js';
import { reaches } from './core/reach.js';
import { addresses, count, flag, list, listOr, networks, publicUrl } from './setting.js';

/** A MongoDB URL that names a user and leaves the password out. */
export const userOnly = /^(mongodb(?:\+srv)?:\/\/[^:@/?]+)@/;

/** No comma: several are separated by them. */
const secretKey = z
  .string()
  .trim()
  .regex(
    /^[^,]{16,}$/,
    'must have at least 16 characters and no comma; `openssl rand -base64 32` makes a good one',
  );

/** What comes over plain http can be changed on its way. */
function isSafeUrl(url: string | undefined): boolean {
  if (url === undefined) return true;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

export const Environment = z
  .object({
    CARRIER_DATA_DIR: z.string().default('./data'),
    CARRIER_CHARACTERS_DIR: z.string().optional(),
    CARRIER_ROLE: z.enum(['all', 'gateway', 'worker']).default('all'),
    CARRIER_HOST: z.string().default('127.0.0.1'),
    CARRIER_PORT: count(3000, 0, 65_535),
    CARRIER_TRUSTED_PROXIES: networks,
    CARRIER_PUBLIC_URL: publicUrl,
    CARRIER_RATE_ADDRESS: count(0, 0, 10_000_000),
    CARRIER_RATE_TOKEN: count(0, 0, 10_000_000),
    CARRIER_RATE_WRONG_TOKENS: count(120, 0, 10_000_000),
    CARRIER_MAX_STREAMS: count(1000, 0, 1_000_000),
    CARRIER_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
    CARRIER_CONCURRENCY: count(64, 1, 10_000),
    CARRIER_TURN_ATTEMPTS: count(4, 1, 50),
    CARRIER_TURN_MAX_MESSAGES: count(50, 1, 1000),
    CARRIER_TURN_MAX_STEPS: count(8, 1, 50),
    CARRIER_RETRY_BASE_MS: count(500, 1, 60_000),
    CARRIER_DELIVERY_HOURS: count(24, 1, 720),
    CARRIER_DELIVERY_LONGEST_PAUSE_MS: count(900_000, 1, 86_400_000),
    CARRIER_DELIVERY_REFUSED_MS: count(600_000, 1, 86_400_000),
    CARRIER_MODEL_TIMEOUT_MS: count(120_000, 100, 3_600_000),
    CARRIER_MODEL_FIRST_MS: count(60_000, 100, 3_600_000),
    CARRIER_MODEL_IDLE_MS: count(60_000, 100, 3_600_000),
    CARRIER_MODEL_WAIT_MS: count(900_000, 0, 86_400_000),
    CARRIER_CONTEXT_TOKENS: count(16_384, 1024, 10_000_000),
    CARRIER_PROMPT_FILES_MB: count(20, 0, 1000),
    CARRIER_WAIT_MS: count(604_800_000, 1000, 31_536_000_000),
    CARRIER_TASK_TURNS: count(100, 1, 100_000),
    CARRIER_TASK_MINUTES: count(120, 1, 1_000_000),
    CARRIER_TASK_TOKENS: count(1_000_000, 1, 1e12),
    CARRIER_SWEEP_MS: count(5000, 100, 3_600_000),
    CARRIER_MAX_BACKLOG: count(10_000, 1, 10_000_000),
    CARRIER_RETENTION_DAYS: z.coerce.number().int().min(1).max(36_500).optional(),
    CARRIER_STOP_MS: count(10_000, 0, 600_000),
    CARRIER_MAX_TEXT_CHARS: count(32_000, 1, 1_000_000),
    CARRIER_MAX_BODY_BYTES: count(1_048_576, 1024, 104_857_600),
    CARRIER_MAX_FILE_BYTES: count(10_485_760, 1024, 1_073_741_824),
    CARRIER_MAX_FILES: count(8, 0, 100),
    CARRIER_MAX_UPLOADING_BYTES: count(134_217_728, 1_048_576, 1e12),
    CARRIER_FILES_PER_PERSON_MB: count(500, 0, 100_000_000),
    CARRIER_FILES_PER_PLACE_MB: count(5000, 0, 100_000_000),
    CARRIER_REPLY_TIMEOUT_MS: count(120_000, 100, 3_600_000),
    CARRIER_CALLBACK_ALLOW_PRIVATE: flag('false'),
    CARRIER_CALLBACK_SECRET: z.string().min(16).optional(),
    CARRIER_JWT_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
    CARRIER_JWT_AUDIENCE: listOr('carrier').pipe(z.array(z.string()).min(1, 'must name one at least')),
    CARRIER_JWT_JWKS: z.url({ protocol: /^https?$/ }).optional(),
    CARRIER_JWT_TYPE: z.string().min(1).default('at+jwt'),
    CARRIER_JWT_ORIGINS: list.pipe(
      z.array(z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin)),
    ),
    CARRIER_JWT_TENANT: z.string().min(1).max(256).default('default'),
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
    CARRIER_CONFIG: z.string().optional(),
    CARRIER_EXTENSIONS: list,
    CARRIER_PLUGINS_DIR: z.string().optional(),
    CARRIER_SECRET_KEY: secretKey.optional(),
    CARRIER_SECRET_KEY_OLD: list.pipe(z.array(secretKey)),
    CARRIER_ENCRYPTION_KEYS: z.string().optional(),
    CARRIER_SECRETS_DIR: z.string().default('/run/secrets'),
    CARRIER_AGENT: AgentId.default('assistant'),
    CARRIER_STORED_AGENTS_MAY: list.pipe(z.array(z.enum(reaches))),
    CARRIER_STREAMING: flag('true'),
    // Not `secondary`: a search must not fail because no secondary is there.
    MONGODB_READ_PREFERENCE: z
      .enum(['primary', 'primaryPreferred', 'secondaryPreferred', 'nearest'])
      .default('primary'),
    CARRIER_MODELS: list.pipe(z.array(ModelRef)),
    CARRIER_EMBEDDER: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}(:\S.*)?$/, 'must be auto, none, or an embedder with an optional :model')
      .default('auto'),
  })
  .refine((env) => env.CARRIER_ROLE === 'all' || env.REDIS_URL, {
    path: ['CARRIER_ROLE'],
    message: 'a gateway and a worker meet at REDIS_URL and MONGODB_URL: set both, or use the role "all"',
  })
  .refine((env) => !env.REDIS_URL === !env.MONGODB_URL, {
    path: ['REDIS_URL'],
    message: 'REDIS_URL and MONGODB_URL belong together: set both, or neither for the embedded hub',
  })
  .refine((env) => !env.CARRIER_JWT_JWKS || env.CARRIER_JWT_ISSUER, {
    path: ['CARRIER_JWT_JWKS'],
    message: 'belongs to CARRIER_JWT_ISSUER: set both, or only that',
  })
  .refine((env) => [env.CARRIER_JWT_ISSUER, env.CARRIER_JWT_JWKS].every(isSafeUrl), {
    path: ['CARRIER_JWT_ISSUER'],
    message: 'keys are read over https alone, except from this machine',
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

/** Names of the hub's own settings. */
export const hubSettings: readonly string[] = Object.keys(Environment.def.innerType.shape);
