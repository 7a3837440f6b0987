/** `carrier agents test`: behaviour tests of agents, as CI runs them. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { casesIn, type FileProblem, type FoundCase } from '../behaviour/case.js';
import { Recorded } from '../behaviour/recorded.js';
import { type Tested, tested } from '../behaviour/tests.js';
import type { Config } from '../config.js';
import { Character } from '../core/character.js';
import type { OutputOf } from '../operations/operations.js';
import { problemsOf, problemText } from '../problems.js';
import { addressOf } from './address.js';
import { carry } from './carry.js';
import { harmless, harmlessJson, paint, print } from './output.js';

export interface TestOptions {
  agent?: string;
  model?: string;
  recorded?: string;
  url?: string;
  json?: boolean;
}

const usualAgent = 'assistant';

/** Sets the exit code: 0 all passed, 1 some failed, 2 something could not be tested at all, or there was nothing. */
export async function testAgents(
  config: Config,
  paths: readonly string[],
  options: TestOptions,
): Promise<void> {
  const recorded = options.recorded === undefined ? undefined : new Recorded(resolve(options.recorded));
  const found = casesIn(pathsOf(config, paths, options.agent), process.cwd());
  const problems: FileProblem[] = [...found.problems];
  if (found.cases.length === 0 && problems.length === 0)
    problems.push({ file: paths.join(' ') || config.charactersDir, message: 'There is no test.' });
  const agents = new Map<string, TestedAgent>();
  const results: Tested[] = [];
  for (const one of found.cases) {
    const agentId = one.agent ?? options.agent ?? usualAgent;
    const agent = agents.get(agentId) ?? (await agentOf(agentId, config, options));
    agents.set(agentId, agent);
    const result =
      agent.problem !== undefined
        ? untested(one, agentId, agent.problem)
        : await tested(one, { config, agentId, ...agent, model: options.model, recorded });
    results.push(result);
    if (!options.json) show(result);
  }
  report(results, problems, options.json === true);
}

/** What was typed; or else the folder that the agent names. */
function pathsOf(config: Config, typed: readonly string[], agentId = usualAgent): string[] {
  if (typed.length > 0) return typed.map((path) => resolve(path));
  const { definition } = definitionOf(agentId, config);
  const folder = definition && Character.parse(definition).evaluation.tests;
  return folder === undefined ? [] : [resolve(config.charactersDir, folder)];
}

/** What there is of both. */
interface Read {
  definition?: Record<string, unknown>;
  problem?: string;
}

function definitionOf(agentId: string, { charactersDir }: Config): Read {
  const path = join(charactersDir, `${agentId}.json`);
  if (!/^[\w-]+$/.test(agentId) || !existsSync(path))
    return { problem: `there is no agent "${agentId}" in ${charactersDir}` };
  try {
    const definition = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const { error } = Character.safeParse(definition);
    return error ? { problem: `${path}: ${problemText(problemsOf(error, Character))}` } : { definition };
  } catch (error) {
    return { problem: `${path}: ${(error as Error).message}` };
  }
}

type TestedAgent =
  | { problem: string }
  | { problem?: never; definition: Record<string, unknown>; lessons: string[] };

async function agentOf(agentId: string, config: Config, { url }: TestOptions): Promise<TestedAgent> {
  const { definition, problem = '' } = definitionOf(agentId, config);
  if (!definition) return { problem };
  return { definition, lessons: await lessonsOf(agentId, config, url) };
}

/** Those in force at the hub that runs; without one there are none. */
async function lessonsOf(agentId: string, config: Config, url: string | undefined): Promise<string[]> {
  if (!addressOf(config, url)) return [];
  const input = { agentId, state: 'approved', limit: 200 };
  const { lessons } = (await carry(config, 'lessons.list', input, url)) as OutputOf<'lessons.list'>;
  return lessons.map(({ text }) => text);
}

function untested({ name, file }: FoundCase, agent: string, problem: string): Tested {
  return { name, file, agent, outcome: 'error', reasons: [problem], reply: null, ms: 0 };
}

const signs = { pass: paint.cyan('ok'), fail: paint.red('failed'), error: paint.red('error') };
const longestShown = 500;

function show({ name, agent, outcome, reasons, reply }: Tested): void {
  print(`${signs[outcome]}  ${harmless(name)}  ${paint.dim(agent)}`);
  if (outcome === 'pass') return;
  for (const reason of reasons) print(`    ${harmless(reason)}`);
  if (reply) print(paint.dim(`    answered: ${harmless(reply.replace(/\s+/g, ' ').slice(0, longestShown))}`));
}

function report(tests: readonly Tested[], problems: readonly FileProblem[], json: boolean): void {
  const count = (outcome: Tested['outcome']) => tests.filter((one) => one.outcome === outcome).length;
  const [passed, failed, errors] = [count('pass'), count('fail'), count('error') + problems.length];
  if (json) print(harmlessJson({ passed, failed, errors, tests, problems }));
  else {
    for (const { file, message } of problems) print(`${signs.error}  ${harmless(`${file}: ${message}`)}`);
    print(`${passed} passed, ${failed} failed, ${errors} could not be tested.`);
  }
  process.exitCode = errors > 0 ? 2 : failed > 0 ? 1 : 0;
}
