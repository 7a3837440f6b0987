/** What a newcomer meets before anything runs: the wrong Node, no folder, a folder that is none, a broken `.env`. */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEnvironmentFile } from '../../src/cli/environment-file.js';
import { HubProcess } from '../support/hub-process.js';
import { until } from '../support/until.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = join(root, 'dist/src/cli/carrier.js');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carrier-first-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number;
  said: string;
}

function run(args: string[], env: Record<string, string> = {}, node: string[] = []): Promise<Ended> {
  const { PATH = '' } = process.env;
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { PATH, HOME: folder, CARRIER_PORT: '0', ...env }, timeout: 30_000 };
    execFile(process.execPath, [...node, program, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, said: stdout + stderr }),
    );
  });
}

/** One line, no stack trace. */
function expectOneLine({ code, said }: Ended, message: RegExp): void {
  expect(said.trim().split('\n')).toEqual([expect.stringMatching(message)]);
  expect(code).toBe(1);
}

describe('the version of Node', () => {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

  it.each(['18.20.4', '20.11.1', '16.0.0'])(
    '[http-and-cli.9] %s is told what is needed, in one line',
    async (version) => {
      writeFileSync(
        join(folder, 'pretend.cjs'),
        `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
      );
      const ended = await run(['--help'], {}, ['-r', './pretend.cjs']);
      expectOneLine(
        ended,
        new RegExp(`needs Node ${engines.node.replace('>=', '')} or newer; this is ${version}`),
      );
    },
  );

  it('is asked before anything else is loaded', () => {
    expect(readFileSync(program, 'utf8')).not.toMatch(/^import /m);
  });
});

describe('a data folder that cannot be used', () => {
  const places: [string, (folder: string) => string, RegExp][] = [
    ['a file in its place', (at) => join(at, 'file'), /there is a file in its place/],
    ['a file on its way', (at) => join(at, 'file', 'data'), /a part of its path is a file/],
    ['/proc', () => '/proc/carrier', /takes no folders/],
    ['/proc itself', () => '/proc', /cannot be used/],
    ['/sys', () => '/sys/carrier', /cannot be used/],
  ];

  it.each(places)('[http-and-cli.10] %s is named with the fix', async (_, placeIn, message) => {
    writeFileSync(join(folder, 'file'), '');
    const place = placeIn(folder);
    const ended = await run(['start', '--data-dir', place]);
    expectOneLine(ended, message);
    expect(ended.said).toContain(place);
    expect(ended.said).toContain('CARRIER_DATA_DIR');
  });

  it('[http-and-cli.10] has its answer from the doctor too', async () => {
    const { code, said } = await run(['doctor', '--data-dir', '/proc/carrier']);
    expect(said).toMatch(/no {2}the data folder \/proc\/carrier can be written\n +The data folder/);
    expect(code).toBe(1);
  });

  it('[http-and-cli.10] may be the folder of characters', async () => {
    writeFileSync(join(folder, 'file'), '');
    expectOneLine(await run(['start', '--characters', join(folder, 'file')]), /carrier init/);
    expectOneLine(await run(['start', '--characters', join(folder, 'none')]), /carrier init/);
  });
});

describe('.env', () => {
  it('[http-and-cli.10] that is a folder is named', async () => {
    mkdirSync(join(folder, '.env'));
    expectOneLine(await run(['start']), /\.env cannot be read \(it is a folder\)/);
  });

  it('[http-and-cli.7] may begin with a byte order mark', () => {
    const path = join(folder, '.env');
    writeFileSync(path, '\uFEFFCARRIER_PORT=1\nCARRIER_HOST="0.0.0.0"\n');
    expect(readEnvironmentFile(path)).toEqual({ CARRIER_PORT: '1', CARRIER_HOST: '0.0.0.0' });
  });
});

describe('an empty folder', () => {
  it('[http-and-cli.12] starts with the included characters and says how to have your own', async () => {
    const hub = new HubProcess({ HOME: folder, CARRIER_PORT: '0' });
    await hub.start();
    await until(() => hub.output.includes('carrier init'));
    expect(hub.output).toMatch(/agents {2}assistant, captain/);
    await hub.end('SIGTERM');
    expect(existsSync(join(folder, 'characters'))).toBe(false);
  });

  it('[http-and-cli.12] gets characters and a .env by `carrier init`, which overwrites nothing', async () => {
    expect(await run(['init'])).toMatchObject({ code: 0, said: expect.stringContaining('written') });
    expect(readdirSync(join(folder, 'characters')).sort()).toEqual(['assistant.json', 'captain.json']);
    const mine = join(folder, 'characters', 'captain.json');
    writeFileSync(mine, '{"name": "Me", "bio": "Mine."}');
    writeFileSync(join(folder, '.env'), 'CARRIER_PORT=0\n');
    expect((await run(['init'])).said).toMatch(/is there +.*captain\.json/);
    expect(readFileSync(mine, 'utf8')).toContain('Mine.');
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe('CARRIER_PORT=0\n');
  });
});

describe('package-lock.json', () => {
  interface Locked {
    optionalDependencies?: Record<string, string>;
  }
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };

  it('[http-and-cli.14] has the optional packages of every system, so that npm install changes nothing', () => {
    const lacking = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !reachable(path, name)),
    );
    expect(lacking).toEqual([]);
  });

  /** From a package, its own folder is looked at first, then those above it. */
  function reachable(from: string, name: string): boolean {
    const parts = from === '' ? [] : from.split('/node_modules/');
    for (let depth = parts.length; depth >= 0; depth--) {
      const above = parts.slice(0, depth).join('/node_modules/');
      if (packages[above ? `${above}/node_modules/${name}` : `node_modules/${name}`]) return true;
    }
    return false;
  }
});
