/** A process ends when it should, with the right code, whoever reads what it says or does not. */
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runningHub } from '../../src/running-hub.js';
import { Home } from '../support/hub.js';
import { until } from '../support/until.js';
import { type Reader, type Readers, ReadProgram } from './readers.js';

const mischief = fileURLToPath(new URL('./mischief.mjs', import.meta.url));
const there: Readers = { stdout: 'there', stderr: 'there' };

/** Log alone, then both: a program's output and its log may share their reader. */
const readers: Readers[] = [
  { stdout: 'there', stderr: 'leaves' },
  { stdout: 'there', stderr: 'asleep' },
  { stdout: 'gone', stderr: 'gone' },
  { stdout: 'asleep', stderr: 'asleep' },
];

let home: Home;
let programs: ReadProgram[];
beforeEach(() => {
  home = new Home();
  programs = [];
});
afterEach(async () => {
  for (const program of programs) program.dispose();
  await home.dispose();
});

function run(args: string[], readers: Readers, env: Record<string, string> = {}): ReadProgram {
  const program = new ReadProgram(args, { HOME: home.folder, ...home.settings(env) }, readers);
  programs.push(program);
  return program;
}

/** A hub whose connector does so, once it runs. */
async function hub(does: string, readers = there, env: Record<string, string> = {}): Promise<ReadProgram> {
  const started = run(['start'], readers, {
    ...{ CARRIER_STOP_MS: '300', CARRIER_EXTENSIONS: mischief },
    ...{ CARRIER_AGENT: 'assistant', MISCHIEF_DOES: does, ...env },
  });
  // Its output may not be read. It is announced just before it hears signals.
  await until(() => runningHub(home.config().dataDir)?.url !== undefined, 20_000);
  started.leave();
  return started;
}

describe('a hub whose log nobody reads', () => {
  describe.each(readers)('stdout $stdout, stderr $stderr', (nobody) => {
    it('[security.15] ends when it is told to, with lines pending', async () => {
      const started = await hub('logs', nobody);
      started.signal('SIGTERM');
      expect(await started.end()).toEqual({ code: 0, signal: null });
    });

    it('[security.15] ends by an uncaught error', async () => {
      const started = await hub('crashes', nobody);
      started.signal('SIGUSR2');
      expect(await started.end()).toEqual({ code: 1, signal: null });
    });

    it('[security.15] lives on after an unhandled rejection, and ends when it is told to', async () => {
      const started = await hub('rejects', nobody);
      started.signal('SIGUSR2');
      started.signal('SIGINT');
      expect(await started.end()).toEqual({ code: 0, signal: null });
    });

    it('[security.15] ends when it cannot start', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await until(() => server.listening);
      const { port } = server.address() as { port: number };
      const env = { CARRIER_EXTENSIONS: mischief, CARRIER_AGENT: 'assistant', MISCHIEF_DOES: 'logs' };
      const failing = run(['start', '--port', String(port)], nobody, env);
      expect(await failing.end()).toEqual({ code: 1, signal: null });
      server.close();
    });
  });

  it('writes every line of its last moment for a reader who is there', async () => {
    const started = await hub('crashes');
    started.signal('SIGUSR2');
    expect((await started.end()).code).toBe(1);
    await until(() => started.stderr.includes('"level":"fatal"'));
    expect(started.stderr.match(/"last words"/g)).toHaveLength(300);
    expect(started.stderr).toContain('crashed on purpose');
  });
});

describe('a stop', () => {
  it.each(['throws', 'hangs'])('[structure.5] goes on when one connector %s, and tells it', async (does) => {
    const started = await hub(does);
    started.signal('SIGTERM');
    expect(await started.end()).toEqual({ code: 0, signal: null });
    await until(() => /"connector":"mischief".*"msg":"a bot did not stop cleanly/.test(started.stderr));
    // The store was closed, and its folder is free.
    const next = await hub('nothing');
    next.signal('SIGTERM');
    expect((await next.end()).code).toBe(0);
  });

  it.each([
    ['hangs', 'SIGTERM'],
    ['hangs', 'SIGINT'],
    ['blocks', 'SIGTERM'],
  ] as const)('ends at once at a second signal, although something %s: %s', async (does, signal) => {
    const started = await hub(does, there, { CARRIER_STOP_MS: '600000' });
    started.signal('SIGTERM');
    await until(() => started.stdout.includes('finishing what runs'));
    started.signal(signal);
    expect(await started.end()).toEqual({ code: null, signal });
  });
});

describe('a command whose output nobody reads', () => {
  it.each<[Reader, Reader]>([
    ['gone', 'there'],
    ['gone', 'gone'],
    ['there', 'asleep'],
  ])('does its work and ends with its own code: stdout %s, stderr %s', async (stdout, stderr) => {
    const nobody = { stdout, stderr };
    const running = await hub('nothing');
    expect((await run(['doctor'], nobody, { CARRIER_MODELS: 'offline' }).end()).code).toBe(0);
    expect((await run(['doctor'], nobody, { CARRIER_MODELS: 'nobody:x' }).end()).code).toBe(1);
    expect((await run(['tokens', 'list'], nobody).end()).code).toBe(0);
    expect((await run(['pairing', 'approve', 'NOSUCHCD'], nobody).end()).code).toBe(1);
    running.signal('SIGTERM');
    await running.end();
  });

  it.each(readers)('is no conversation for ever: stdout $stdout, stderr $stderr', async (nobody) => {
    const chat = run(['chat'], { ...nobody, stdout: nobody.stdout === 'asleep' ? 'gone' : nobody.stdout });
    chat.leave();
    chat.say('hello\n/quit\n');
    expect((await chat.end()).code).toBe(0);
  });

  it('is waited for by one that has something to tell', async () => {
    const help = run(['--help'], there);
    expect((await help.end()).code).toBe(0);
    await until(() => help.stdout.includes('.env.example lists them all'));
  });
});
