/**
 * Behaviour tests: each runs through the turns of a hub of its own, on an empty store in a folder that is gone afterwards.
 * No platform is connected and no tool is called.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Asking } from '../asking.js';
import { type Carrier, startCarrier } from '../carrier.js';
import type { Config } from '../config.js';
import { Character } from '../core/character.js';
import type { Turn } from '../core/turn.js';
import { Evaluation } from '../evaluation/evaluation.js';
import { Lessons } from '../evaluation/lessons.js';
import type { LanguageModel } from '../llm/llm.js';
import { createLogger } from '../logger.js';
import { told } from '../redaction.js';
import type { FoundCase } from './case.js';
import { misses } from './expected.js';
import { FakedTools, fakesName } from './faked-tools.js';
import type { Recorded } from './recorded.js';

type TestOutcome = 'pass' | 'fail' | 'error';

export interface Tested {
  name: string;
  file: string;
  agent: string;
  outcome: TestOutcome;
  /** Why it did not pass. */
  reasons: string[];
  /** What was answered last; null: nothing was. */
  reply: string | null;
  ms: number;
}

export interface TestParts {
  config: Config;
  agentId: string;
  /** As it is written. */
  definition: Record<string, unknown>;
  /** Rules that it has learnt. */
  lessons: readonly string[];
  /** In the place of its own models. */
  model?: string | undefined;
  recorded?: Recorded | undefined;
}

const timeoutMs = 120_000;
/** What an agent is made of here; the rest is left out of a test, or shows in its answers. */
const parted = /^(type|plugins|skills)\b/;

export async function tested(one: FoundCase, parts: TestParts): Promise<Tested> {
  const startedAt = performance.now();
  const about = { name: one.name, file: one.file, agent: parts.agentId };
  const folder = mkdtempSync(join(tmpdir(), 'carrier-behaviour-'));
  try {
    const found = await run(one, parts, folder);
    return { ...about, ...found, ms: Math.round(performance.now() - startedAt) };
  } catch (error) {
    const { message } = told(error);
    const ms = Math.round(performance.now() - startedAt);
    return { ...about, outcome: 'error', reasons: [message], reply: null, ms };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function run(one: FoundCase, parts: TestParts, folder: string) {
  const { agentId, recorded } = parts;
  const tools = new FakedTools(one.tools);
  const asking = new Asking(timeoutMs);
  const log = createLogger('silent');
  recorded?.begin(one.name);
  const definition = definitionOf(parts, Object.keys(one.tools ?? {}).length > 0);
  const carrier = await startCarrier(aloneIn(folder, parts.config), log, {
    connectors: [await asking.extension.create({} as never)],
    characters: { [agentId]: definition },
    plugins: [tools.plugin],
    tool: (tool) => tools.faked(tool),
    ...(recorded && { model: (ref: string): LanguageModel => recorded.model(ref) }),
    embedder: null,
  });
  try {
    // Without them it would be another agent that passes.
    const agent = carrier.agents().find(({ id }) => id === agentId);
    const lacks = ((agent && (await carrier.check(agent))) ?? []).filter(
      ({ field, note }) => !note && parted.test(field),
    );
    if (lacks.length > 0)
      return {
        ...{ outcome: 'error' as const, reply: null },
        reasons: lacks.map(({ field, message }) => `${field}: ${message}`),
      };
    const lessons = new Lessons({ records: carrier.store.records, alone: false, now: Date.now, log });
    for (const text of parts.lessons) {
      const { id } = await lessons.propose({ agentId, text }, 'test');
      await lessons.decide(id, 'approved', 'test');
    }
    let turn: Turn | null = null;
    let reply: string | null = null;
    for (const text of one.say) {
      const answer = await asking.ask(agentId, { text, userId: 'tester' });
      turn = answer.turnId === null ? null : await carrier.store.turns.get(answer.turnId);
      reply = answer.text;
      if (!turn) return { outcome: 'error' as const, reasons: ['was not answered'], reply };
    }
    const reasons = await judged(one, turn!, reply ?? '', definition, carrier);
    if (tools.missed.size > 0)
      reasons.errors.push(
        `calls ${[...tools.missed].join(', ')}, of which the test does not say what it gives`,
      );
    const outcome: TestOutcome =
      reasons.errors.length > 0 ? 'error' : reasons.failures.length > 0 ? 'fail' : 'pass';
    return { outcome, reasons: [...reasons.errors, ...reasons.failures], reply };
  } finally {
    await carrier.stop(5000);
  }
}

async function judged(
  one: FoundCase,
  turn: Turn,
  text: string,
  definition: Record<string, unknown>,
  { models, modelOf: model }: Pick<Carrier, 'models' | 'modelOf'>,
): Promise<{ errors: string[]; failures: string[] }> {
  const errors: string[] = [];
  if (turn.status !== 'done' && turn.status !== 'waiting')
    errors.push(`the turn has ${turn.status}${turn.error ? `: ${turn.error.message}` : ''}`);
  const tools = turn.steps.flatMap(({ actions }) => actions.map(({ name }) => name));
  const safe = turn.evaluation?.outcome === 'safe';
  const found = await misses({ text, tools, steps: turn.steps.length, safe }, one.expect);
  const { failures } = found;
  errors.push(...found.errors);
  const { judge: wanted = [] } = one.expect;
  if (wanted.length === 0 || errors.length > 0 || text.trim() === '') return { errors, failures };
  const { evaluation, ...character } = Character.parse(definition);
  const judge = evaluation.judge === 'none' ? (character.models[0] ?? models[0]) : evaluation.judge;
  if (judge === undefined) {
    errors.push('asks for a judge, and the agent names none (evaluation.judge)');
    return { errors, failures };
  }
  const agent = {
    id: '',
    character: Character.parse({ ...definition, evaluation: { rules: wanted, judge } }),
  };
  const draft = { text, asked: one.say.join('\n'), given: null, removed: [] };
  const payer = { pay: async (paid: LanguageModel) => paid, signal: AbortSignal.timeout(timeoutMs) };
  const { findings } = await new Evaluation({ model }).judge(draft, agent, payer);
  for (const { verdict, rule, reason } of findings)
    if (verdict === 'fail') failures.push(`does not keep: ${rule ?? reason}`);
    else errors.push(`was not judged: ${reason}`);
  return { errors, failures };
}

/** Nothing of it reaches out: no platform, no server with tools; and no model is asked but for answers. */
function definitionOf({ definition, model }: TestParts, fakes: boolean): Record<string, unknown> {
  const memory = (definition.memory ?? {}) as object;
  const conversation = (definition.conversation ?? {}) as object;
  const plugins = Character.shape.plugins.parse(definition.plugins);
  return {
    ...definition,
    ...{ connectors: {}, toolSources: [], budget: [], operatorsRoom: undefined, knowledge: [] },
    plugins: [...plugins, ...(fakes ? [fakesName] : [])],
    ...(model !== undefined && { models: [model] }),
    memory: { ...memory, facts: { extract: 'off' } },
    conversation: { ...conversation, summary: false },
  };
}

function aloneIn(folder: string, config: Config): Config {
  const { cluster: _, ...embedded } = config;
  return {
    ...embedded,
    ...{ role: 'all', dataDir: folder, budgets: [], toolSources: {}, retentionDays: undefined },
    turns: { ...config.turns, attempts: 1, modelWaitMs: 0, retryBaseMs: 1 },
  };
}
