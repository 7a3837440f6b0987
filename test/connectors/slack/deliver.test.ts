import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FatalError, type Memory, RetryableError } from '../../../src/extension-api.js';
import { pings } from '../../platforms/slack/message.js';
import { Rig } from './rig.js';

describe('replies on Slack', () => {
  let rig: Rig;
  let question: Memory;

  beforeEach(async () => {
    rig = await Rig.open({ connector: { streaming: false } });
    question = (await rig.tell(`${rig.bot} hello`)).memory;
  });

  afterEach(() => rig.close());

  it('stand in the thread of the question', async () => {
    const { messageIds } = await rig.deliver(rig.answer(question, 'hello back'));
    const [reply] = rig.slack.team.ofApp();
    expect(reply!.threadTs).toBe(question.source.thread);
    expect(messageIds).toEqual([`C0LOBBY:${reply!.ts}`]);
  });

  it('stand below the question in a direct conversation', async () => {
    const { memory } = await rig.tell('hello', { channel: 'D0ALICE' });
    await rig.deliver(rig.answer(memory, 'hello back'));
    expect(rig.slack.team.ofApp('D0ALICE').map(({ threadTs }) => threadTs)).toEqual([undefined]);
  });

  it('that are long are split, in order, and each part is sent once', async () => {
    const paragraphs = Array.from({ length: 40 }, (_, i) => `Paragraph ${i}: ${'word '.repeat(60)}`.trim());
    const outbound = rig.answer(question, paragraphs.join('\n\n'));
    rig.slack.faults.on('chat.postMessage', { error: 'internal_error' });
    await expect(rig.deliver(outbound)).rejects.toBeInstanceOf(RetryableError);
    const { messageIds } = await rig.deliver({ ...outbound, attempts: 1 });
    expect(rig.shown().length).toBeGreaterThan(3);
    expect(messageIds).toHaveLength(rig.shown().length);
    expect(rig.shown().join('\n\n')).toBe(paragraphs.join('\n\n'));
    for (const text of rig.shown()) expect(text.length).toBeLessThanOrEqual(3000);
  });

  it('go on where a try ended, also where Slack’s answer was lost', async () => {
    const text = Array.from({ length: 3 }, (_, i) => `${i}${' x'.repeat(1300)}`).join('\n\n');
    const outbound = rig.answer(question, text);
    const lost = { drop: true, afterwards: true };
    // The first part arrives and nobody hears of it, then the second, then the third.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      rig.slack.faults.on('chat.postMessage', lost);
      await expect(rig.deliver({ ...outbound, attempts: attempt })).rejects.toBeInstanceOf(RetryableError);
    }
    await rig.deliver({ ...outbound, attempts: 3 });
    expect(rig.shown().map((part) => part[0])).toEqual(['0', '1', '2']);
  });

  it('are found again in a direct conversation, too, and by another process', async () => {
    const { memory } = await rig.tell('hello', { channel: 'D0ALICE' });
    const outbound = rig.answer(memory, 'hello back');
    rig.slack.faults.on('chat.postMessage', { status: 500, afterwards: true });
    await expect(rig.deliver(outbound)).rejects.toBeInstanceOf(RetryableError);
    await rig.connector.stop();
    await rig.start();
    await rig.deliver(outbound);
    expect(rig.shown()).toEqual(['hello back']);
  });

  it('go on also where Slack does not let us look for what was sent', async () => {
    const outbound = rig.answer(question, 'hello back');
    rig.slack.faults.on('chat.postMessage', { status: 502 });
    await expect(rig.deliver(outbound)).rejects.toBeInstanceOf(RetryableError);
    rig.slack.faults.on('conversations.replies', { error: 'missing_scope' });
    await rig.deliver(outbound);
    expect(rig.shown()).toEqual(['hello back']);
    const later = rig.answer(question, 'and more');
    rig.slack.faults.on('chat.postMessage', { status: 502 });
    await expect(rig.deliver(later)).rejects.toBeInstanceOf(RetryableError);
    rig.slack.faults.on('conversations.replies', { status: 503 });
    await expect(rig.deliver(later)).rejects.toBeInstanceOf(RetryableError);
  });

  it('bring their files into the channel where the thread is gone', async () => {
    const attachments = [await rig.host.putFile(Buffer.from([0, 1, 2, 250]), { name: 'a.bin' })];
    const outbound = rig.answer(question, '', { attachments });
    rig.slack.faults.on('files.completeUploadExternal', { error: 'thread_not_found' });
    await rig.deliver(outbound);
    const [upload, ...more] = rig.slack.team.ofApp();
    expect(more).toEqual([]);
    expect(upload).toMatchObject({ files: [{ name: 'a.bin' }] });
    expect(upload!.threadTs).toBeUndefined();
  });

  it('wait as long as Slack says', async () => {
    rig.slack.faults.on('chat.postMessage', { status: 429, retryAfter: 7 });
    await expect(rig.deliver(rig.answer(question, 'x'))).rejects.toMatchObject({
      retryable: true,
      retryAfterMs: 7000,
    });
  });

  it('are tried again for what passes, and given up with the fix for what does not', async () => {
    const page = '<html><body>403 Forbidden</body></html>';
    for (const fault of [
      ...[{ status: 502 }, { drop: true }, { error: 'service_unavailable' }, { error: 'internal_error' }],
      ...[{ status: 403, page }, { status: 404, page }, { page }, { error: 'ratelimited' }],
    ]) {
      rig.slack.faults.on('chat.postMessage', fault);
      await expect(rig.deliver(rig.answer(question, 'x'))).rejects.toBeInstanceOf(RetryableError);
    }
    for (const [fault, words] of [
      [{ error: 'is_archived' }, 'archived'],
      [{ error: 'token_revoked' }, 'install it again'],
    ] as const) {
      rig.slack.faults.on('chat.postMessage', fault);
      const failed = rig.deliver(rig.answer(question, 'x'));
      await expect(failed).rejects.toBeInstanceOf(FatalError);
      await expect(failed).rejects.toThrow(words);
    }
    rig.slack.bot.scopes = ['channels:history'];
    await expect(rig.deliver(rig.answer(question, 'x'))).rejects.toThrow('Add the scope chat:write');
    rig.slack.bot.scopes = ['chat:write'];
    rig.slack.team.channels.get('C0LOBBY')!.members.delete(rig.slack.bot.botUserId);
    await expect(rig.deliver(rig.answer(question, 'x'))).rejects.toThrow('Invite the app');
  });

  it('ring nobody up', async () => {
    const text =
      '<!channel> @channel @here <@U0BOB> <!subteam^S1|@all> [x](<!here>) `<!everyone>` ![a](<@U0BOB>)';
    await rig.deliver(rig.answer(question, text));
    expect(rig.slack.team.ofApp().flatMap(pings)).toEqual([]);
    expect(rig.shown()[0]).toContain('<!channel> @channel @here <@U0BOB>');
  });

  it('bring files', async () => {
    const attachments = [
      await rig.host.putFile(Buffer.from('a,b\n'), { name: 'sum.csv', mediaType: 'text/csv' }),
    ];
    await rig.deliver(rig.answer(question, 'here it is', { attachments }));
    const [text, upload] = rig.slack.team.ofApp();
    expect(text!.files).toEqual([]);
    expect(upload).toMatchObject({ threadTs: question.source.thread, files: [{ name: 'sum.csv' }] });
    expect(String(upload!.files[0]!.bytes)).toBe('a,b\n');
  });

  it('have long code as a file', async () => {
    const code = Array.from({ length: 200 }, (_, i) => `print("line ${i}")`).join('\n');
    await rig.deliver(rig.answer(question, `Here:\n\n\`\`\`python\n${code}\n\`\`\`\n\nDone.`));
    expect(rig.shown()[0]).toBe('Here:\n\n_code-1.py is attached._\n\nDone.');
    const files = rig.slack.team.ofApp().flatMap((message) => message.files);
    expect(files.map(({ name, bytes }) => [name, String(bytes)])).toEqual([['code-1.py', code]]);
  });

  it('send each file once', async () => {
    const attachments = await Promise.all(
      ['one', 'two'].map((name) => rig.host.putFile(Buffer.from(name), { name, mediaType: 'text/plain' })),
    );
    const outbound = rig.answer(question, 'here', { attachments });
    rig.slack.faults.on('files.getUploadURLExternal', { status: 500 });
    await expect(rig.deliver(outbound)).rejects.toBeInstanceOf(RetryableError);
    await rig.deliver(outbound);
    expect(rig.slack.team.ofApp().flatMap(({ files }) => files.map(({ name }) => name))).toEqual([
      'one',
      'two',
    ]);
    expect(rig.shown().filter((text) => text === 'here')).toHaveLength(1);
  });

  it('have buttons within Slack’s limits', async () => {
    const buttons = Array.from({ length: 25 }, (_, i) => ({ label: 'L'.repeat(80), payload: `p${i}` }));
    await rig.deliver(rig.answer(question, '', { buttons }));
    const [reply] = rig.slack.team.ofApp();
    expect((reply!.blocks![0]!.elements as object[]).length).toBe(25);
  });

  it('that are empty are none', async () => {
    expect(await rig.deliver(rig.answer(question, '  \n'))).toEqual({ messageIds: [] });
    expect(rig.shown()).toEqual([]);
  });

  it('stop being sent when the hub says so', async () => {
    const aborted = AbortSignal.abort(new Error('stopping'));
    await expect(rig.connector.deliver!(rig.answer(question, 'x'), aborted)).rejects.toThrow('stopping');
    expect(rig.shown()).toEqual([]);
  });
});
