import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { Rig, type RigOptions } from './rig.js';

describe('a Slack socket', () => {
  let rig: Rig;
  const open = async (options: RigOptions = {}) => {
    rig = await Rig.open(options);
    return rig.connector.connection!;
  };

  afterEach(() => rig.close());

  it('that is cut is opened anew, and what was not acknowledged comes again', async () => {
    const connection = await open({ server: { retriesMs: [200, 500, 1000, 2000] } });
    let stored = 0;
    rig.host.beforeStore = async () => {
      stored += 1;
      // The connection goes between the store and the acknowledgement.
      if (stored === 1) rig.slack.sockets.cut();
    };
    const { acked } = rig.say(`${rig.bot} hello`, { channel: 'D0ALICE' });
    expect(await acked).toBe(true);
    expect(rig.host.memories).toHaveLength(1);
    expect(rig.slack.sockets.opened).toBe(2);
    await until(() => connection.health() === 'ok');
  });

  it('is exchanged when Slack asks for it', async () => {
    const connection = await open();
    rig.slack.sockets.refresh();
    await until(() => rig.slack.sockets.opened === 2 && connection.health() === 'ok');
    expect(rig.slack.sockets.connected).toBe(1);
    expect((await rig.tell(`${rig.bot} hello`)).memory.content.text).toBe('hello');
  });

  it('that falls silent is given up, and health says so meanwhile', async () => {
    const connection = await open({ connector: { pingTimeoutMs: 600 } });
    rig.slack.sockets.freeze();
    await until(() => connection.health() !== 'ok', 15_000);
    rig.slack.sockets.thaw();
    await until(() => connection.health() === 'ok', 30_000);
    expect((await rig.tell(`${rig.bot} hello`)).memory.content.text).toBe('hello');
    expect(rig.host.logged.map(({ message }) => message).join()).toContain('connecting again');
  }, 60_000);

  it('is tried until Slack is back', async () => {
    const connection = await open();
    rig.slack.sockets.refusing = true;
    rig.slack.faults.on('apps.connections.open', { status: 503, times: 2 });
    rig.slack.sockets.cut();
    await until(() => rig.slack.count('apps.connections.open') >= 4, 20_000);
    expect(connection.health()).not.toBe('ok');
    rig.slack.sockets.refusing = false;
    await until(() => connection.health() === 'ok', 20_000);
  }, 60_000);

  it('[slack.9] is asked for again when Slack says, and not sooner', async () => {
    const connection = await open();
    const before = rig.slack.count('apps.connections.open');
    rig.slack.faults.on('apps.connections.open', { status: 429, retryAfter: 3 });
    rig.slack.sockets.cut();
    await until(() => connection.health().includes('too many calls'));
    await until(
      () => rig.slack.count('apps.connections.open') >= before + 2 && connection.health() === 'ok',
      20_000,
    );
    const [refused, again] = rig.slack.calls
      .filter(({ method }) => method === 'apps.connections.open')
      .slice(before);
    expect(again!.at - refused!.at).toBeGreaterThanOrEqual(2990);
  }, 40_000);

  it('lets messages that are being stored finish when it closes, and takes no others', async () => {
    const connection = await open({ server: { retriesMs: [] } });
    let store: (() => void) | null = null;
    rig.host.beforeStore = () => new Promise((resolve) => (store = resolve));
    const first = rig.say(`${rig.bot} one`, { channel: 'D0ALICE' });
    await until(() => store !== null);
    const closed = connection.close();
    const second = rig.say(`${rig.bot} two`, { channel: 'D0ALICE' });
    store!();
    await closed;
    expect(await first.acked).toBe(true);
    expect(await second.acked).toBe(false);
    expect(rig.host.memories.map(({ content }) => content.text)).toEqual(['one']);
    await until(() => rig.slack.sockets.connected === 0);
    rig.host.beforeStore = async () => {};
    await connection.open();
    await rig.say(`${rig.bot} three`, { channel: 'D0ALICE' }).acked;
    expect(rig.host.memories.map(({ content }) => content.text)).toEqual(['one', 'two', 'three']);
  });

  it('delivers without a connection: any process may', async () => {
    const connection = await open();
    const { memory } = await rig.tell(`${rig.bot} hello`);
    await connection.close();
    await rig.deliver(rig.answer(memory, 'hello back'));
    expect(rig.shown()).toEqual(['hello back']);
    expect(connection.health()).toContain('closed');
  });

  it('is not opened with a wrong token, and the reason names the fix', async () => {
    await expect(open({ connector: { appToken: 'xapp-wrong' } })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('connections:write'),
    });
    rig = await Rig.open();
    await expect(Rig.open({ connector: { botToken: 'xoxb-wrong' } })).rejects.toThrow('copy it anew');
    expect(rig.connector.connection!.id).not.toContain('xapp');
  });

  it('is tried again where Slack is away at the start', async () => {
    await open();
    await rig.connector.connection!.close();
    rig.slack.faults.on('apps.connections.open', { status: 503 });
    await expect(rig.connector.connection!.open()).rejects.toMatchObject({ retryable: true });
    await rig.connector.connection!.open();
    expect(rig.connector.connection!.health()).toBe('ok');
  });
});
