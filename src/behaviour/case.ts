/** Behaviour tests as people write them: what is said to an agent, and what is expected of its answer. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { knownFields } from '../config-file.js';
import { patternFlags } from '../core/evaluation-settings.js';
import { yaml } from '../core/yaml.js';
import { FatalError } from '../errors.js';
import { problemsOf, problemText } from '../problems.js';

const text = z.string().min(1).max(20_000);
const several = z
  .union([text, z.array(text).min(1)])
  .transform((said) => (Array.isArray(said) ? said : [said]));
const patterns = several.refine(
  (all) => all.every(isPattern),
  'must be a regular expression that can be used',
);

const Wanted = {
  /** In any case, and however it is broken into lines. */
  contains: several.optional(),
  matches: patterns.optional(),
  /** A call of this tool. */
  tool: several.optional(),
};

const Expectations = knownFields({
  ...Wanted,
  not: z.union([several.transform((contains) => ({ contains })), knownFields(Wanted)]).optional(),
  /** Most model calls that asked for tools. */
  maxSteps: z.number().int().min(0).optional(),
  /** Sentences that a judge must find kept. */
  judge: several.optional(),
  /** Whether what the agent says where it may not answer is the right answer. */
  safe: z.boolean().optional(),
}).refine((expected) => Object.values(expected).some((one) => one !== undefined), 'must expect something');

const Case = knownFields({
  name: z.string().min(1).max(200),
  agent: z.string().min(1).optional(),
  /** Several are said one after the other; what is expected is expected of the last answer. */
  say: several,
  /** What tools give, by the names that models call them by; none is really called. */
  tools: z.record(z.string().regex(/^[\w-]{1,64}$/), z.string()).optional(),
  expect: Expectations,
});
type Case = z.output<typeof Case>;
export type Expectations = Case['expect'];

export interface FoundCase extends Case {
  file: string;
}

/** What is wrong with a file of cases. */
export interface FileProblem {
  file: string;
  message: string;
}

const endings = /\.(ya?ml|json)$/i;
const mostBytes = 2_000_000;

/** All cases of files and folders, and all that is wrong with them. @param from by which paths are told */
export function casesIn(
  paths: readonly string[],
  from: string,
): { cases: FoundCase[]; problems: FileProblem[] } {
  const cases: FoundCase[] = [];
  const problems: FileProblem[] = [];
  for (const path of paths) {
    const told = relative(from, path) || path;
    if (!existsSync(path)) {
      problems.push({ file: told, message: 'There is no such file or folder.' });
      continue;
    }
    const files = statSync(path).isDirectory() ? filesIn(path) : [path];
    if (files.length === 0)
      problems.push({ file: told, message: 'There is no test in this folder (*.yaml, *.json).' });
    for (const file of files) read(file, relative(from, file), cases, problems);
  }
  const names = new Map<string, FoundCase>();
  for (const one of cases) {
    const first = names.get(one.name);
    if (first) problems.push({ file: one.file, message: `"${one.name}" is the name of two tests.` });
    names.set(one.name, one);
  }
  return { cases, problems };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => endings.test(file))
    .map((file) => join(folder, file))
    .filter((file) => statSync(file).isFile())
    .sort();
}

function read(path: string, file: string, cases: FoundCase[], problems: FileProblem[]): void {
  let value: unknown;
  try {
    value = readYaml(path);
  } catch (error) {
    problems.push({ file, message: (error as Error).message });
    return;
  }
  const all = Array.isArray(value) ? value : [value];
  if (value === null || all.length === 0) problems.push({ file, message: 'There is no test in this file.' });
  else
    for (const [at, one] of all.entries()) {
      const { data, error } = Case.safeParse(one);
      if (data) {
        cases.push({ ...data, file });
        continue;
      }
      const name = (one as { name?: unknown } | null)?.name;
      const which = typeof name === 'string' ? `"${name}"` : `test ${at + 1}`;
      problems.push({ file, message: `${which}: ${problemText(problemsOf(error, Case))}` });
    }
}

/** @throws Error saying what is wrong with the file */
export function readYaml(path: string): unknown {
  if (statSync(path).size > mostBytes) throw new Error('It is too large.');
  // Aliases make a large value of a small text.
  return yaml().parse(readFileSync(path, 'utf8'), { maxAliasCount: 100 });
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, patternFlags) !== undefined && pattern.length <= 2000;
  } catch {
    return false;
  }
}

/** @throws FatalError `config_invalid` */
export function unusable(what: string, why: string): FatalError {
  return new FatalError('config_invalid', `${what}: ${why}`);
}
