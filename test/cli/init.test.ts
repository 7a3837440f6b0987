/** The package as npm packs it, installed into a folder of its own. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HubProcess } from '../support/hub-process.js';
import { until } from '../support/until.js';
import { carrier } from './carrier.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const quick = { CARRIER_PORT: '0', CARRIER_EMBEDDER: 'none', CARRIER_LOG_LEVEL: 'error' };
const included = readdirSync(join(root, 'characters')).filter((file) => file.endsWith('.json'));

describe('[http-and-cli.12] the packed package', () => {
  const installed = mkdtempSync(join(tmpdir(), 'carrier-packed-'));
  const program = join(installed, 'package/dist/src/cli/carrier.js');
  let here: string;
  beforeAll(() => {
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', installed];
    const tarball = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim();
    execFileSync('tar', ['xzf', join(installed, tarball), '-C', installed]);
    symlinkSync(join(root, 'node_modules'), join(installed, 'package/node_modules'));
  });
  afterAll(() => rmSync(installed, { recursive: true, force: true }));
  beforeEach(() => {
    here = mkdtempSync(join(tmpdir(), 'carrier-empty-'));
  });
  afterEach(() => rmSync(here, { recursive: true, force: true }));

  const run = (...args: string[]) => carrier(args, { cwd: here, env: quick, program });
  /** Starts a hub there and returns what it prints before it is asked to end. */
  const started = async () => {
    const settings = { ...quick, CARRIER_DATA_DIR: join(here, 'data'), HOME: here };
    const hub = new HubProcess(settings, [program, 'start']);
    await hub.start();
    await until(() => hub.output.includes('"userId"'));
    await hub.end('SIGTERM');
    return hub.output;
  };

  it('starts in an empty folder with its own characters, and says so in one line', async () => {
    const said = await started();
    expect(said).toContain('agents  assistant, captain');
    const hints = said.split('\n').filter((line) => line.includes('carrier init'));
    expect(hints).toEqual([expect.stringMatching(/carrier init sets up a model, an agent and platforms/)]);
    expect(readdirSync(here)).toEqual(['data']);
    const chat = await carrier(['chat', 'captain'], {
      cwd: here,
      env: quick,
      program,
      input: 'what is 6*7?',
    });
    expect(chat).toMatchObject({ code: 0, stdout: expect.stringContaining('42') });
  });

  it('copies them and the settings, once, and never overwrites', async () => {
    const first = await run('init', '--copy');
    expect(first.code).toBe(0);
    for (const file of included) {
      expect(first.stdout).toMatch(new RegExp(`made +characters.${file}`));
      expect(readFileSync(join(here, 'characters', file))).toEqual(
        readFileSync(join(root, 'characters', file)),
      );
    }
    expect(readFileSync(join(here, '.env'))).toEqual(readFileSync(join(root, '.env.example')));
    expect(statSync(join(here, '.env')).mode & 0o777).toBe(0o600);

    writeFileSync(join(here, 'characters', included[0]!), '{"name": "Mine", "bio": "Mine."}');
    rmSync(join(here, 'characters', included[1]!));
    writeFileSync(join(here, '.env'), '# mine\n');
    const second = await run('init', '--copy');
    expect(second.code).toBe(0);
    expect(second.stdout).toMatch(new RegExp(`kept +characters.${included[0]}`));
    expect(second.stdout).toMatch(new RegExp(`made +characters.${included[1]}`));
    expect(second.stdout).toMatch(/kept +\.env/);
    expect(readFileSync(join(here, 'characters', included[0]!), 'utf8')).toContain('Mine');
    expect(readFileSync(join(here, '.env'), 'utf8')).toBe('# mine\n');
  });

  it('uses the folder’s own characters where there are some, and does not speak of the included ones then', async () => {
    mkdirSync(join(here, 'characters'));
    writeFileSync(join(here, 'characters', 'mine.json'), '{"name": "Mine", "bio": "Mine."}');
    const said = await started();
    expect(said).toContain('agents  mine\n');
    expect(said).not.toContain('included');
  });

  it('has the templates of new agents', async () => {
    const templates = readdirSync(join(root, 'characters/templates'));
    expect(templates.length).toBe(4);
    for (const [at, file] of templates.entries()) {
      const flags = [
        '--model',
        'offline',
        '--platforms',
        'none',
        '--agent-name',
        `Zoë "${at}" & Co.`,
        '--no-test',
      ];
      const made = await run('init', ...flags, '--template', file.replace('.json', ''));
      expect(made).toMatchObject({ code: 0, stderr: '' });
      const path = join(here, 'characters', `zoe-${at}-co.json`);
      const character = JSON.parse(readFileSync(path, 'utf8'));
      expect(character.name).toBe(`Zoë "${at}" & Co.`);
      expect(JSON.stringify(character)).not.toContain('{name}');
    }
  });

  it('makes the folder that a setting names, which start would miss', async () => {
    writeFileSync(join(here, '.env'), 'CARRIER_CHARACTERS_DIR=./mine\n');
    expect(await run('start')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/carrier init.*CARRIER_CHARACTERS_DIR/),
    });
    expect((await run('init', '--copy')).stdout).toMatch(/made +mine.assistant\.json/);
    expect(existsSync(join(here, 'characters'))).toBe(false);
    expect(await started()).toContain('agents  assistant, captain');
  });
});
