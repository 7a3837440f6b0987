/** Which groups people are in is asked of their platform where lists name groups; what cannot be known is refused. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { Platform } from './platform.js';

let home: Home;
let platform: Platform;
let carrier: Carrier;
/** Who is in which group; a person of no entry is none's member, and Error: the platform does not say. */
let members: Record<string, string[] | Error>;
let asked: string[];
beforeEach(() => {
  home = new Home();
  platform = new Platform();
  members = {};
  asked = [];
  platform.groupsOf = async ({ userId, tenant, among }) => {
    asked.push(`${userId} of ${tenant}: ${among}`);
    const found = members[userId] ?? [];
    if (found instanceof Error) throw found;
    return found;
  };
});
afterEach(() => home.dispose());

const start = async (gate: object) => {
  home.character('assistant', {
    name: 'Ada',
    bio: '.',
    plugins: [],
    connectors: { telegram: { rate: { perUser: 0, perRoom: 0 }, ...gate } },
  });
  const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
  carrier = await home.carrier({ connectors: [platform], model });
};
const away = () => new Error('status 503');
/** Once what was asked before counts no more. */
const soon = (what: () => Promise<unknown>) => expect.poll(what, { timeout: 5000, interval: 50 });

describe('a group on a list', () => {
  it('lets in whom the platform says to be in it, where its messages do not say', async () => {
    members = { bob: ['staff'], eve: ['guests'] };
    await start({ dm: 'allowlist', allow: { users: ['ann'], roles: ['staff'] }, operators: ['root'] });
    expect(await platform.dm('bob', 'hi')).not.toBeNull();
    expect(await platform.say('bob', 'hi')).not.toBeNull();
    expect(await platform.dm('eve', 'hi')).toBeNull();
    expect(await platform.say('eve', 'hi')).toBeNull();
    expect(new Set(asked)).toEqual(new Set(['bob of default: staff', 'eve of default: staff']));
  });

  it('costs nothing where it does not matter: a name on a list, a message that says its groups', async () => {
    members = { bob: away() };
    await start({
      allow: { users: ['ann'], roles: ['staff'] },
      deny: { users: ['eve'] },
      operators: ['root'],
    });
    expect(await platform.say('ann', 'hi')).not.toBeNull();
    expect(await platform.say('root', 'hi')).not.toBeNull();
    expect(await platform.say('eve', 'hi')).toBeNull();
    expect(await platform.say('bob', 'hi', { roles: ['staff'] })).not.toBeNull();
    expect(asked).toEqual([]);
  });

  it('[governed.9] lets nobody in any more who has left it, or the place', async () => {
    members = { bob: ['staff'] };
    await start({ allow: { roles: ['staff'] } });
    expect(await platform.say('bob', 'hi')).not.toBeNull();
    members = {};
    await soon(() => platform.say('bob', 'hi')).toBeNull();
  });

  it('[governed.9] lets nobody in while the platform cannot be asked, and keeps nobody', async () => {
    members = { bob: ['staff'] };
    await start({ allow: { roles: ['staff'] } });
    expect(await platform.say('bob', 'hi')).not.toBeNull();
    members = { bob: away() };
    await soon(() => platform.say('bob', 'hi')).toBeNull();
    members = { bob: ['staff'] };
    await soon(() => platform.say('bob', 'hi')).not.toBeNull();
  });

  it('[governed.9] denies also whom the platform cannot be asked about', async () => {
    members = { bob: ['muted'], ann: ['staff'], eve: away() };
    await start({ dm: 'open', allow: { users: ['eve'] }, deny: { roles: ['muted'] }, operators: ['eve'] });
    for (const who of ['bob', 'eve']) {
      expect(await platform.dm(who, 'hi')).toBeNull();
      expect(await platform.say(who, 'hi')).toBeNull();
    }
    expect(await platform.dm('ann', 'hi')).not.toBeNull();
  });

  it('leaves those who were let in by a code as they are while the platform cannot be asked', async () => {
    await start({ allow: { roles: ['staff'] } });
    await platform.dm('ann', 'hi');
    const code = /code is (\w+)/.exec(await platform.last(1))![1]!;
    await carrier.operations!.call('pairings.approve', { code }, { kind: 'system' });
    members = { ann: away() };
    await soon(() => platform.dm('ann', 'hi')).not.toBeNull();
  });
});

describe('a button', () => {
  const offered = async () => {
    const before = platform.shown.length;
    await platform.say('ann', 'remember me', { roles: ['staff'] });
    await platform.last(before + 1);
    const source = platform.source('group');
    const { buttons } = (await platform.host.command({
      ...{ agentId: 'assistant', source, direct: false, author: { id: 'ann' }, roles: ['staff'] },
      ...{ name: 'forget', args: '', home: true },
    }))!;
    return buttons![0]!.payload;
  };

  it('[governed.9] is pressed with the roles of now, not with those of when it was made', async () => {
    await start({ allow: { roles: ['staff'] } });
    const payload = await offered();
    await expect(platform.press('ann', payload, 'group', [])).rejects.toMatchObject({ code: 'not_allowed' });
    const again = await offered();
    members = { ann: ['staff'] };
    expect(await platform.press('ann', again, 'group')).toMatch(/^Forgotten/);
  });

  it('[governed.9] does nothing while the platform cannot be asked, and is good afterwards', async () => {
    members = { ann: away() };
    await start({ allow: { roles: ['staff'] } });
    const payload = await offered();
    await expect(platform.press('ann', payload, 'group')).rejects.toMatchObject({ code: 'groups_unknown' });
    members = { ann: ['staff'] };
    await soon(() => platform.press('ann', payload, 'group').catch((error: Error) => error.message)).toMatch(
      /^Forgotten/,
    );
  });
});
