/** What is left of servers when the hub that started them is stopped or killed: nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, linesOf, stubSettings } from '../servers/mcp/source.js';
import { runDoctor } from '../support/doctor.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { until } from '../support/until.js';

let home: Home;
let hub: HubProcess;
let started: string;
const others: ChildProcess[] = [];
beforeEach(() => {
  home = new Home();
  started = join(home.folder, 'started');
  hub = new HubProcess({ ...home.settings(), HOME: home.folder });
});
afterEach(async () => {
  for (const one of others.splice(0)) one.kill('SIGKILL');
  for (const pid of linesOf(started)) if (isAlive(Number(pid))) process.kill(Number(pid), 'SIGKILL');
  await hub.end('SIGKILL');
  await home.dispose();
});

/** A server behind a shell that stays. */
function configure(options: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const { command, args } = stubSettings({ started, ...options });
  const stub = { type: 'mcp', command: 'sh', args: ['-c', '"$0" "$@"; true', command, ...args], ...more };
  writeFileSync(join(home.folder, 'carrier.config.json'), JSON.stringify({ toolSources: { stub } }));
  home.character('assistant', { name: 'Ada', bio: 'Helpful.', toolSources: ['stub'] });
}

const firstPid = async () => {
  await until(() => linesOf(started).length > 0);
  return Number(linesOf(started)[0]);
};

describe('the processes of servers', () => {
  it.each([
    ['that end with their input', {}],
    ['that ignore all but SIGKILL', { deaf: true }],
  ])('[act.4] %s are gone once the hub has stopped', async (_, options) => {
    configure(options);
    await hub.start();
    const pid = await firstPid();
    await hub.end('SIGTERM');
    await until(() => !isAlive(pid), 5000);
  });

  it('[act.4] of a killed hub end with their input', async () => {
    configure({});
    await hub.start();
    const pid = await firstPid();
    await hub.end('SIGKILL');
    await until(() => !isAlive(pid), 5000);
  });

  it('[act.4] of a killed hub that stay are ended by the next start; a stranger’s that has such a number is not', async () => {
    configure({ deaf: true });
    await hub.start();
    const pid = await firstPid();
    const folder = join(home.folder, 'data', 'tool-processes');
    await until(() => readdirSync(folder).length > 0);
    // Until the shell's child is noted, too.
    await until(() => JSON.parse(linesOf(join(folder, readdirSync(folder)[0]!)).join('')).members.length > 1);
    await hub.end('SIGKILL');
    expect(isAlive(pid)).toBe(true);
    // A group of somebody else's, under a number that was noted for a process that began at another time.
    const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    others.push(stranger);
    mkdirSync(folder, { recursive: true });
    const known = { pid: stranger.pid, started: 'another time' };
    const note = { hub: { pid: 2 ** 22, started: 'long ago' }, members: [known] };
    writeFileSync(join(folder, `${stranger.pid}.json`), JSON.stringify(note));
    await hub.start();
    await until(() => !isAlive(pid), 10_000);
    await until(() => readdirSync(folder).length === 1, 10_000);
    expect(isAlive(stranger.pid!)).toBe(true);
    await until(() => linesOf(started).length === 2, 10_000);
  });

  it('are shown by the doctor: revision, tools, what is wrong; none of them stays', async () => {
    configure({ greeting: 'Ready!' });
    const { said } = await runDoctor(home, {});
    expect(said).toContain('the server answers: stub 1, revision 2025-11-25');
    expect(said).toContain('it has 15 tools');
    expect(said).toContain('1 lines of it are no messages of the protocol');
    for (const pid of linesOf(started).map(Number)) await until(() => !isAlive(pid), 5000);
  });

  it('whose settings are wrong are told by the doctor, by where they stand', async () => {
    configure({}, { comand: 'x', timeoutMs: 'soon', secrets: { TOKEN: 'plain' } });
    const { said } = await runDoctor(home, {});
    expect(said).toContain('toolSources.stub.comand');
    expect(said).toContain('did you mean "command"');
    expect(said).toContain('toolSources.stub.timeoutMs');
    expect(said).toContain('toolSources.stub.secrets.TOKEN');
  });
});
