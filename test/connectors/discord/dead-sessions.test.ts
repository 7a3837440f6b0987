/** Connections that look alive and are not, and gateways that let nobody in, on the real hub. */
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { type HubStage, hubStages } from './hub-stage.js';

const open = hubStages();

async function health({ hub }: HubStage): Promise<string> {
  const answer = await fetch(`${hub.url}/readyz`);
  const { connections } = (await answer.json()) as { connections: Record<string, string> };
  return Object.values(connections)[0]!;
}

describe('[discord.4] a session that is said to be resumed, and is not', () => {
  it.each(['deaf', 'unsaid'] as const)(
    '(%s) is made anew, and each message answered once',
    async (resuming) => {
      const stage = await open({ server: { heartbeatMs: 100 }, connector: { silentMs: 1500 } });
      const { discord, hub, lobby, alice, name } = stage;
      hub.model.answer = ({ messages }) => `heard ${messages.at(-1)!.text}`;
      alice.say(lobby, `${name} one`);
      await stage.delivered();
      discord.gateway.resuming = resuming;
      discord.gateway.cut();
      alice.say(lobby, `${name} two`);
      await until(async () => /reconnecting|waits for its session/.test(await health(stage)), 1000);
      await until(() => discord.gateway.identified === 2, 15_000);
      alice.say(lobby, `${name} three`);
      await stage.delivered(3);
      await until(async () => (await health(stage)).startsWith('ok'), 1000);
      const said = discord.said(lobby).map(({ content }) => content);
      expect(said.map((text) => /(one|two|three)/.exec(text)![1])).toEqual(['one', 'two', 'three']);
    },
  );

  it('does not make the hub pass over what was said while it was deaf', async () => {
    const stage = await open({ server: { heartbeatMs: 100 }, connector: { silentMs: 1500 } });
    const { discord, hub, lobby, alice, name } = stage;
    hub.model.answer = 'Hello.';
    alice.say(lobby, `${name} one`);
    await stage.delivered();
    discord.gateway.resuming = 'deaf';
    discord.gateway.cut();
    alice.say(lobby, `${name} two`);
    await until(async () => /reconnecting|waits/.test(await health(stage)));
    // The hub ends before it notices.
    await hub.stop();
    await hub.start();
    await stage.delivered(2);
    expect(discord.said(lobby)).toHaveLength(2);
  });
});

describe('[discord.14] a gateway that closes at once', () => {
  it.each([
    ['connected', 4000],
    ['identified', 4008],
    ['identified', 1000],
    ['connected', 1011],
  ] as const)('when a shard has %s, with %i, is asked more and more seldom', async (when, code) => {
    const stage = await open();
    const { discord, hub } = stage;
    const before = discord.gateway.connected;
    discord.gateway.closing = { code, when };
    discord.gateway.cut();
    await until(() => discord.gateway.connected - before >= 3, 15_000);
    expect(hub.seen.logged.map(({ message }) => message).join('\n')).toContain(`with code ${code};`);
    expect(await health(stage)).toContain(String(code));
    const met = discord.gateway.connected;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(discord.gateway.connected - met).toBeLessThanOrEqual(3);
  });

  it('is used again as soon as it lets us in, and what was missed is answered', async () => {
    const stage = await open();
    const { discord, hub, lobby, alice, name } = stage;
    hub.model.answer = 'Hello.';
    discord.gateway.closing = { code: 4000, when: 'connected' };
    discord.gateway.cut();
    alice.say(lobby, `${name} hello?`);
    await until(async () => /4000/.test(await health(stage)), 15_000);
    discord.gateway.closing = null;
    await stage.delivered();
    expect(await stage.said()).toEqual(['Hello.']);
    await until(async () => (await health(stage)).startsWith('ok'), 1000);
  });

  it('whose address for resuming is dead is asked for a new session', async () => {
    const stage = await open();
    const { discord, hub, lobby, alice, name } = stage;
    hub.model.answer = 'Hello.';
    discord.gateway.closing = { code: 4000, when: 'connected' };
    discord.gateway.cut();
    await until(() => hub.seen.logged.filter(({ message }) => message.includes('4000')).length >= 4, 20_000);
    discord.gateway.closing = null;
    await until(() => discord.gateway.identified === 2, 20_000);
    alice.say(lobby, `${name} hello?`);
    await stage.delivered();
  });
});
