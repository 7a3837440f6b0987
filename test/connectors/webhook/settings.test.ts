/** Sources as operators set them, on the whole hub. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import webhook from '../../../connectors/webhook/extension.js';
import { readConfig } from '../../../src/config.js';
import { readConfigFile } from '../../../src/config-file.js';
import { hubValues, readSettings } from '../../../src/extensions/settings.js';
import { Given } from '../../../src/given.js';
import { startHub } from '../../../src/hub.js';
import { createLogger } from '../../../src/logger.js';
import { runDoctor } from '../../support/doctor.js';
import { Home } from '../../support/hub.js';
import { scriptedModel } from '../../support/model.js';
import { issues } from './rig.js';
import { github, post, standard, standardSecret } from './senders.js';

const repository = { ...issues, secret: 'env:GITHUB_WEBHOOK_SECRET' };
const pages = { signature: 'standard', secret: 'file:pages', text: '{text}' };

let home: Home;
beforeEach(() => {
  home = new Home();
  home.secret('pages', standardSecret);
});
afterEach(() => home.dispose());

function write(agents: object): string {
  const path = join(home.folder, 'carrier.config.json');
  writeFileSync(path, JSON.stringify({ settings: { webhook: { agents } } }));
  return path;
}

async function start(agents: object, env: Record<string, string> = {}) {
  const config = readConfig(home.settings(env), readConfigFile(write(agents)));
  const hub = await startHub(config, createLogger('silent'), { model: () => scriptedModel(() => 'noted') });
  onTestFinished(() => hub.stop());
  return hub;
}

describe('sources in carrier.config.json', () => {
  const opened = {
    action: 'opened',
    issue: { number: 7, title: 'It leaks' },
    sender: { login: 'octocat', id: 5 },
  };

  it('have references to their secrets, and are each agent’s own', async () => {
    home.character('captain', { name: 'Ahab', bio: 'Sails.' });
    const agents = { assistant: { repository }, captain: { pages } };
    const { url } = await start(agents, { GITHUB_WEBHOOK_SECRET: 'gh-secret' });
    const status = async (path: string, signed: Parameters<typeof post>[1]) =>
      (await post(`${url}/webhooks/${path}`, signed)).status;
    expect(await status('assistant/repository', github('issues', 'd1', opened))).toBe(202);
    expect(await status('captain/pages', standard('1', { text: 'Land!' }))).toBe(202);
    expect(await status('captain/repository', github('issues', 'd1', opened))).toBe(404);
    // The reference itself is no secret.
    const forged = github('issues', 'd2', opened, 'env:GITHUB_WEBHOOK_SECRET');
    expect(await status('assistant/repository', forged)).toBe(401);
  });

  it.each<[object, RegExp]>([
    [{ ...repository, secret: undefined }, /agents\.assistant\.repository\.secret.*missing/s],
    [
      { ...repository, secret: 'in the clear' },
      /repository\.secret.*must be env:NAME, file:PATH or secret:NAME/s,
    ],
    [{ ...repository, secret: 'env:NOT_SET' }, /repository\.secret.*NOT_SET/s],
    [
      { ...repository, signature: 'none' },
      /repository\.signature.*must be one of standard, github, stripe, hmac, header/s,
    ],
    [{ ...repository, txt: 'x' }, /repository\.txt.*did you mean "text"/s],
    [{ ...repository, text: 'see {a b}' }, /repository\.text.*\{a b\} is no place/s],
    [{ ...repository, signature: 'hmac' }, /repository\.header.*is missing/s],
    [{ ...repository, header: 'X-Own' }, /repository\.header.*leave it out/s],
    [{ ...pages, secret: 'env:GITHUB_WEBHOOK_SECRET' }, /repository\.secret.*whsec_/s],
  ])('are refused with the field and the fix: %j', async (source, message) => {
    write({ assistant: { repository: source } });
    const { code, said } = await runDoctor(home, { GITHUB_WEBHOOK_SECRET: 'gh-secret' });
    expect(said).toMatch(message);
    expect(said).not.toContain('in the clear');
    expect(code).toBe(1);
  });

  it('that cannot be used take nothing, and the hub runs on', async () => {
    const { url, token } = await start({ assistant: { repository } });
    const answer = await post(`${url}/webhooks/assistant/repository`, github('issues', 'd1', opened, ''));
    expect(answer.status).toBe(401);
    const headers = { authorization: `Bearer ${token!.secret}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ text: 'hello', userId: 'alice' });
    expect((await fetch(`${url}/assistant/message`, { method: 'POST', headers, body })).status).toBe(200);
  });

  it('of the guide can be used as they are', async () => {
    const guide = readFileSync(new URL('../../../connectors/webhook/README.md', import.meta.url), 'utf8');
    const examples = [...guide.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => JSON.parse(text!));
    expect(examples).toHaveLength(2);
    for (const { settings } of examples) {
      const values = hubValues(webhook, new Given({}, settings));
      const read = await readSettings(webhook, values, { resolve: async (reference) => `${reference}!` });
      expect(read).toMatchObject({
        references: [expect.stringMatching(/^(env|secret):/)],
        settings: { agents: { assistant: expect.anything() } },
      });
    }
  });
});
