import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../../src/extension-api.js';
import { Rig } from './rig.js';

const notesOf = ({ content }: Memory) =>
  content.parts?.flatMap(({ kind, text }) => (kind === 'note' ? [text] : [])) ?? [];

describe('Slack files', () => {
  const file = { name: 'big.bin', mimetype: 'application/octet-stream', bytes: Buffer.alloc(5000) };
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.open({ connector: { maxFileBytes: 4096 } });
  });

  afterEach(() => rig.close());

  it('that are too large are named, and not fetched', async () => {
    const { memory } = await rig.tell(`${rig.bot} look`, { files: [file] });
    expect(memory.content.text).toBe('look');
    expect(notesOf(memory)).toEqual(['The file big.bin could not be read: it is larger than 4 KB']);
    expect(rig.host.files.size).toBe(0);
  });

  it('are cut off where they are larger than announced', async () => {
    const { message, acked } = rig.say(`${rig.bot} look`, { files: [{ ...file, bytes: Buffer.alloc(100) }] });
    message.files[0]!.bytes = Buffer.alloc(100_000);
    await acked;
    expect(notesOf(rig.host.memories[0]!).join()).toContain('larger than 4 KB');
  });

  it('come after a while of failures', async () => {
    rig.slack.faults.on('download', { status: 502, times: 2 });
    const small = { ...file, bytes: Buffer.from('x') };
    expect((await rig.tell(`${rig.bot} look`, { files: [small] })).memory.content.attachments).toHaveLength(
      1,
    );
  });

  it('[slack.5] need their scope, and a page to sign in is none', async () => {
    rig.slack.bot.scopes = rig.slack.bot.scopes.filter((scope) => scope !== 'files:read');
    const { memory } = await rig.tell(`${rig.bot} look`, { files: [{ ...file, bytes: Buffer.from('x') }] });
    expect(notesOf(memory)).toEqual([
      'The file big.bin could not be read: Slack asks to sign in: the app lacks the scope files:read',
    ]);
    expect(memory.content.attachments).toEqual([]);
  });

  it('outside of Slack are not fetched, and the token goes nowhere', async () => {
    const { team, emit } = rig.slack;
    const elsewhere = await Rig.open();
    const outside = {
      id: 'F1',
      name: 'x.txt',
      mode: 'hosted',
      url_private: `${elsewhere.slack.url}/files-pri/F1/x.txt`,
    };
    const event = { type: 'message', channel: 'D0ALICE', user: 'U0ALICE', text: 'look', files: [outside] };
    await emit(team, { ...event, ts: team.nextTs() });
    await elsewhere.close();
    expect(notesOf(rig.host.memories[0]!).join()).toContain('not on one of Slack’s servers');
  });
});
