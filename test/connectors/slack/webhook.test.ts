import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSigned } from '../../../connectors/slack/signature.js';
import { bodyOf, signed } from '../../platforms/slack/events.js';
import { app } from '../../platforms/slack/world.js';
import { Rig } from './rig.js';

const now = () => Math.floor(Date.now() / 1000);

describe('posts from Slack', () => {
  let rig: Rig;
  let body: string;

  beforeEach(async () => {
    rig = await Rig.open({ http: true });
    const event = {
      type: 'message',
      channel: 'D0ALICE',
      user: 'U0ALICE',
      text: 'hello',
      ts: '1700000000.000100',
    };
    body = JSON.stringify({ type: 'event_callback', team_id: 'T0TEAM', api_app_id: app.id, event });
  });

  afterEach(() => rig.close());

  it('are taken where they are signed', async () => {
    expect(await post(body, signed(body))).toBe(200);
    expect(rig.host.memories).toHaveLength(1);
  });

  it('are refused where they are not, and nothing is stored', async () => {
    const genuine = signed(body);
    const old = signed(body, { atSeconds: now() - 301 });
    const early = signed(body, { atSeconds: now() + 400 });
    const forgeries: [string, Record<string, string>][] = [
      ['no headers', {}],
      ['another secret', signed(body, { secret: 'f'.repeat(32) })],
      ['a replay from before the window', old],
      ['one from the future', early],
      ['an old signature under a new time', { ...old, 'x-slack-request-timestamp': String(now()) }],
      ['a body of another request', signed(`${body} `)],
      [
        'a signature that is cut',
        { ...genuine, 'x-slack-signature': genuine['x-slack-signature']!.slice(0, -1) },
      ],
      [
        'a signature in capitals',
        { ...genuine, 'x-slack-signature': genuine['x-slack-signature']!.toUpperCase() },
      ],
      [
        'another version',
        { ...genuine, 'x-slack-signature': genuine['x-slack-signature']!.replace('v0', 'v1') },
      ],
      ['a time that is no number', { ...genuine, 'x-slack-request-timestamp': 'NaN' }],
      ['a time in hex', { ...genuine, 'x-slack-request-timestamp': `0x${now().toString(16)}` }],
    ];
    for (const [what, headers] of forgeries) expect([what, await post(body, headers)]).toEqual([what, 401]);
    expect(rig.host.memories).toEqual([]);
  });

  it('are taken up to the edges of the window', () => {
    const bytes = Buffer.from('x');
    const at = (seconds: number) =>
      isSigned(app.signingSecret, signed('x', { atSeconds: seconds }), bytes, 1e12);
    expect([at(1e9 - 300), at(1e9 + 300)]).toEqual([true, true]);
    expect([at(1e9 - 301), at(1e9 + 301)]).toEqual([false, false]);
  });

  it('are refused where they are too large, encoded, or no JSON', async () => {
    const large = JSON.stringify({ type: 'event_callback', filler: 'x'.repeat(1_100_000) });
    expect(await post(large, signed(large))).toBe(413);
    for (const broken of ['{"type":', '[]', '"text"', '', 'null'])
      expect([broken, await post(broken, signed(broken))]).toEqual([broken, 400]);
    const squeezed = gzipSync(body);
    expect(await post(squeezed, { ...signed(body), 'content-encoding': 'gzip' })).toBe(415);
    const form = bodyOf('interactive', {}).replace('%7B%7D', 'not+json');
    expect(await post(form, signed(form), 'application/x-www-form-urlencoded')).toBe(400);
    expect(rig.host.memories).toEqual([]);
    expect(await post(body, signed(body))).toBe(200);
  });

  it('that are no events known to us are acknowledged', async () => {
    for (const strange of [
      {},
      { type: 'event_callback', event: { type: 'moon_landing' }, team_id: 'T0TEAM' },
    ]) {
      const text = JSON.stringify(strange);
      expect(await post(text, signed(text))).toBe(200);
    }
  });

  it('prove to Slack that the address is ours', async () => {
    const text = JSON.stringify({ type: 'url_verification', challenge: 'c-1' });
    const response = await fetch(`${rig.url}/slack/eliza/events`, {
      method: 'POST',
      body: text,
      headers: signed(text),
    });
    expect(await response.json()).toEqual({ challenge: 'c-1' });
  });

  it('are not acknowledged while the connector is stopped', async () => {
    await rig.connector.stop();
    expect(await post(body, signed(body))).toBe(503);
    await rig.start();
    expect(await post(body, signed(body))).toBe(200);
  });

  async function post(content: string | Buffer, headers: Record<string, string>, type = 'application/json') {
    const response = await fetch(`${rig.url}/slack/eliza/events`, {
      method: 'POST',
      headers: { 'content-type': type, ...headers },
      body: new Uint8Array(Buffer.from(content)),
    });
    await response.arrayBuffer();
    return response.status;
  }
});
