/**
 * `npm run release`: checks that what is here can be released, and makes what would be: the package and the list of all
 * that comes with it (SBOM), in the folder `--out` (default ./release). Publishes only with `--publish`. `--checked`
 * leaves `npm run validate` out, where CI has just done it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { changelogProblem } from './changelog.js';
import { contentProblems } from './contents.js';
import { licenceProblems } from './licences.js';

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: 'release' },
    publish: { type: 'boolean', default: false },
    checked: { type: 'boolean', default: false },
  },
});
const root = resolve('.');
const out = resolve(flags.out);
const print = (line: string) => process.stdout.write(`${line}\n`);
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1e9, stdio: ['ignore', 'pipe', 'inherit'] });
const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const problems: string[] = [];

check('the checkout is clean', () => {
  const changed = run('git', 'status', '--porcelain').trim();
  return changed ? [`commit or remove what is changed:\n${changed}`] : [];
});
check('CHANGELOG.md has this version', () => {
  const problem = changelogProblem(readFileSync('CHANGELOG.md', 'utf8'), version);
  return problem ? [problem] : [];
});
check('every licence lets us give it on', () => licenceProblems(root, packages));
if (!flags.checked)
  check('npm run validate is green', () => {
    execFileSync('npm', ['run', '--silent', 'validate'], { stdio: 'inherit' });
    return [];
  });

if (problems.length > 0) {
  print(`\nNot to be released: ${problems.length} to mend. Nothing was packed.`);
  process.exit(1);
}

mkdirSync(out, { recursive: true });
// `prepack` builds from nothing.
const [packed] = JSON.parse(run('npm', 'pack', '--json', '--pack-destination', out)) as {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}[];
check('the package has what it needs, and nothing else', () =>
  contentProblems(packed!.files.map(({ path }) => path)),
);
const sbom = join(out, `${name}-${version}.cdx.json`);
writeFileSync(sbom, run('npm', 'sbom', '--omit', 'dev', '--package-lock-only', '--sbom-format', 'cyclonedx'));
const tarball = join(out, packed!.filename);
print(
  `\n${name} ${version}: ${packed!.files.length} files, ${mega(packed!.size)} packed, ${mega(packed!.unpackedSize)} unpacked`,
);
print(`  ${tarball}\n  ${sbom}`);

if (problems.length > 0) {
  print(`\nNot to be released: ${problems.length} to mend.`);
  process.exitCode = 1;
} else if (flags.publish) {
  execFileSync('npm', ['publish', tarball, '--access', 'public'], { stdio: 'inherit' });
} else print('\nReady. `npm run release -- --publish` publishes it.');

function check(what: string, find: () => string[]): void {
  let found: string[];
  try {
    found = find();
  } catch (error) {
    found = [(error as Error).message.split('\n')[0]!];
  }
  problems.push(...found);
  print(`${found.length === 0 ? 'ok ' : 'no '} ${what}`);
  for (const problem of found) print(`     ${problem}`);
}

function mega(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
