/** A character: the definition of an agent, one JSON file in `characters/`. The file's name is the agent's id. */
import { z } from 'zod';
import { FatalError } from '../errors.js';
import { AgentBudgets } from './budget.js';
import { CheckSettings } from './check-rules.js';
import { ConnectorsSettings } from './connector-settings.js';
import { EvaluationSettings } from './evaluation-settings.js';
import { Length } from './length.js';
import { ModelRef } from './model-ref.js';
import { PolicySettings } from './policy-rules.js';
import { PromptTemplate } from './prompt-template.js';
import { KnowledgeSource } from './readers.js';
import { RetentionRules } from './retention-rules.js';

const lines = z
  .union([z.string(), z.array(z.string())])
  .transform((v) => (Array.isArray(v) ? v.join('\n') : v));

const SourceName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a-z, 0-9 and "-", at most 32 characters');

/** Who an agent is, what it may use, and who may talk to it. */
export const Character = z.strictObject({
  /** Ignored; lets editors check the file against a JSON Schema. */
  $schema: z.string().optional(),
  name: z.string().min(1).max(80),
  /** Who the character is: text, or a list of lines. */
  bio: lines,
  /** Instructions put before everything else in the prompt. */
  system: lines.default(''),
  /** How it writes, a rule a line. */
  style: z.array(z.string()).default([]),
  /** How it talks; the offline model takes its voice from these. */
  examples: z.array(z.strictObject({ user: z.string(), reply: z.string() })).default([]),
  /** How its system text is put together. */
  prompt: z.strictObject({ template: PromptTemplate.optional() }).default({}),
  /** What kind of agent it is: how it takes its turns. */
  type: z.string().min(1).default('conversational'),
  /** Tried in order; empty means the hub's own chain (CARRIER_MODELS). */
  models: z.array(ModelRef).default([]),
  /** 0 to 2; left to the model's default when absent. Newer models take none, and are not sent it. */
  temperature: z.number().min(0).max(2).optional(),
  /** Longest reply, in tokens; what a model thinks before it counts too. */
  maxTokens: z.number().int().min(16).max(32_768).default(4096),
  /** What its models may cost in a day; besides, the hub's own budgets count. */
  budget: AgentBudgets.default([]),
  plugins: z.array(z.string().min(1)).default(['time', 'calculate', 'remember']),
  /** What else brings it tools: sources of the hub's settings by name, or its own. */
  toolSources: z
    .array(z.union([z.string().min(1), z.looseObject({ name: SourceName, type: SourceName })]))
    .default([]),
  /** Folders with a SKILL.md, from where characters are; the agent reads one when it needs it. */
  skills: z.array(z.string().min(1).max(512)).max(50).default([]),
  /** Tools the agent may use, by name, or by key with `*` for any text; `*` alone means all. `deny` wins. */
  tools: z
    .strictObject({ allow: z.array(z.string()).default(['*']), deny: z.array(z.string()).default([]) })
    .default({ allow: ['*'], deny: [] }),
  /** Which calls are denied, asked for or allowed, and how many there may be, besides what the hub's settings say. */
  policy: PolicySettings.prefault({}),
  /** What is taken out of what it says and sends, in the place of what the hub's settings say. */
  checks: CheckSettings.prefault({}),
  /** What its replies must pass before they are sent, and how it is tested. */
  evaluation: EvaluationSettings.prefault({}),
  memory: z
    .strictObject({
      /** Most messages of recent history in a prompt. */
      recentMessages: z.number().int().min(2).max(500).default(40),
      /** Most tokens of recent history in a prompt, as estimated; what its model reads may be less. */
      recentTokens: z.number().int().min(100).max(500_000).default(4000),
      /** Most older memories recalled into a prompt; 0 turns recall off. */
      recall: z.number().int().min(0).max(50).default(8),
      /** Days that messages, their turns and summaries are kept; absent: as long as the hub keeps them. */
      retentionDays: z.number().int().min(1).max(36_500).optional(),
      /** Whether facts people asked to remember outlive that. */
      keepFacts: z.boolean().default(true),
      retention: RetentionRules.prefault({}),
      /** Whether it knows a person in their direct rooms by all their linked accounts, and by what they said of themselves in groups. */
      person: z.boolean().default(false),
      /** What it learns of people from what they write. */
      facts: z
        .strictObject({
          /** `auto`: by its model, or by rules where it has none. `off`: only what it was asked to remember. */
          extract: z.enum(['auto', 'rules', 'off']).default('auto'),
          /** Most of a prompt that facts take, from 0 to 1. */
          share: z.number().min(0).max(1).default(0.1),
        })
        .prefault({}),
      /** Whether files that people send are read, and recalled later where they were sent. */
      files: z.boolean().default(true),
    })
    .prefault({}),
  /** When a conversation starts anew by itself, and what is kept of words that leave the prompt. */
  conversation: z
    .strictObject({
      /** Most messages of one conversation. */
      maxMessages: z.number().int().min(4).max(100_000).optional(),
      /** The longest pause in one, such as `12h`. */
      maxPause: Length.optional(),
      /** How old it may become, such as `7d`. */
      maxAge: Length.optional(),
      /** Whether what leaves the prompt is summarised. */
      summary: z.boolean().default(true),
    })
    .prefault({}),
  /** Documents it answers from. */
  knowledge: z.array(KnowledgeSource).max(100).default([]),
  /** Where its operators are told of what went wrong, such as replies that were given up; absent: nowhere. */
  operatorsRoom: z
    .strictObject({
      connector: z.string().min(1).max(64),
      /** The conversation, as the platform's ids name it. */
      channel: z.string().min(1).max(512),
      thread: z.string().min(1).max(256).optional(),
      /** The workspace, guild or account on the platform, where it has some. */
      tenant: z.string().min(1).max(256).default('default'),
    })
    .optional(),
  /** When people answer in its place. */
  handover: z
    .strictObject({
      /** An operator who writes in a group, to others, takes that room over. */
      byHand: z.boolean().default(false),
      /** For how long after the last that they wrote, in minutes. */
      minutes: z.number().int().min(1).max(10_080).default(30),
      /** Whether it can ask for people itself, by the tool `hand_over`. */
      tool: z.boolean().default(false),
    })
    .prefault({}),
  /** Who may talk to it on each platform, by the connector's name. */
  connectors: ConnectorsSettings.default({}),
});
export type Character = z.infer<typeof Character>;
/** A character as people write it: only `name` and `bio` are needed. */
export type CharacterDefinition = z.input<typeof Character>;

/** A running character. */
export interface Agent {
  /** The character file's name without its ending. */
  id: string;
  character: Character;
}

/** It names no other agent: whoever asks may know of none. */
export function agentUnknown(agentId: string): FatalError {
  return new FatalError(
    'agent_unknown',
    `No agent "${agentId}" runs. GET /agents and carrier agents list name those that do.`,
    {
      field: 'agentId',
    },
  );
}

/** Agent ids come from file names and stand in URLs. */
export const AgentId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/);

/** No agent's ids: the hub's own routes begin with them. */
export const reservedIds: ReadonlySet<string> = new Set([
  ...[
    'agents',
    'approvals',
    'audit',
    'connectors',
    'console',
    'deliveries',
    'documents',
    'embeddings',
    'facts',
    'health',
    'healthz',
  ],
  ...['memories', 'metrics', 'pairings', 'people', 'plugins', 'readyz', 'roles', 'rooms', 'schedules'],
  ...['secrets', 'switches', 'tasks', 'tokens', 'tools', 'turns', 'usage'],
  ...['docs', 'encryption', 'events', 'lessons', 'mcp', 'places', 'retention', 'scores', 'v1'],
  ...['webchat', 'webhooks'],
]);
