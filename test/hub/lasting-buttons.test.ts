/** Buttons that a press does not use up, on the real hub. */
import { hkdfSync } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { roomIdOf } from '../../src/core/memory.js';
import { Buttons } from '../../src/intake/buttons.js';
import { createLogger } from '../../src/logger.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { Platform } from './platform.js';

const secret = 'a secret of this test';
let home: Home;
let platform: Platform;
let carrier: Carrier;
beforeEach(async () => {
  home = new Home();
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [] },
    connectors: { telegram: { dm: 'open', operators: ['ann'], deny: { users: ['eve'] } } },
  });
  await start();
});
afterEach(() => home.dispose());

async function start(): Promise<void> {
  platform = new Platform();
  const model = () => scriptedModel(() => '');
  carrier = await home.carrier({ connectors: [platform], model }, { CARRIER_CALLBACK_SECRET: secret });
}

async function offered(text: string, command = true): Promise<string> {
  const key = () => new Uint8Array(hkdfSync('sha256', secret, '', 'carrier buttons', 32));
  const { payload } = await new Buttons(carrier.store.notes, key, createLogger('silent')).mint({
    ...{ agentId: 'assistant', roomId: roomIdOf('assistant', platform.source('group')) },
    ...{ text, label: 'Pause', direct: false, command, lasting: true },
  });
  return payload;
}

/** What whoever pressed is told. */
async function told(user: string, payload: string): Promise<string> {
  const error = await platform.press(user, payload, 'group', []).then(
    (text) => new Error(`The connector would take the buttons away: ${text}`),
    (refusal: Error & { code?: string }) => refusal,
  );
  expect(error).toMatchObject({ retryable: false });
  return `${(error as { code?: string }).code}: ${error.message}`;
}

it('[act.26] leave their message alone and tell who may not, and are good for who may', async () => {
  const payload = await offered('/pause person bob@telegram');
  expect(await told('bob', payload)).toBe('button_stays: /pause is for the operators of this agent.');
  expect(await told('eve', payload)).toMatch(/^not_allowed: /);
  const first = await told('ann', payload);
  expect(first).toMatch(/^button_stays: .*[Pp]aused/);
  // The second press is judged by what it does, and not swallowed.
  expect(await told('ann', payload)).toMatch(/^button_stays: /);
});

it('[act.23] are good after a restart, for the first press and those after it', async () => {
  const payload = await offered('/whoami');
  await carrier.stop();
  await start();
  for (const user of ['bob', 'ann', 'bob'])
    expect(await told(user, payload)).toMatch(new RegExp(`^button_stays: .*${user}`, 's'));
});

it('say also what is no command, each time, and stay while the agent is paused', async () => {
  const payload = await offered('go on', false);
  expect(await told('bob', payload)).toBe('button_stays: You chose "Pause".');
  expect(await told('ann', payload)).toBe('button_stays: You chose "Pause".');
  const room = roomIdOf('assistant', platform.source('group'));
  const { items } = await platform.host.history(room, { limit: 10 });
  expect(items.filter(({ role }) => role === 'user').map(({ author }) => author.id)).toEqual(['bob', 'ann']);
  await told('ann', await offered('/pause'));
  expect(await told('bob', payload)).toMatch(/^button_stays: .*paused/);
});
