import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Vault } from '../../../connectors/slack/vault.js';
import type { Workspace } from '../../platforms/slack/workspace.js';
import { app } from '../../platforms/slack/world.js';
import { until } from '../../support/until.js';
import { Rig } from './rig.js';

const installationKey = 'a long and random key for the tests 1234';
const oauth = {
  botToken: undefined,
  clientId: app.clientId,
  clientSecret: app.clientSecret,
  installationKey,
};

describe('a Slack app in several workspaces', () => {
  let rig: Rig;
  let north: Workspace;
  let south: Workspace;

  beforeEach(async () => {
    rig = await Rig.open({ http: true, connector: oauth as object });
    north = addTeam('T0NORTH');
    south = addTeam('T0SOUTH');
  });

  afterEach(() => rig.close());

  it('is installed in each, and answers each with its own token', async () => {
    for (const workspace of [north, south]) expect(await install(workspace)).toBe(200);
    for (const workspace of [north, south]) {
      const question = await tell(workspace);
      expect(question.source.tenant).toBe(workspace.id);
      await rig.deliver(rig.answer(question, `hello ${workspace.id}`));
      expect(workspace.shown()).toEqual([`hello ${workspace.id}`]);
    }
    const [first, second] = rig.host.memories.filter(({ role }) => role === 'user');
    expect(first!.roomId).not.toBe(second!.roomId);
  });

  it('keeps its tokens encrypted', async () => {
    await install(north);
    const kept = JSON.stringify([...rig.host.noted]);
    expect(kept).toContain('install:T0NORTH');
    expect(kept).not.toContain(north.installation!.token);
    expect(kept).not.toContain('xoxb');
    expect(JSON.stringify(rig.host.logged)).not.toContain('xoxb-');
  });

  it('finds them again after a restart, and nothing under another key', async () => {
    await install(north);
    await rig.connector.stop();
    await rig.start();
    expect((await tell(north)).content.text).toBe('hello');
    const name = 'install:T0NORTH';
    const sealed = rig.host.noted.get(name);
    expect(() => new Vault('another key').open(name, sealed)).toThrow('cannot be decrypted');
    expect(() => new Vault(installationKey).open('install:T0SOUTH', sealed)).toThrow('cannot be decrypted');
    expect(new Vault(installationKey).open(name, sealed)).toMatchObject({ team: { id: 'T0NORTH' } });
  });

  it('hears nothing from where it is not installed', async () => {
    north.installation ??= { teamId: north.id, token: 'xoxb-x', botId: 'B0X', botUserId: 'U0X', scopes: [] };
    north.channels.get('D0ALICE')!.members.add('U0X');
    const { acked } = rig.slack.peopleOf(north).say({ channel: 'D0ALICE', user: 'U0ALICE', text: 'hello' });
    await acked;
    expect(rig.host.memories).toEqual([]);
  });

  it('is gone from a workspace that takes it off', async () => {
    await install(north);
    await rig.slack.emit(north, { type: 'app_uninstalled', channel: 'D0ALICE' });
    await until(() => !rig.host.noted.has('install:T0NORTH'));
    await expect(tell(north)).rejects.toThrow('not stored');
  });

  it('takes no installation that was not begun in the same browser, nor one twice', async () => {
    const { location, cookie } = await begin();
    const back = approve(location, north);
    expect((await fetch(back)).status).toBe(400);
    const forged = new URL(back);
    forged.searchParams.set('state', 'x'.repeat(32));
    expect((await fetch(forged, { headers: { cookie } })).status).toBe(400);
    expect((await fetch(back, { headers: { cookie } })).status).toBe(200);
    expect((await fetch(back, { headers: { cookie } })).status).toBe(400);
    expect([...rig.host.noted.keys()].filter((key) => key.startsWith('state:'))).toEqual([]);
  });

  it('survives a visitor who changes their mind, and one who makes things up', async () => {
    const redirect = `${rig.url}/slack/eliza/oauth_redirect`;
    for (const query of [
      '',
      '?error=access_denied',
      '?code=x',
      '?code=x&state=%00',
      `?code=x&state=${'y'.repeat(5000)}`,
    ])
      expect((await fetch(redirect + query)).status).toBe(400);
    expect(await install(north)).toBe(200);
  });

  function addTeam(id: string): Workspace {
    const workspace = rig.slack.addWorkspace(id, id, false);
    workspace.addUser('U0ALICE', 'Alice Smith');
    workspace.addChannel('D0ALICE', 'im', ['U0ALICE']);
    return workspace;
  }

  /** Slack sends the browser to the app's registered address, which here is the hub's. */
  function approve(location: string, workspace: Workspace): string {
    const { search } = new URL(rig.slack.approve(location, workspace));
    return `${rig.url}/slack/eliza/oauth_redirect${search}`;
  }

  async function begin() {
    const response = await fetch(`${rig.url}/slack/eliza/install`, { redirect: 'manual' });
    const cookie = response.headers.get('set-cookie')!.split(';')[0]!;
    const location = response.headers.get('location')!;
    return { location, cookie };
  }

  async function install(workspace: Workspace): Promise<number> {
    const { location, cookie } = await begin();
    const response = await fetch(approve(location, workspace), { headers: { cookie } });
    if (workspace.installation)
      workspace.channels.get('D0ALICE')!.members.add(workspace.installation.botUserId);
    return response.status;
  }

  async function tell(workspace: Workspace) {
    const before = rig.host.memories.length;
    const said = rig.slack.peopleOf(workspace).say({ channel: 'D0ALICE', user: 'U0ALICE', text: 'hello' });
    await said.acked;
    const memory = rig.host.memories[before];
    if (!memory) throw new Error('not stored');
    return memory;
  }
});
