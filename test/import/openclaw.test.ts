/** `carrier import openclaw`: who the agents are, where they talk, and what they can; hostile folders. */
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../src/cli/import/openclaw/identity.js';
import { type OpenClaw, readOpenClaw } from '../../src/cli/import/openclaw/openclaw.js';
import { Character } from '../../src/core/character.js';
import { OpenHome } from './open-home.js';

let open: OpenHome;
beforeEach(() => {
  open = new OpenHome();
});
afterEach(() => open.dispose());

const read = (source = open.source) => readOpenClaw(source, { now: Date.UTC(2026, 0, 1) });
const agent = ({ agents }: OpenClaw, id: string) => agents.find((one) => one.id === id)!;
const told = (found: OpenClaw) =>
  [...found.remarks, ...found.agents.flatMap(({ remarks }) => remarks)].map(
    ({ path, why }) => `${path}: ${why}`,
  );

describe('[seen.52] an installation is found', () => {
  it.each([
    ['.openclaw/workspace', '.openclaw/openclaw.json', {}],
    ['.openclaw/workspace-main', '.openclaw/openclaw.json', {}],
    [
      '.openclaw/workspace-ceo',
      '.openclaw/openclaw.json',
      { agents: { defaults: { workspace: '~/.openclaw/workspace-ceo' } } },
    ],
    [
      '.openclaw/workspace-ceo',
      '.openclaw/openclaw.json',
      { agents: { defaults: { workspace: '/root/.openclaw/workspace-ceo' } } },
    ],
    ['.clawdbot/workspace', '.clawdbot/clawdbot.json', { agent: { skipBootstrap: true } }],
    ['.moltbot/workspace', '.moltbot/moltbot.json', {}],
    ['clawd', '.clawdbot/clawdbot.json', { agent: { workspace: '~/clawd' } }],
  ])('with its workspace in %s, by %s', async (workspace, file, config) => {
    open.file(file, config);
    open.file(`${workspace}/SOUL.md`, 'Calm as a lake.');
    expect(agent(await read(), 'main').character.bio).toEqual(['Calm as a lake.']);
  });

  it('as a state folder by itself, without a configuration, with every agent', async () => {
    open.file('.openclaw/workspace/SOUL.md', 'One.');
    open.file('.openclaw/workspace-ceo/SOUL.md', 'Two.');
    const found = await read(join(open.source, '.openclaw'));
    expect(found.agents.map(({ id, character }) => [id, character.bio])).toEqual([
      ['main', ['One.']],
      ['ceo', ['Two.']],
    ]);
  });

  it('says what is nobody’s, what lies outside, and which older one was passed over', async () => {
    open.file('.openclaw/openclaw.json', { agents: { list: [{ id: 'a', workspace: '/etc' }, { id: 'b' }] } });
    open.file('.openclaw/workspace-b/SOUL.md', 'B.');
    open.file('.openclaw/workspace-lost/SOUL.md', 'Lost.');
    open.file('.clawdbot/clawdbot.json', {});
    const lines = told(await read()).join('\n');
    expect(lines).toMatch(/workspace-lost: is the workspace of no agent/);
    expect(lines).toMatch(/agents\.list\[0\]\.workspace: \/etc is not there, or lies outside/);
    expect(lines).toMatch(/\.clawdbot: is older/);
  });

  it('says so where there is nothing', async () => {
    open.file('notes.md', 'x');
    await expect(read('/nowhere')).rejects.toThrow('Nothing found at /nowhere');
    const { code, stderr } = await open.run(open.source);
    expect([code, readdirSync(open.home.characters)]).toEqual([1, ['assistant.json']]);
    expect(stderr).toContain(`Nothing found at ${open.source}`);
  });
});

describe('[seen.53] the configuration', () => {
  it('is JSON5 with includes, merged in order, siblings last; agents as a list or a map', async () => {
    open.file(
      '.openclaw/openclaw.json',
      `{ // mine
        $include: ['./base.json5', './parts/channels.json5'],
        channels: { telegram: { dmPolicy: 'allowlist' } },
        agents: { entries: { ops: { name: 'Ops' }, } },
        hooks: {}, surprise: 1,
      }`,
    );
    open.file(
      '.openclaw/base.json5',
      `{ agents: { defaults: { model: 'openai/gpt-5' }, list: [{ id: 'main', name: 'Molty', },], }, channels: { telegram: { dmPolicy: 'open' } } }`,
    );
    open.file('.openclaw/parts/channels.json5', `{ channels: { $include: './telegram.json5' } } // nested`);
    open.file(
      '.openclaw/parts/telegram.json5',
      `{ telegram: { botToken: 'tok', allowFrom: ['tg:42', '@bob'] } }`,
    );
    const found = await read();
    expect(found.agents.map(({ id, character }) => [id, character.name])).toEqual([
      ['main', 'Molty'],
      ['ops', 'Ops'],
    ]);
    expect(Character.parse(agent(found, 'main').character)).toMatchObject({
      models: ['openai:gpt-5'],
      connectors: {
        telegram: { token: 'env:TELEGRAM_TOKEN_MAIN', dm: 'allowlist', allow: { users: ['42'] } },
      },
    });
    expect(told(found).join('\n')).toMatch(/allowFrom: @bob[\s\S]*hooks: [\s\S]*surprise: /);
  });

  it.each([
    ['circular', `{ $include: './a.json5' }`, `{ $include: './openclaw.json' }`, /includes itself/],
    ['outside', `{ $include: '../../outside.json' }`, '{}', /lies outside/],
    ['missing', `{ $include: './gone.json5' }`, '{}', /is not there/],
    ['by a link', `{ $include: './link.json5' }`, '{}', /lies outside/],
    ['broken', `{ token: 'sk-hush', }}`, '{}', /no JSON5: look at line 1, column \d+/],
    ['endless', `{ a: ${'['.repeat(500)}${']'.repeat(500)} }`, '{}', /levels deep/],
  ])('that is %s stops the import', async (_, main, other, message) => {
    writeFileSync(join(open.home.folder, 'outside.json'), '{}');
    open.file('.openclaw/openclaw.json', main);
    open.file('.openclaw/a.json5', other);
    symlinkSync(join(open.home.folder, 'outside.json'), join(open.source, '.openclaw', 'link.json5'));
    await expect(read()).rejects.toThrow(message);
    await expect(read()).rejects.not.toThrow(/sk-hush/);
  });
});

describe('[seen.58] IDENTITY.md', () => {
  it('gives what somebody filled in, beside its name or below it', () => {
    const text = `# IDENTITY.md - Who Am I?

- **Name:**
  Molty
- **Creature:**
  _(AI? robot? familiar? something weirder?)_
- **Vibe:** sharp, _but_ warm
- **Emoji:** _(pick one)_
- **Avatar:**
---
Notes: none`;
    expect(identityOf(text)).toEqual({ name: 'Molty', vibe: 'sharp, _but_ warm' });
    expect(identityOf('- Name: Clawd\n- **Vibe**: dry')).toEqual({ name: 'Clawd', vibe: 'dry' });
    expect(identityOf('- **Name:** _(pick one)_\n- **Creature:**\n- **Vibe:**\n')).toEqual({});
  });

  it('counts where the configuration says otherwise, and the difference is shown; a hint is no name', async () => {
    open.file('.openclaw/openclaw.json', {
      agents: {
        list: [
          { id: 'a', identity: { name: 'Clawd', theme: 'dry' } },
          { id: 'b', name: 'Bee' },
        ],
      },
    });
    open.file('.openclaw/workspace/IDENTITY.md', '- **Name:** Molty\n- **Vibe:** _(sharp? warm?)_\n');
    open.file('.openclaw/workspace-b/IDENTITY.md', '- **Name:**\n  _(pick something you like)_\n');
    const found = await read();
    expect(agent(found, 'a').character).toMatchObject({ name: 'Molty', style: ['dry'], bio: '' });
    expect(agent(found, 'b').character.name).toBe('Bee');
    expect(agent(found, 'a').steps.join()).toContain('bio is empty');
    expect(told(found)).toContainEqual(
      expect.stringMatching(/identity\.name: says "Clawd".*"Molty", which is taken/),
    );
  });
});

const skill = (name: string) => `---\nname: ${name}\ndescription: For ${name}.\n---\nRun {baseDir}/x.sh\n`;

const variable = (name: string) => `\${${name}}`;

function installation() {
  open.file('.openclaw/openclaw.json', {
    agents: {
      list: [
        { id: 'main', default: true },
        { id: 'CEO', name: 'Chief' },
      ],
    },
    bindings: [{ agentId: 'CEO', match: { channel: 'discord' } }],
    channels: {
      telegram: { botToken: '123:tele-hush', groups: { '-1007': { requireMention: true }, '*': {} } },
      discord: { token: variable('DISCORD_T'), groupPolicy: 'open' },
      slack: { botToken: { source: 'exec', id: 'touch ran' }, appToken: variable('GONE') },
      whatsapp: {},
    },
    env: { vars: { DISCORD_T: 'disc-hush' } },
    models: { providers: { anthropic: { apiKey: 'sk-ant-hush', baseUrl: 'http://evil' } } },
    gateway: { auth: { token: 'gate-hush' } },
  });
  open.file('.openclaw/credentials/telegram-default-allowFrom.json', { allowFrom: ['77'] });
  open.file('.openclaw/workspace/SOUL.md', 'Kind.');
  open.file('.openclaw/workspace/AGENTS.md', 'Be brief.');
  open.file('.openclaw/workspace/skills/a/b/deep/SKILL.md', skill('deep-one'));
  open.file('.openclaw/workspace/skills/a/b/deep/notes/x.md', 'more');
  open.file('.openclaw/workspace/skills/bad/SKILL.md', 'no head');
  const needs = `metadata: '{ openclaw: { requires: { bins: ["pdftotext"], }, }, }'`;
  open.file(
    '.openclaw/skills/shared/SKILL.md',
    skill('shared').replace('\n---\nRun', `\n${needs}\n---\nRun`),
  );
  open.file('.openclaw/agents/main/agent/auth-profiles.json', { key: 'auth-hush' });
  open.file('.openclaw/exec-approvals.json', {});
}

describe('[seen.55] an import', () => {
  it('writes nothing in a dry run; then secrets to .env alone; a second time changes nothing, and keeps edits', async () => {
    installation();
    const before = OpenHome.stateOf(open.home.folder);
    const dry = await open.run(open.source, '--dry-run');
    expect(dry.code).toBe(1);
    expect(dry.stdout).toMatch(
      /made\s+characters\/skills\/main\/deep-one\/notes\/x\.md[\s\S]*made\s+characters\/main\.json/,
    );
    expect(OpenHome.stateOf(open.home.folder)).toEqual(before);

    const first = await open.run(open.source);
    expect(first.code).toBe(1);
    const files = JSON.stringify([open.character('main'), open.character('ceo')]);
    expect(files + first.stdout + first.stderr + dry.stdout).not.toMatch(/hush/);
    expect(parseEnv(open.read('.env'))).toEqual({
      ...{
        TELEGRAM_TOKEN_MAIN: '123:tele-hush',
        DISCORD_TOKEN_CEO: 'disc-hush',
        ANTHROPIC_API_KEY: 'sk-ant-hush',
      },
    });
    expect(statSync(join(open.home.folder, '.env')).mode & 0o777).toBe(0o600);
    expect(Character.parse(open.character('main'))).toMatchObject({
      ...{ bio: 'Kind.', system: 'Be brief.', skills: ['./skills/main/deep-one', './skills/main/shared'] },
      connectors: {
        telegram: { places: 'allowlist', allow: { users: ['77'], channels: ['-1007'] } },
        slack: { token: 'env:SLACK_BOT_TOKEN_MAIN', appToken: 'env:SLACK_APP_TOKEN_MAIN' },
      },
    });
    expect(open.character('ceo').connectors.discord).toMatchObject({ places: 'open', dm: 'pairing' });
    for (const left of [
      /whatsapp/,
      /needs pdftotext/,
      /auth-profiles/,
      /exec-approvals/,
      /gateway/,
      /skills\/bad/,
      /baseUrl/,
      /SLACK_BOT_TOKEN_MAIN \(it is kept elsewhere/,
    ])
      expect(first.stdout).toMatch(left);

    const made = OpenHome.stateOf(open.home.folder);
    const again = await open.run(open.source);
    expect(again.stdout).not.toMatch(/^ {2}(made|replaced)/m);
    expect(OpenHome.stateOf(open.home.folder)).toEqual(made);
    writeFileSync(join(open.home.characters, 'main.json'), JSON.stringify({ name: 'Mine', bio: 'x' }));
    const edited = await open.run(open.source);
    expect(edited.stdout).toMatch(/kept\s+characters\/main\.json.*--overwrite/);
    expect(open.character('main').name).toBe('Mine');
  });

  it('counts what it left out', async () => {
    open.file('.openclaw/workspace/SOUL.md', 'Kind.');
    open.file('.openclaw/openclaw.json', { channels: { whatsapp: {} } });
    const { stdout } = await open.run(open.source);
    expect(stdout).toContain('\n1 thing was not taken over, or not as it was (');
  });

  it('[seen.54] leaves the source as it is', async () => {
    installation();
    const before = OpenHome.stateOf(open.source);
    await open.run(open.source);
    expect(OpenHome.stateOf(open.source)).toEqual(before);
  });

  it('leaves nothing half written where one file cannot be', async () => {
    installation();
    // In the place of a folder.
    writeFileSync(join(open.home.characters, 'skills'), '');
    const { code, stderr } = await open.run(open.source);
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing was imported');
    expect(existsSync(join(open.home.folder, '.env'))).toBe(false);
    expect(readdirSync(open.home.characters).sort()).toEqual(['assistant.json', 'skills']);
  });

  it('reads nothing by way of links, and no huge file', async () => {
    writeFileSync(join(open.home.folder, 'secret.md'), 'TOP-HUSH');
    mkdirSync(join(open.home.folder, 'elsewhere'));
    writeFileSync(join(open.home.folder, 'elsewhere', 'SKILL.md'), skill('evil'));
    open.file('.openclaw/openclaw.json', { channels: { telegram: { tokenFile: '../../secret.md' } } });
    open.file('.openclaw/workspace/AGENTS.md', 'x'.repeat(2 * 1024 * 1024));
    const inside = join(open.source, '.openclaw', 'workspace');
    symlinkSync(join(open.home.folder, 'secret.md'), join(inside, 'SOUL.md'));
    mkdirSync(join(inside, 'skills'));
    symlinkSync(join(open.home.folder, 'elsewhere'), join(inside, 'skills', 'evil'));
    open.file('.openclaw/workspace/skills/ok/SKILL.md', skill('ok'));
    symlinkSync(join(open.home.folder, 'secret.md'), join(inside, 'skills', 'ok', 'peek.md'));
    const found = await read();
    const { character, skills } = agent(found, 'main');
    expect(JSON.stringify([found, skills])).not.toContain('HUSH');
    expect(character).toMatchObject({ bio: '', skills: ['./skills/main/ok'] });
    const lines = told(found).join('\n');
    for (const line of [/SOUL\.md: leads out/, /AGENTS\.md: is larger than/, /peek\.md: is a link/])
      expect(lines).toMatch(line);
    expect(agent(found, 'main').steps.join()).toMatch(/TELEGRAM_TOKEN_MAIN \(its tokenFile/);
  });
});
