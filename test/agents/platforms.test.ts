/** Bots of other platforms come, are refused and go like any. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDiscordServer } from '../platforms/discord/server.js';
import { startSlackServer } from '../platforms/slack/server.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

let home: Home;
let stop: () => Promise<void>;
beforeEach(() => {
  home = new Home();
});
afterEach(async () => {
  await home.dispose();
  await stop();
});

async function discord() {
  const server = await startDiscordServer();
  stop = () => server.stop();
  server.addGuild();
  return {
    env: { DISCORD_API_URL: server.url },
    secrets: { token: server.token },
    wrong: { token: 'MTA1.wrong.secret-of-discord' },
  };
}

async function slack() {
  const server = await startSlackServer();
  stop = () => server.stop();
  const { token, ...rest } = { token: server.bot.token, appToken: server.app.appToken };
  return {
    env: { SLACK_API_URL: server.apiUrl },
    secrets: { token, ...rest },
    wrong: { token, appToken: 'xapp-wrong-secret-of-slack' },
  };
}

describe.each([
  ['discord', discord],
  ['slack', slack],
])('[structure.4] an agent on %s', (name, platform) => {
  it('is named while its token is refused, on once it is right, and off with its definition', async () => {
    const { env, secrets, wrong } = await platform();
    const carrier = await home.carrier({ model: () => scriptedModel(() => 'yes') }, env);
    const put = (values: Record<string, string>) => {
      for (const [field, value] of Object.entries(values)) home.secret(field, value);
    };
    put(wrong);
    const references = Object.fromEntries(Object.keys(wrong).map((field) => [field, `file:${field}`]));
    home.character('pip', { name: 'Pip', bio: '.', connectors: { [name]: references } });
    await until(() => carrier.problems().length > 0);
    expect(carrier.problems()).toMatchObject([{ agentId: 'pip', connector: name }]);
    expect(JSON.stringify(carrier.problems())).not.toMatch(/secret.of/);
    put(secrets);
    const connections = async () => Object.values((await carrier.ready()).connections);
    await until(async () => (await connections()).includes('ok'));
    expect(carrier.problems()).toEqual([]);
    rmSync(join(home.characters, 'pip.json'));
    await until(async () => (await connections()).length === 0);
    expect(carrier.connectors().filter(({ agentId }) => agentId)).toEqual([]);
  });
});
