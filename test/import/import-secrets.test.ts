/** What `carrier import` writes and says holds no secret, wherever one stands in somebody's folder. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { carrier } from '../cli/carrier.js';
import { OpenHome } from './open-home.js';

let open: OpenHome;
beforeEach(() => {
  open = new OpenHome();
});
afterEach(() => open.dispose());

const key = `sk-ant-${'a1B2c3D4'.repeat(5)}`;
const token = `ghp_${'0123456789abcdef'.repeat(2)}0123`;
const bot = `123456789:AA${'Hx7'.repeat(11)}`;
/** No shape of a key: known by the name that it goes by elsewhere alone. */
const password = 'gurke7gurke7';
const pem = '-----BEGIN PRIVATE KEY-----\nMIIabcdefgh\n-----END PRIVATE KEY-----';
const all = [key, token, bot, password, 'MIIabcdefgh'];

/** Of all that was made, but for `.env`. */
function charactersText(): string {
  return readdirSync(open.home.characters, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

it('[seen.55] of OpenClaw: persona, rules, skills, models, jobs, names and remarks', async () => {
  open.file('.openclaw/openclaw.json', {
    agents: {
      defaults: { model: { primary: 'openai/gpt-5', fallbacks: [`openai/${key}`] } },
      list: [{ id: 'main', identity: { name: `Bob ${token}`, theme: key }, skills: ['s1'] }],
    },
    channels: {
      telegram: { botToken: bot, allowFrom: [key], groups: { [token]: { requireMention: false } }, [key]: 1 },
    },
    hooks: { token: password },
    [token]: 1,
  });
  const workspace = '.openclaw/workspace';
  open.file(`${workspace}/SOUL.md`, `Kind. The key is ${key}. Say ${password} to no one.\n`);
  open.file(`${workspace}/AGENTS.md`, `Use ${token} there.\npostgres://u:${password}@db/x\n${pem}\n`);
  open.file(`${workspace}/IDENTITY.md`, `- **Name:** Rob\n- **Vibe:** ${bot}\n`);
  open.file(`${workspace}/memory/${token}.txt`, 'x');
  open.file(
    `${workspace}/skills/s1/SKILL.md`,
    `---\nname: s1\ndescription: Posts.\nmetadata: { openclaw: { requires: { env: ['${token}'] } } }\n---\ncurl -H 'Authorization: Bearer ${token}' -d password=${password}\n`,
  );
  open.file(`${workspace}/skills/s1/run.sh`, `API_KEY=${key}\n`);
  open.file('.openclaw/cron/jobs.json', {
    jobs: [
      {
        ...{ id: 'j', name: `job ${key}`, agentId: 'main', enabled: true },
        schedule: { kind: 'cron', expr: '0 9 * * *', tz: 'Europe/Berlin' },
        payload: { kind: 'agentTurn', message: `post with ${token}` },
      },
    ],
  });
  const { stdout, stderr } = await open.run(open.source);
  const made = charactersText();
  for (const secret of all) expect(made + stdout + stderr).not.toContain(secret);
  expect(parseEnv(open.read('.env'))).toEqual({ TELEGRAM_TOKEN_MAIN: bot });
  const { system, bio, skills, models } = open.character('main');
  expect(bio[0]).toMatch(/^Kind\. The key is .*Say \[redacted\] to no one\.$/);
  expect(system).toMatch(/^Use .* there\.\npostgres:\/\/u:/);
  expect(skills).toEqual(['./skills/main/s1']);
  expect(JSON.stringify(models)).toMatch(/^\[[^,]*gpt-5[^,]*\]$/);
  for (const place of [/^ +bio\[0\]: looks like/m, /^ +system: looks like/m, /^ +s1\/run\.sh: looks like/m])
    expect(stdout).toMatch(place);
});

it('of OpenClaw: no half of one where a long text is cut, and none in memories', async () => {
  const cutAt = (length: number) => `${'The key is '.padStart(length - 14, 'word ')}${token} and so on.`;
  open.file('.openclaw/openclaw.json', {
    agents: { list: [{ id: 'main', identity: { name: cutAt(80), theme: 'calm' } }] },
    hooks: { token: password },
  });
  const workspace = '.openclaw/workspace';
  open.file(`${workspace}/SOUL.md`, cutAt(20_000));
  open.file(`${workspace}/memory/2025-01-01.md`, cutAt(2000));
  open.file(`${workspace}/MEMORY.md`, `- Ann says ${password} to no one\n`);
  const { stdout, stderr } = await open.run(open.source, '--owner', 'http:ann');
  expect(stdout).toMatch(/SOUL\.md: is longer than 20000 characters, and was cut/);
  for (const place of [/SOUL\.md: looks like it holds/, /memory\/2025-01-01\.md: looks like it holds/])
    expect(stdout).toMatch(place);
  const roomId = /rooms forget (\S+)/.exec(stdout)![1]!;
  const settings = { cwd: open.home.folder, env: open.home.settings() };
  await open.home.hub();
  const kept = await carrier(['rooms', 'messages', roomId, '--json'], settings);
  expect(kept.stdout).toContain('to no one');
  const made = charactersText() + stdout + stderr + kept.stdout;
  for (const secret of [token.slice(0, 12), token.slice(-12), password]) expect(made).not.toContain(secret);
});

it('of ElizaOS: words, examples and statements; what holds none stays as it is', async () => {
  const source = join(open.source, 'eliza.json');
  mkdirSync(open.home.characters, { recursive: true });
  const said = (name: string, text: string) => ({ name, content: { text } });
  const write = (secret: (one: string) => string) =>
    writeFileSync(
      source,
      JSON.stringify({
        ...{
          name: 'Eliza',
          bio: ['A doctor.', `Calls with ${secret(key)}`],
          system: `Be calm. ${secret(token)}`,
        },
        settings: { secrets: { OTHER_API_KEY: password } },
        style: { all: [`Never say ${secret(password)}`] },
        knowledge: [`The bot is ${secret(bot)}`],
        messageExamples: [[said('{{user1}}', `hi ${secret(pem)}`), said('Eliza', 'Hello.')]],
      }),
    );
  const run = (...flags: string[]) =>
    carrier(['import', 'elizaos', source, ...flags], { cwd: open.home.folder, env: open.home.settings() });
  write((one) => one);
  const { stdout, stderr } = await run();
  for (const secret of all) expect(charactersText() + stdout + stderr).not.toContain(secret);
  expect(stdout).toMatch(/style\[0\]: looks like it holds a password or a key/);
  write(() => 'nothing');
  expect((await run('--overwrite')).stdout).not.toMatch(/looks like/);
  expect(open.character('eliza')).toMatchObject({
    ...{ system: 'Be calm. nothing', style: ['Never say nothing'] },
    examples: [{ user: 'hi nothing', reply: 'Hello.' }],
  });
});
