/** Whether the server is Slack enough: the SDK, unmodified, and what the platform refuses. */
import { SocketModeClient } from '@slack/socket-mode';
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SlackServer, startSlackServer } from './slack/server.js';

describe('the Slack server', () => {
  let slack: SlackServer;
  let client: WebClient;

  beforeEach(async () => {
    slack = await startSlackServer({ retriesMs: [20] });
    client = clientFor(slack.bot.token);
  });

  afterEach(() => slack.stop());

  it('knows its tokens', async () => {
    expect(await client.auth.test()).toMatchObject({ team_id: 'T0TEAM', user_id: slack.bot.botUserId });
    await expect(clientFor('xoxb-wrong').auth.test()).rejects.toThrow('invalid_auth');
    await expect(clientFor('').auth.test()).rejects.toThrow('not_authed');
  });

  it('posts, edits and deletes, and tells what it cannot', async () => {
    const { ts } = await client.chat.postMessage({ channel: 'C0LOBBY', text: 'one' });
    await client.chat.update({ channel: 'C0LOBBY', ts: ts!, text: 'two' });
    expect(slack.team.shown()).toEqual(['two']);
    const refused: [Promise<unknown>, string][] = [
      [client.chat.postMessage({ channel: 'C0NONE', text: 'x' }), 'channel_not_found'],
      [client.chat.postMessage({ channel: 'C0LOBBY', text: '' }), 'no_text'],
      [client.chat.postMessage({ channel: 'C0LOBBY', text: 'x', thread_ts: '1.000001' }), 'thread_not_found'],
      [client.chat.update({ channel: 'C0LOBBY', ts: ts!, text: 'é'.repeat(2001) }), 'msg_too_long'],
      [client.chat.update({ channel: 'C0LOBBY', ts: '1.000001', text: 'x' }), 'message_not_found'],
      [
        client.chat.postMessage({ channel: 'C0LOBBY', blocks: [section('x'.repeat(3001))] }),
        'invalid_blocks',
      ],
      [
        client.chat.postMessage({ channel: 'C0LOBBY', blocks: Array(51).fill(section('x')) }),
        'invalid_blocks',
      ],
      [client.apiCall('chat.shout'), 'unknown_method'],
    ];
    for (const [call, error] of refused) await expect(call).rejects.toThrow(error);
    await client.chat.delete({ channel: 'C0LOBBY', ts: ts! });
    expect(slack.team.shown()).toEqual([]);
  });

  it('streams, and takes no edit meanwhile', async () => {
    const { message } = slack.people.say({ channel: 'C0LOBBY', user: 'U0ALICE', text: 'hi' });
    const to = { channel: 'C0LOBBY', thread_ts: message.ts };
    await expect(client.chat.startStream(to)).rejects.toThrow('missing_recipient_user_id');
    const recipient = { recipient_user_id: 'U0ALICE', recipient_team_id: 'T0TEAM' };
    const { ts } = await client.chat.startStream({ ...to, ...recipient, markdown_text: 'a' });
    const stream = { channel: 'C0LOBBY', ts: ts! };
    await client.chat.appendStream({ ...stream, markdown_text: 'b' });
    await expect(client.chat.update({ ...stream, text: 'c' })).rejects.toThrow('streaming_state_conflict');
    await client.chat.stopStream({ ...stream, markdown_text: 'c' });
    await expect(client.chat.appendStream({ ...stream, markdown_text: 'd' })).rejects.toThrow(
      'message_not_in_streaming_state',
    );
    expect(slack.team.shown()).toEqual(['abc']);
  });

  it('takes files in three steps', async () => {
    await client.filesUploadV2({ channel_id: 'C0LOBBY', filename: 'a.txt', file: Buffer.from('hello') });
    expect(
      slack.team.ofApp().map(({ files }) => files.map(({ name, bytes }) => [name, String(bytes)])),
    ).toEqual([[['a.txt', 'hello']]]);
  });

  it('wants the scopes', async () => {
    slack.bot.scopes = ['chat:write'];
    await expect(client.users.info({ user: 'U0ALICE' })).rejects.toThrow('missing_scope');
  });

  it('sends an event again until it is acknowledged', async () => {
    const slow = await startSlackServer({ retriesMs: [20], ackMs: 200 });
    const app = new SocketModeClient({
      appToken: slow.app.appToken,
      clientOptions: { slackApiUrl: slow.apiUrl },
    });
    const attempts: number[] = [];
    app.on('slack_event', async ({ ack, retry_num }) => {
      attempts.push(retry_num);
      if (retry_num > 0) await ack();
    });
    await app.start();
    slow.sockets.babble('not json');
    const { acked } = slow.people.say({ channel: 'C0LOBBY', user: 'U0ALICE', text: 'hi' });
    expect(await acked).toBe(true);
    expect(attempts).toEqual([0, 1]);
    await app.disconnect();
    await slow.stop();
  });

  function clientFor(token: string): WebClient {
    return new WebClient(token, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  }
});

function section(text: string) {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}
