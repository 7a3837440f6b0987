import { slackConnector } from '../../../connectors/slack/connector.js';
import type { Connector } from '../../../src/extension-api.js';
import {
  connectorContract,
  type Platform,
  type PlatformFile,
  type PlatformMessage,
} from '../../../src/testing/connector.js';
import type { SlackMessage } from '../../platforms/slack/message.js';
import { type SlackServer, startSlackServer } from '../../platforms/slack/server.js';
import { Rig } from './rig.js';

connectorContract('the Slack connector on a socket', async () => {
  const slack = await startSlackServer({ retriesMs: [], ackMs: 1000 });
  const connector = slackConnector({
    agentId: 'eliza',
    apiUrl: slack.apiUrl,
    botToken: slack.bot.token,
    appToken: slack.app.appToken,
  });
  return platformOf(slack, connected(connector), () => slack.stop());
});

connectorContract('the Slack connector with posted events', async () => {
  const rig = await Rig.open({
    http: true,
    server: { retriesMs: [], ackMs: 1000 },
    connector: { replyIn: 'channel' },
  });
  await rig.connector.stop();
  return platformOf(rig.slack, rig.connector, () => rig.close());
});

/** The hub opens a connection after the start; here one comes with the other. */
function connected(connector: Connector): Connector {
  return {
    ...connector,
    async start(host) {
      await connector.start(host);
      await connector.connection?.open();
    },
  };
}

/** A channel of the suite is a thread on Slack, whose first message is Bob's. */
function platformOf(slack: SlackServer, connector: Connector, close: () => Promise<void>): Platform {
  const users: Record<string, string> = { alice: 'U0ALICE', bob: 'U0BOB' };
  const threads = new Map<string, SlackMessage>();
  const known = new Map<string, SlackMessage>();

  const mention = `<@${slack.bot.botUserId}> `;

  function messageOf({ id, channel, user, text }: PlatformMessage, file?: PlatformFile): SlackMessage {
    const place = channel === 'attic' ? 'C0ATTIC' : 'C0LOBBY';
    const parent = threads.get(channel) ?? slack.team.add({ channel: place, user: 'U0BOB', text: 'well?' });
    threads.set(channel, parent);
    const message =
      known.get(id) ??
      slack.team.add({
        channel: place,
        user: users[user]!,
        text: mention + text,
        threadTs: parent.ts,
        ...(file && { files: [slack.people.store(file)], subtype: 'file_share' }),
      });
    known.set(id, message);
    return message;
  }

  return {
    connector,
    send: (message) => slack.people.announce(messageOf(message)),
    sendFile: (message, file) => slack.people.announce(messageOf(message, file)),
    shown: () => slack.team.shown(),
    shownFiles: () => slack.team.ofApp().flatMap(({ files }) => files),
    edit: ({ id, text }) => slack.people.edit(known.get(id)!, mention + text),
    press: (label, user) => slack.people.press(slack.team.ofApp().at(-1)!, users[user]!, label),
    live: true,
    refuse(how) {
      slack.faults.clear();
      if (how === 'later') slack.faults.on('chat.postMessage', { status: 429, retryAfter: 1, times: 100 });
      if (how === 'never') slack.faults.on('chat.postMessage', { error: 'restricted_action', times: 100 });
    },
    close,
  };
}
