/** What the model reads of what people say on Slack: a real hub. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { HubRig } from './hub-rig.js';

describe('what is said on Slack is read', () => {
  let rig: HubRig;
  beforeEach(async () => {
    rig = await HubRig.open();
    rig.hub.model.answer = 'Well.';
  });
  afterEach(() => rig.close());

  const answered = (count = 1) => until(() => rig.shown().length === count);
  /** In this order, each once. */
  function inOrder(...words: string[]) {
    const places = words.map((word) => rig.read.indexOf(word));
    expect(places, rig.read).toEqual([...places].sort((one, other) => one - other));
    expect(places).not.toContain(-1);
    for (const word of words) expect(rig.read.split(word), word).toHaveLength(2);
  }
  const share = { is_share: true, is_msg_unfurl: true, ts: '1699999999.000100', channel_id: 'C0ATTIC' };
  const rich = (text: string) => ({
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
  });

  it('[slack.3] with forwarded messages that come without a comment', async () => {
    rig.say('', {
      channel: 'D0ALICE',
      attachments: [
        { ...share, author_id: 'U0BOB', text: 'the roof leaks' },
        {
          ...share,
          author_name: 'Carol',
          text: '',
          message_blocks: [{ message: { blocks: [rich('in the attic')] } }],
        },
        { ...share, author_name: 'Dan', fallback: '[June 1st] dan: since Monday' },
      ],
    });
    await answered();
    inOrder('the roof leaks', 'in the attic', 'since Monday');
    inOrder('Bob', 'Carol');
  });

  it('[slack.3] with rich text that has no other, and cards', async () => {
    rig.say('', { channel: 'D0ALICE', blocks: [rich('blocks alone')] });
    await answered();
    const card = { from_url: 'https://a.example', title: 'A page', text: 'about roofs', fallback: 'A page' };
    rig.say('see https://a.example', { channel: 'D0ALICE', attachments: [card] });
    await answered(2);
    for (const words of ['blocks alone', 'about roofs', 'A page']) expect(rig.read).toContain(words);
  });

  it('[slack.3] with the files of what is forwarded', async () => {
    const stored = rig.slack.people.store({
      name: 'notes.txt',
      mediaType: 'text/plain',
      bytes: Buffer.from('bring a ladder'),
    });
    const file = {
      ...{ id: stored.id, name: stored.name, mimetype: stored.mimetype, size: stored.size, mode: 'hosted' },
      url_private: `${rig.slack.url}/files-pri/${stored.id}/notes.txt`,
    };
    rig.say('', {
      channel: 'D0ALICE',
      attachments: [{ ...share, author_name: 'Dan', text: '', files: [file] }],
    });
    await answered();
    const [memory] = await rig.hub.received();
    expect(memory!.content.attachments).toMatchObject([{ name: 'notes.txt', of: 'forwarded' }]);
  });

  it('[slack.4] with what was said before in a thread, by bots too, asked for once', async () => {
    const { team } = rig.slack;
    const root = team.add({ channel: 'C0LOBBY', user: 'U0BOB', text: 'The deploy of <@U0ALICE> failed' });
    const there = { channel: 'C0LOBBY', threadTs: root.ts };
    team.add({ ...there, user: 'U0ROBOT', botId: 'B0ROBOT', text: '', blocks: [rich('exit code 137')] });
    team.add({ ...there, user: 'U0ALICE', text: 'out of memory?' });
    rig.say(`${rig.bot} what do you think?`, { threadTs: root.ts });
    await answered();
    inOrder('The deploy of @Alice failed', 'exit code 137', 'out of memory?');
    rig.say(`${rig.bot} and now?`, { threadTs: root.ts });
    await answered(2);
    expect(rig.slack.count('conversations.replies')).toBe(1);
    const said = (await rig.hub.received(2)).map(({ content }) => content.parts?.length ?? 0);
    expect(said).toEqual([3, 0]);
  });

  it('[slack.4] by its beginning and its recent part, where it is long', async () => {
    const { team } = rig.slack;
    const root = team.add({ channel: 'C0LOBBY', user: 'U0BOB', text: 'number 0.' });
    for (let n = 1; n <= 450; n += 1)
      team.add({ channel: 'C0LOBBY', user: 'U0BOB', text: `number ${n}.`, threadTs: root.ts });
    rig.say(`${rig.bot} sum it up`, { threadTs: root.ts });
    await answered();
    inOrder('number 0.', 'number 2.', 'number 449.', 'number 450.');
    expect(rig.read).not.toContain('number 200.');
    expect(rig.read).toContain('401 messages in the middle');
  });

  it('[slack.4] by its beginning, where Slack shows no more of it, which is said', async () => {
    const { team, faults } = rig.slack;
    const root = team.add({ channel: 'C0LOBBY', user: 'U0BOB', text: 'number 0.' });
    for (let n = 1; n <= 250; n += 1)
      team.add({ channel: 'C0LOBBY', user: 'U0BOB', text: `number ${n}.`, threadTs: root.ts });
    faults.on('conversations.replies', { times: 1 });
    faults.on('conversations.replies', { status: 429, retryAfter: 60, times: 9 });
    rig.say(`${rig.bot} sum it up`, { threadTs: root.ts });
    await answered();
    inOrder('number 0.', 'number 2.', 'number 199.');
    expect(rig.read).toContain('said last in this thread before this message could not be read');
  });

  it('[slack.4] by its beginning and its end, where it has much to say, and what is left out is said', async () => {
    const { team } = rig.slack;
    const root = team.add({ channel: 'C0LOBBY', user: 'U0BOB', text: 'number 0.' });
    for (let n = 1; n <= 20; n += 1)
      team.add({
        ...{ channel: 'C0LOBBY', user: 'U0BOB', threadTs: root.ts },
        text: `number ${n}. ${'so '.repeat(1000)}`,
      });
    rig.say(`${rig.bot} sum it up`, { threadTs: root.ts });
    await answered();
    inOrder('number 0.', 'number 19.', 'number 20.');
    const [memory] = await rig.hub.received();
    const earlier = memory!.content.parts!.filter(({ kind }) => kind === 'earlier');
    expect(rig.read).toContain(`${21 - earlier.length} messages in the middle`);
  });

  it('[slack.4] and answered though Slack does not show the thread, which is said', async () => {
    const root = rig.slack.team.add({ channel: 'C0LOBBY', user: 'U0BOB', text: 'the root' });
    rig.slack.faults.on('conversations.replies', { error: 'missing_scope' });
    rig.say(`${rig.bot} well?`, { threadTs: root.ts });
    await answered();
    expect(rig.read).toContain('could not be read');
  });

  it('[slack.4] not by the hub where the gate refuses who names it', async () => {
    const { team, people } = rig.slack;
    const root = team.add({ channel: 'C0LOBBY', user: 'U0BOB', text: 'the root' });
    await people.announce(
      team.add({
        channel: 'C0LOBBY',
        user: 'U0ROBOT',
        botId: 'B0ROBOT',
        text: `${rig.bot} hi`,
        threadTs: root.ts,
      }),
    );
    expect(rig.slack.count('conversations.replies')).toBe(0);
  });
});
