/** What Slack refuses of a reply is given up before its words are: a real hub, and what people see. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { HubRig } from './hub-rig.js';

describe('a reply that Slack refuses', () => {
  let rig: HubRig;
  beforeEach(async () => {
    rig = await HubRig.open({ connector: { streaming: false } });
  });
  afterEach(() => rig.close());

  const ask = () => rig.say(`${rig.bot} hello`).message;
  const shown = (count = 1) => until(() => rig.shown().length >= count).then(() => rig.slack.team.ofApp());
  const logged = () => rig.hub.seen.logged.map(({ message }) => message).join('\n');

  it.each(['invalid_blocks', 'msg_blocks_too_long', 'invalid_blocks_format', 'some_new_code'])(
    '[delivery.6] for its blocks comes without them: %s',
    async (error) => {
      rig.slack.faults.on('chat.postMessage', { error });
      rig.hub.model.answer = 'The *answer* is <b> & 42.';
      const question = ask();
      const [reply] = await shown();
      expect(rig.shown()).toEqual(['The _answer_ is <b> & 42.']);
      expect(reply).toMatchObject({ threadTs: question.ts });
      expect(reply!.blocks).toBeUndefined();
      expect(logged()).toContain(error);
    },
  );

  it('[delivery.6] for its blocks comes whole, also where it is long, and every part', async () => {
    rig.slack.faults.on('chat.postMessage', { error: 'invalid_blocks', times: 1 });
    const words = Array.from({ length: 900 }, (_, n) => `wörd${n}`);
    rig.hub.model.answer = words.join(' ');
    ask();
    await until(() => rig.shown().join(' ').includes('wörd899'));
    expect(rig.shown().join(' ').split(/\s+/)).toEqual(words);
  });

  it('[delivery.6] for its marks comes as plain text', async () => {
    rig.slack.faults.on('chat.postMessage', { error: 'invalid_blocks' });
    rig.slack.faults.on('chat.postMessage', { error: 'invalid_arguments' });
    rig.hub.model.answer = 'See [the page](https://example.com/a) & wait.';
    ask();
    await shown();
    expect(rig.shown()).toEqual(['See the page (https://example.com/a) & wait.']);
  });

  it('[delivery.6] in every form is one plain sentence', async () => {
    rig.slack.faults.on('chat.postMessage', { error: 'invalid_arguments', times: 3 });
    rig.hub.model.answer = 'The answer.';
    ask();
    await shown();
    expect(rig.shown()).toEqual([expect.stringContaining('Slack does not take it')]);
  });

  it.each(['thread_not_found', 'cannot_reply_to_message'])(
    'without its thread where that is gone: %s',
    async (error) => {
      rig.slack.faults.on('chat.postMessage', { error });
      rig.hub.model.answer = 'The answer.';
      ask();
      const [reply] = await shown();
      expect(rig.shown()).toEqual(['The answer.']);
      expect(reply!.threadTs).toBeUndefined();
      expect(reply!.blocks).toHaveLength(1);
    },
  );

  it('is not tried in other forms where the place is closed', async () => {
    rig.slack.faults.on('chat.postMessage', { error: 'is_archived' });
    rig.hub.model.answer = 'The answer.';
    ask();
    await until(() => rig.hub.seen.deliveries.length > 0);
    expect(rig.slack.count('chat.postMessage')).toBe(1);
  });

  it('has its code as text where files are refused, each part once', async () => {
    rig.slack.bot.scopes = rig.slack.bot.scopes.filter((scope) => scope !== 'files:write');
    const lines = Array.from({ length: 400 }, (_, n) => `print("line ${n}")`);
    rig.hub.model.answer = `Here:\n\n\`\`\`python\n${lines.join('\n')}\n\`\`\``;
    // The second of its parts arrives, and nobody hears of it.
    rig.slack.faults.on('chat.postMessage', { times: 2 });
    rig.slack.faults.on('chat.postMessage', { drop: true, afterwards: true });
    ask();
    await until(() => rig.shown().join('\n').includes('line 399'));
    await until(() => rig.hub.seen.delivering === 0);
    const text = rig.shown().join('\n');
    for (const line of lines) expect(text.split(line), line).toHaveLength(2);
    expect(logged()).toContain('a file is sent as text');
  }, 30_000);

  it('has a word on a file that cannot be sent at all', async () => {
    rig.slack.faults.on('files.getUploadURLExternal', { error: 'file_uploads_disabled', times: 9 });
    const file = await rig.hub.seen.host.putFile(
      Buffer.from([0, 1, 2, 250]),
      { name: 'a.bin' },
      {
        ...{ agentId: 'eliza', direct: true, author: { id: 'U0ALICE' }, text: '' },
        source: { connector: 'slack', tenant: 'T0TEAM', channel: 'D0ALICE', messageId: 'x' },
      },
    );
    rig.hub.seen.outgoing = (message) => ({
      ...message,
      memory: { ...message.memory, content: { ...message.memory.content, attachments: [file] } },
    });
    rig.hub.model.answer = 'Look.';
    ask();
    await shown(2);
    expect(rig.shown()).toEqual(['Look.', expect.stringContaining('a.bin` could not be sent')]);
  });

  it('[security.18] shows no previews of links unless that is wanted', async () => {
    rig.hub.model.answer = 'See https://example.com/?leak=1';
    ask();
    const [reply] = await shown();
    expect(reply).toMatchObject({ unfurls: false });
    await rig.close();
    rig = await HubRig.open({ connector: { streaming: false, previews: true } });
    rig.hub.model.answer = 'See https://example.com/';
    ask();
    expect((await shown())[0]).toMatchObject({ unfurls: true });
  });
});
