/** The package as others have it: packed, installed in an empty folder beside packages of third parties, and run. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../support/until.js';
import { startNetwork } from './third-party/carrier-connector-pager/network.js';
import { startParrot } from './third-party/carrier-provider-parrot/server.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const thirdParty = join(root, 'test/package/third-party');
const packages = ['carrier-connector-pager', 'carrier-provider-parrot'];

const run = promisify(execFile);
/** What a person's shell has, without any setting of the hub. */
const { PATH, HOME } = process.env;
const shell = { PATH, HOME, NO_COLOR: '1' };

let folder: string;
/** Why nothing can be installed here. */
let offline: string | null = null;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carrier-installed-'));
  const { stdout } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
    {
      cwd: root,
    },
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const from = [`./${stdout.trim()}`, ...packages.map((name) => join(thirdParty, name))];
  const flags = ['--install-links', '--prefer-offline', '--no-audit', '--no-fund'];
  try {
    await run('npm', ['install', ...flags, ...from], { cwd: folder, env: shell });
  } catch (error) {
    const { stderr } = error as { stderr: string };
    if (!/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ENOTCACHED/.test(stderr)) throw error;
    offline = 'npm reaches no registry from here';
    process.stderr.write(`test/package/installed.test.ts is skipped: ${offline}\n`);
  }
  // Whoever writes an extension installs vitest; ours does.
  for (const name of ['vitest', 'fast-check'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  mkdirSync(join(folder, 'characters'));
  const ada = { name: 'Ada', bio: 'Ada answers.', connectors: { pager: { dm: 'open' } } };
  writeFileSync(join(folder, 'characters/assistant.json'), JSON.stringify(ada));
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(({ skip }) => {
  if (offline) skip(offline);
});

/** Runs a program of the folder to its end, and gives all it wrote and how it ended. */
async function ended(command: string, args: string[], env: Record<string, string> = {}) {
  return run(command, args, { cwd: folder, env: { ...shell, ...env } }).then(
    ({ stdout, stderr }) => ({ text: stdout + stderr, code: 0 }),
    ({ stdout, stderr, code }) => ({ text: stdout + stderr, code: Number(code) }),
  );
}

/** Starts the hub, and gives its address and what it has written. */
async function started(env: Record<string, string>) {
  const bin = join(folder, 'node_modules/.bin/carrier');
  const hub = spawn(bin, ['start'], { cwd: folder, env: { ...shell, CARRIER_PORT: '0', ...env } });
  const written = { out: '', log: '' };
  hub.stdout.on('data', (data) => (written.out += data));
  hub.stderr.on('data', (data) => (written.log += data));
  const exit = new Promise((resolve) => hub.on('exit', resolve));
  onTestFinished(async () => {
    hub.kill('SIGTERM');
    await exit;
  });
  const address = () => /http:\/\/[\d.]+:\d+/.exec(written.out)?.[0];
  await until(() => address() !== undefined || hub.exitCode !== null, 30_000);
  expect(address(), written.out + written.log).toBeDefined();
  return { url: address()!, written };
}

async function outside() {
  const [network, parrot] = [await startNetwork(), await startParrot()];
  onTestFinished(async () => {
    await network.close();
    await parrot.close();
  });
  const settings = {
    PAGER_TOKEN: 't',
    PAGER_EVENT_SECRET: 's',
    PAGER_URL: network.url,
    PARROT_API_KEY: 'k',
    PARROT_BASE_URL: parrot.url,
    CARRIER_MODELS: 'parrot',
    CARRIER_EMBEDDER: 'parrot',
  };
  return { network, settings };
}

const hello = { type: 'page', id: '1', channel: 'desk', from: 'bob', direct: true, text: 'hello there' };

describe('the installed package', () => {
  it('has what it needs, and no tests', async () => {
    const { stdout } = await run('find', ['node_modules/carrier-hub', '-type', 'f'], { cwd: folder });
    const files = stdout.split('\n').map((file) => file.replace('node_modules/carrier-hub/', ''));
    for (const needed of [
      'README.md',
      '.env.example',
      'characters/assistant.json',
      'connectors/README.md',
      'docs/carrier.config.schema.json',
      'docs/configuration.md',
      'docs/providers.md',
      'plugins/README.md',
      'dist/src/index.d.ts',
      'dist/src/testing/index.js',
      'dist/plugins/time.js',
    ])
      expect(files).toContain(needed);
    expect(files.filter((file) => /(^|\/)test\/|\.test\.|tsbuildinfo/.test(file))).toEqual([]);
  });

  it('[structure.1] runs third-party extensions that a setting names; a broken one is named and stops nothing', async () => {
    const { network, settings } = await outside();
    const broken = `import { defineConnector } from 'carrier-hub';\nexport default defineConnector({ name: 'Broken!', create() {} });\n`;
    writeFileSync(join(folder, 'broken.js'), broken);
    const modules = [...packages, './broken.js', 'carrier-not-installed'].join(',');
    const env = { ...settings, CARRIER_EXTENSIONS: modules, CARRIER_DATA_DIR: './data-setting' };

    const doctor = await ended('npx', ['--no-install', 'carrier', 'doctor'], env);
    expect(doctor.code).toBe(1);
    expect(doctor.text).toMatch(/"\.\/broken\.js" .*name must be a-z, 0-9/);
    expect(doctor.text).toMatch(/"carrier-not-installed" was not found.*npm install carrier-not-installed/);

    const { url, written } = await started(env);
    await until(() => written.out.includes('assistant on pager'));
    await until(() => /broken\.js.*name must be a-z, 0-9/.test(written.log));
    expect(await network.post(`${url}/pager/assistant/events`, hello)).toBe(true);
    await until(() => network.pages().some(({ text }) => /^You said: .*hello there$/s.test(text)));
    // What never passes is taken, and its sender told.
    expect(await network.post(`${url}/pager/assistant/events`, { ...hello, id: '2', text: ' ' })).toBe(true);
    expect(network.pages().at(-1)?.text).toMatch(/^The message is empty/);
  });

  it('[structure.1] takes extensions from files, and its settings from carrier.config.json', async () => {
    const { network, settings } = await outside();
    for (const [index, name] of packages.entries()) {
      const source = readFileSync(join(thirdParty, name, 'index.js'), 'utf8');
      writeFileSync(join(folder, `own-${index}.js`), source);
    }
    const { PAGER_URL, PARROT_BASE_URL, PAGER_TOKEN, PAGER_EVENT_SECRET, PARROT_API_KEY } = settings;
    const config = {
      extensions: ['./own-0.js', './own-1.js'],
      endpoints: { loud: { provider: 'parrot', baseUrl: PARROT_BASE_URL, apiKey: 'env:LOUD_KEY' } },
      models: ['loud:macaw'],
      settings: { pager: { url: PAGER_URL } },
      hub: { CARRIER_EMBEDDER: 'none', CARRIER_DATA_DIR: './data-file' },
    };
    writeFileSync(join(folder, 'my.config.json'), JSON.stringify(config));
    const { url, written } = await started({
      CARRIER_CONFIG: './my.config.json',
      PAGER_TOKEN,
      PAGER_EVENT_SECRET,
      LOUD_KEY: PARROT_API_KEY,
    });
    await until(() => written.out.includes('loud:macaw'));
    expect(await network.post(`${url}/pager/assistant/events`, hello)).toBe(true);
    await until(() => network.pages().some(({ text }) => /^You said: .*hello there$/s.test(text)));
  });

  it('starts with nothing set, and refuses a broken carrier.config.json in a line', async () => {
    const { url } = await started({ CARRIER_DATA_DIR: './data-plain', CARRIER_EMBEDDER: 'none' });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    writeFileSync(join(folder, 'broken.json'), '{"extensons": []}');
    const { code, text } = await ended('npx', ['--no-install', 'carrier', 'doctor'], {
      CARRIER_CONFIG: './broken.json',
    });
    expect(code).toBe(1);
    expect(text).toMatch(
      /^carrier: .*broken\.json: "extensons" is not a field; did you mean "extensions"\? \(see docs\/[\w.#-]+\)\n$/,
    );
  });

  it('[structure.2] is embedded by a program, with types', async () => {
    const program = `
      import { startCarrier, defineConnector, defineEmbedder, defineProvider, FatalError, type Host } from 'carrier-hub';
      import { splitMarkdown } from 'carrier-hub/replies';
      import { type Platform } from 'carrier-hub/testing';
      import parrot from './parrot.js';

      export const parts: string[] = splitMarkdown('a', { limit: 100, measure: (text: string) => text.length, render: (text: string) => text });
      export type Both = [Host, Platform, typeof defineConnector, typeof defineEmbedder, typeof defineProvider];
      // @ts-expect-error a setting is text, a number, true or false
      const wrong = () => startCarrier({ settings: { CARRIER_PORT: [] } });
      void wrong;
      const hub = await startCarrier({
        settings: { CARRIER_DATA_DIR: './data-embedded', CARRIER_PORT: 0, CARRIER_EMBEDDER: 'none', PARROT_API_KEY: 'k', PARROT_BASE_URL: process.argv[2]! },
        extensions: parrot,
        characters: { ada: { name: 'Ada', bio: 'Ada answers.', models: ['parrot'] } },
      });
      const { text } = await hub.ask('ada', { text: 'hello' });
      const lost = await hub.ask('eve', { text: 'hello' }).catch((error: unknown) => error);
      console.log(JSON.stringify({ text, fatal: lost instanceof FatalError, url: hub.url }));
      await hub.stop();
    `;
    writeFileSync(join(folder, 'parrot.js'), `export { default } from 'carrier-provider-parrot';\n`);
    writeFileSync(
      join(folder, 'parrot.d.ts'),
      `import type { ProviderExtension } from 'carrier-hub';\ndeclare const all: ProviderExtension[];\nexport default all;\n`,
    );
    writeFileSync(join(folder, 'program.ts'), program);
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const flags = '--strict --skipLibCheck --module nodenext --target es2022 --types node program.ts'.split(
      ' ',
    );
    expect(await ended(process.execPath, [tsc, ...flags])).toEqual({ text: '', code: 0 });
    const parrot = await startParrot();
    onTestFinished(() => parrot.close());
    const { text, code } = await ended(process.execPath, ['program.js', parrot.url]);
    expect([code, text]).toEqual([0, expect.stringMatching(/^\{/)]);
    expect(JSON.parse(text)).toEqual({
      text: expect.stringMatching(/^You said: .*hello$/s),
      fatal: true,
      url: expect.stringMatching(/^http:/),
    });
  });

  it('runs the program that docs/configuration.md shows', async () => {
    const guide = readFileSync(join(folder, 'node_modules/carrier-hub/docs/configuration.md'), 'utf8');
    writeFileSync(
      join(folder, 'example.mjs'),
      `${/```ts\n([\s\S]+?)```/.exec(guide)![1]}\nconsole.log(text);\n`,
    );
    expect(await ended(process.execPath, ['example.mjs'])).toEqual({
      text: expect.stringMatching(/\w/),
      code: 0,
    });
  });

  it('brings contract suites that third-party packages pass, the connector without a skip', async () => {
    for (const name of packages)
      for (const file of ['contract.test.js', 'network.js', 'server.js']) {
        const source = join(thirdParty, name, file);
        const target = join(folder, name, file);
        mkdirSync(dirname(target), { recursive: true });
        const text = await import('node:fs/promises').then(({ readFile }) =>
          readFile(source, 'utf8').catch(() => null),
        );
        if (text) writeFileSync(target, text.replace("'./index.js'", `'${name}'`));
      }
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const { text, code } = await ended(process.execPath, [
      vitest,
      'run',
      '--root',
      '.',
      '--reporter',
      'json',
      ...packages,
    ]);
    const start = text.indexOf('{"num');
    expect(start, text).toBeGreaterThanOrEqual(0);
    const report = JSON.parse(text.slice(start, text.lastIndexOf('}') + 1));
    expect(code, text).toBe(0);
    expect(report.numPassedTests).toBeGreaterThan(30);
    const skipped = report.testResults.flatMap(
      ({ assertionResults }: { assertionResults: { status: string; fullName: string }[] }) =>
        assertionResults.filter(({ status }) => status !== 'passed').map(({ fullName }) => fullName),
    );
    expect(skipped).toEqual([
      'the parrot as a language model calls a tool and answers with its result',
      'letters as an embedder puts what is alike closer together',
    ]);
  });
});
