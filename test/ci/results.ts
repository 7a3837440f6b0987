/**
 * What runs of the tests came to, from vitest's JSON reports: `tsx test/ci/results.ts failed REPORT` prints the files that
 * failed, `… summary FOLDER` counts what lies there. Of a run `x`, `x.json` is the report, `x.failed` says that it ended
 * with an error, and `x-alone.json` is the second go of files that failed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** More failing files than this are no matter of a busy machine: they have no second go. */
const mostAgain = 10;

interface Report {
  testResults: {
    name: string;
    status: string;
    /** Empty where the file could not be loaded. */
    assertionResults: { fullName: string; status: string }[];
  }[];
}

interface Result {
  name: string;
  status: string;
}

const [, , command, path = ''] = process.argv;
const read = (path: string): Report => JSON.parse(readFileSync(path, 'utf8'));

if (command === 'failed') {
  const report = read(path);
  const failed = report.testResults.filter(({ status }) => status === 'failed');
  const files = [...failed.map(({ name }) => relative('.', name)), ...lost(report)];
  if (files.length > mostAgain) process.stderr.write(`${files.length} files failed: no second go\n`);
  for (const file of files.length > mostAgain ? [] : files) print(file);
} else if (command === 'summary') summary();
else throw new Error('Say `failed REPORT` or `summary FOLDER`.');

function summary(): void {
  const results = ['all', 'mongo-java'].flatMap(resultsOf);
  const count = (...states: string[]) => results.filter(({ status }) => states.includes(status)).length;
  // Suites that lack a server say so in their names; here none may.
  const lacking = results.filter(({ name, status }) => name.includes('(skipped: ') && status !== 'passed');
  for (const { name } of lacking) print(`skipped, though CI can run it: ${name}`);
  for (const { name, status } of results) if (status === 'failed') print(`failed: ${name}`);
  const failed = count('failed') + lacking.length;
  const skipped = count('pending', 'skipped', 'todo') - lacking.length;
  print(`${count('passed')} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}

/** Each test once, as its last go ended. */
function resultsOf(run: string): Result[] {
  const [report, alone] = [`${path}/${run}.json`, `${path}/${run}-alone.json`];
  const endedBadly = existsSync(`${path}/${run}.failed`);
  const first = existsSync(report) ? listed(read(report)) : new Map<string, Result>();
  if (endedBadly && ![...first.values()].some(({ status }) => status === 'failed'))
    first.set(run, { name: `the run "${run}" ended with an error outside of its tests`, status: 'failed' });
  if (run === 'all' && existsSync(report))
    for (const file of lost(read(report)))
      first.set(`${file}\n`, { name: `${file}: its process was lost`, status: 'failed' });
  if (!existsSync(alone)) return [...first.values()];
  for (const [key, result] of listed(read(alone))) {
    const before = first.get(key)?.status;
    if (before === 'failed' && result.status === 'passed')
      print(`failed beside other files, passed alone: ${result.name}`);
    // A file that could not be loaded has tests now.
    first.set(key, result);
    if (!key.endsWith('\n')) first.delete(`${key.slice(0, key.indexOf('\n'))}\n`);
  }
  return [...first.values()];
}

/** Files that a whole run says nothing of: the process that ran them died. */
function lost({ testResults }: Report): string[] {
  const told = new Set(testResults.map(({ name }) => relative('.', name)));
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join('test', file))
    .filter((file) => !told.has(file));
}

/** Tests by file and name; of a file without any that failed, the file itself. */
function listed({ testResults }: Report): Map<string, Result> {
  const found = new Map<string, Result>();
  for (const { name: path, status, assertionResults } of testResults) {
    const file = relative('.', path);
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed'))
      found.set(`${file}\n`, { name: file, status });
    const times = new Map<string, number>();
    for (const { fullName, status } of assertionResults) {
      const time = (times.get(fullName) ?? 0) + 1;
      times.set(fullName, time);
      found.set(`${file}\n${fullName}\n${time}`.trimEnd(), { name: `${file}: ${fullName}`, status });
    }
  }
  return found;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
