/** The permission matrix on the command line: real processes, with the least role that may and with the next lower one. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Role, roles } from '../../../src/access/role.js';
import { announce, HubLock } from '../../../src/store/libsql/lock.js';
import { calls } from './calls.js';
import { byCommand } from './expectations.js';
import { type Json, Stage } from './stage.js';
import { fateOf, linesOf } from './table.js';

const main = fileURLToPath(new URL('../../../dist/src/cli/main.js', import.meta.url));
const lines = linesOf(byCommand);
const acme = ['--agent-id', 'assistant', '--place', 'http/acme'];
const attic = [
  ...['place', '--agent-id', 'assistant', '--connector', 'http', '--tenant', 'acme', '--channel', 'attic'],
];
const one = (thing: Json) => [thing];

/** What follows the command's words; absent: nothing does. */
const args: Record<string, (thing: Json) => string[]> = {
  'agents show': () => ['assistant'],
  'agents check': () => ['assistant'],
  'agents models': () => ['assistant'],
  'connectors test': () => ['assistant', 'http'],
  'tools servers': () => ['assistant'],
  'agents create': ({ id, definition }) => [fileOf(definition), '--id', id],
  'agents change': () => ['assistant', '--comment', 'a change'],
  'agents replace': (version) => [
    ...['assistant', fileOf({ name: 'Ada', bio: '.' }), '--overrides-file', 'false'],
    ...['--if-version', String(version)],
  ],
  'agents edit': () => ['assistant'],
  'agents rollback': (version) => ['assistant', String(version)],
  'agents remove': () => ['assistant'],
  'agents versions': () => ['assistant'],
  'agents diff': () => ['assistant'],
  'agents export': () => ['assistant'],
  'pairing approve': one,
  'pairing revoke': one,
  'tokens issue': ({ name }) => ['--name', name, '--tenant', 'acme', '--role', 'guest'],
  'tokens revoke': ({ id }) => [id],
  'secrets set': () => ['own'],
  'secrets rotate': one,
  'secrets remove': one,
  'tools add': (tool) => [fileOf(tool)],
  'tools show': ({ name }) => [name],
  'tools import': (document) => [fileOf(document), '--agents', 'other'],
  'tools change': (tool) => [fileOf(tool), '--if-version', '1'],
  'tools remove': ({ name }) => [name, '--if-version', '1'],
  'tools offered': () => ['--agent', 'assistant'],
  'tools accept': () => ['x', '--agent-id', 'assistant'],
  'policy show': () => ['--agent', 'assistant'],
  'policy explain': () => ['--agent', 'assistant', '--tool', 'plugin:bank:wire'],
  'rooms messages': one,
  'rooms show': one,
  'rooms summary': one,
  'rooms stop': ({ roomId }) => [roomId],
  'rooms forget': (roomId) => [roomId, '--yes'],
  'rooms take-over': one,
  'rooms hand-back': one,
  'rooms answer': (roomId) => [roomId, 'The heron is back.'],
  'rooms hold': one,
  'rooms note': (roomId) => [roomId, 'They like herons.'],
  'rooms notes': one,
  'rooms say': (roomId) => ['assistant', roomId, 'The heron is back.'],
  'schedules show': one,
  'schedules add': (roomId) => [roomId, 'water the heron', '--in', '86400'],
  'schedules change': (id) => [id, '--paused', 'true'],
  'schedules remove': one,
  'facts list': () => ['assistant', '--connector', 'http', '--tenant', 'acme', '--user-id', 'ann'],
  'facts correct': (id) => [id, 'I like storks'],
  'facts remove': one,
  'knowledge show': one,
  'knowledge add': (name) => [documentOf(name)],
  'knowledge remove': one,
  'knowledge reread': one,
  'turns show': one,
  'turns stop': ({ turnId }) => [turnId],
  'turns run-again': one,
  'turns resume': (turnId) => [turnId, '--approve', 'false'],
  'approvals show': one,
  'approvals approve': one,
  'approvals deny': one,
  'turns rate': (turnId) => [turnId, '4'],
  'lessons show': one,
  'lessons propose': () => ['assistant', 'Speak of herons.'],
  'lessons approve': one,
  'lessons reject': one,
  'lessons remove': one,
  'tasks show': one,
  'tasks pause': one,
  'tasks resume': one,
  'tasks stop': one,
  'deliveries send-again': one,
  'deliveries send-all-again': () => ['assistant'],
  'deliveries drop': one,
  'switches pause': () => attic,
  'switches resume': () => attic,
  'memories preview': () => ['ann', 'assistant', '--tenant', 'acme', '--everything'],
  'memories forget': one,
  'people forget': () => ['ann', '--tenant', 'acme', '--yes'],
  'people export': () => ['http/acme:ann', '--agent-id', 'assistant'],
  'people erase-preview': () => ['http/acme:ann', '--agent-id', 'assistant'],
  'people erase': one,
  'people show': () => ['http/acme:ann'],
  'people link': (other) => ['http/acme:ann', other],
  'people unlink': one,
  'roles give': () => ['member', '--account', 'http/acme:given-member', ...acme],
  'roles take': () => ['--account', 'http/acme:ann', ...acme],
  'sessions end': one,
  turn: one,
  send: () => ['assistant', 'hello there', '--user', 'cleo'],
  chat: () => ['--user', 'cleo'],
  'chat+model': () => ['--user', 'cleo'],
};
const typed: Record<string, string> = {
  'secrets set': 'x\n',
  'secrets rotate': 'y\n',
  chat: 'hello there\n/quit\n',
  'chat+model': '/model default\n',
};

let stage: Stage;
const locks: HubLock[] = [];
beforeAll(async () => {
  stage = new Stage();
  await stage.open();
  for (const role of roles) {
    // `carrier chat` talks to the hub that has the data folder.
    locks.push(new HubLock(folderOf(role)));
    announce(folderOf(role), stage.hub.url);
    // Who owns the hub has its own token, which alone makes links to the console.
    const token = role === 'owner' ? stage.hub.token.secret : stage.tokenOf(`hub ${role}`);
    writeFileSync(join(folderOf(role), 'admin-token'), `${token}\n`, { mode: 0o600 });
  }
}, 60_000);
afterAll(async () => {
  for (const lock of locks) lock.release();
  await stage?.close();
});

const folderOf = (role: Role) => join(stage.home.folder, `data-of-${role}`);

function fileOf(tool: Json): string {
  const path = join(stage.home.folder, `${tool.name ?? tool.paths['/'].get.operationId}.json`);
  writeFileSync(path, JSON.stringify(tool));
  return path;
}

function documentOf(name: string): string {
  const path = join(stage.home.folder, name);
  writeFileSync(path, 'The heron is back.');
  return path;
}

async function carrier(role: Role, line: string, thing: Json) {
  const env = {
    ...{ PATH: process.env.PATH!, HOME: stage.home.folder, CARRIER_DATA_DIR: folderOf(role) },
    EDITOR: `sed -i 's/^bio:.*/bio: Of ${role}./'`,
  };
  const words = line.replace(/\+.*/, '').split(' ');
  const url = words[0] === 'chat' ? [] : ['--url', stage.hub.url];
  const given = [...words, ...(args[line]?.(thing) ?? []), ...url];
  const child = spawn(process.execPath, [main, ...given], { env, cwd: stage.home.folder });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes) => {
    stdout += bytes;
  });
  child.stderr.on('data', (bytes) => {
    stderr += bytes;
  });
  child.stdin.end(typed[line] ?? '');
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

describe.each(lines)('carrier $name', ({ name, operation, by, cells }) => {
  const inChat = name.startsWith('chat');
  const call = inChat ? undefined : calls[name === 'rooms stop' ? 'turns.stop+room' : by];
  const least = roles.find((role) => fateOf(cells.hub!, role) === 'through')!;
  const lower = roles[roles.indexOf(least) - 1];

  it(`is for ${least}s, and for nobody below`, { timeout: 60_000 }, async () => {
    expect(operation).not.toBeNull();
    const thing = await call?.make?.(stage);
    // At once, and on the same thing: a refusal changes nothing of it.
    const [refused, done] = await Promise.all([
      lower && carrier(lower, name, thing),
      carrier(least, name, thing),
    ]);
    await call?.end?.(stage);
    if (refused && inChat) expect(refused.stdout).toMatch(/is for the operators of this agent/);
    else if (refused)
      expect(refused).toEqual({
        ...{ code: 1, stdout: '' },
        // A rule may say that members decide, so they hear who does.
        stderr: expect.stringMatching(
          /^carrier: (Whoever asks may not do this \([\w.]+\)|There is no such approval)\.( What you wrote is kept: \S+)?( \(see docs\/[\w.#-]+\))?\n$/,
        ),
      });
    // What is wrong with the hub or an agent is an exit code, too.
    const code = ['agents check', 'agents list', 'connectors list', 'health'].includes(name)
      ? expect.any(Number)
      : 0;
    expect(done).toEqual({ code, stdout: expect.stringMatching(/\S/), stderr: '' });
    if (inChat) expect(done.stdout).toMatch(/echo hello there|back to the usual models/);
  });
});
