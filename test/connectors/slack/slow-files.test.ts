/** Files that Slack does not hand out at once, or something else in their place: a real hub. */
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { HubRig } from './hub-rig.js';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const picture = { name: 'cat.png', mimetype: 'image/png', bytes: png };
const signIn = '<!DOCTYPE html>\n<html><head><title>Slack</title></head><body>Sign in</body></html>';

for (const http of [false, true]) {
  describe(`a file on Slack, ${http ? 'posted' : 'over a socket'}`, () => {
    let rig: HubRig;
    const open = async (options: Parameters<typeof HubRig.open>[0] = {}) => {
      rig = await HubRig.open({ http, ...options });
      rig.hub.model.answer = ({ messages }) => `re: ${messages.at(-1)?.text.match(/n\d/)}`;
    };
    afterEach(() => rig.close());
    const notes = async () =>
      (await rig.hub.received()).flatMap(({ content }) => content.parts ?? []).map(({ text }) => text);

    it('[slack.7] holds neither its acknowledgement nor other people up', async () => {
      await open({ server: { retriesMs: [] } });
      rig.slack.faults.on('download', { delayMs: 4000 });
      const said = rig.say('n1 look', { channel: 'D0ALICE', files: [picture] });
      const others = [2, 3, 4].map((n) => rig.say(`${rig.bot} n${n}`, { user: 'U0BOB' }));
      expect(await Promise.all([said, ...others].map(({ acked }) => acked))).toEqual([
        true,
        true,
        true,
        true,
      ]);
      await until(() => rig.shown('C0LOBBY').length === 3);
      expect(rig.shown('D0ALICE')).toEqual([]);
      await until(() => rig.shown('D0ALICE').length === 1);
      const memory = (await rig.hub.received(4)).find(({ content }) => content.text === 'n1 look');
      expect(memory!.content.attachments).toMatchObject([{ name: 'cat.png', size: png.length }]);
      expect(rig.slack.fetched).toHaveLength(1);
    });

    it('[slack.7] comes with its message when the hub stopped meanwhile, and the message once', async () => {
      await open({ server: { retriesMs: [] } });
      rig.slack.faults.on('download', { delayMs: 60_000, drop: true, times: 2 });
      expect(await rig.say('n1 look', { channel: 'D0ALICE', files: [picture] }).acked).toBe(true);
      expect(await rig.say('n2 said later', { channel: 'D0ALICE' }).acked).toBe(true);
      await rig.hub.stop();
      rig.slack.faults.clear();
      await rig.hub.start();
      const said = await rig.hub.received(2);
      expect(said.map(({ content }) => [content.text, content.attachments.length])).toEqual([
        ['n1 look', 1],
        ['n2 said later', 0],
      ]);
      await until(() => rig.shown('D0ALICE').join().includes('n2'));
    });

    it.each([
      ['that says so', signIn],
      ['behind a comment', `<!-- edge -->\n${signIn.replace('<!DOCTYPE html>\n', '')}`],
    ])('[slack.5] is not a page to sign in with status 200 %s', async (_, page) => {
      await open();
      rig.slack.faults.on('download', { page, times: 3 });
      await rig.say('look', { channel: 'D0ALICE', files: [picture] }).acked;
      expect((await rig.hub.received())[0]!.content.attachments).toEqual([]);
      expect((await notes()).join()).toMatch(/cat\.png could not be read: .*files:read/);
    });

    it('[slack.5] may be a page itself', async () => {
      await open();
      const page = { name: 'page.html', mimetype: 'text/html', bytes: Buffer.from(signIn) };
      await rig.say('look', { channel: 'D0ALICE', files: [page] }).acked;
      expect((await rig.hub.received())[0]!.content.attachments).toMatchObject([{ name: 'page.html' }]);
    });

    it('[slack.6] is followed to where Slack keeps it', async () => {
      await open();
      const { id } = rig.slack.people.store({ ...picture, mediaType: picture.mimetype });
      rig.slack.faults.on('download', { location: `${rig.slack.url}/files-pri/${id}/cat.png` });
      await rig.say('look', { channel: 'D0ALICE', files: [picture] }).acked;
      expect((await rig.hub.received())[0]!.content.attachments).toMatchObject([{ size: png.length }]);
      expect(rig.slack.fetched).toHaveLength(2);
    });

    it('[slack.6] is not followed anywhere else', async () => {
      await open();
      rig.slack.faults.on('download', { location: 'https://files.slack.com.evil.invalid/cat.png' });
      await rig.say('look', { channel: 'D0ALICE', files: [picture] }).acked;
      expect((await notes()).join()).toContain('cat.png could not be read');
    });
  });
}
