import { slackConnector } from '../../../connectors/slack/connector.js';
import { connectorContract } from '../../../src/testing/connector.js';
import type { TestHub } from '../../../src/testing/hub.js';
import type { Platform, PlatformFile, PlatformMessage } from '../../../src/testing/platform.js';
import type { SlackMessage } from '../../platforms/slack/message.js';
import { type SlackServer, startSlackServer } from '../../platforms/slack/server.js';

/** Deliveries are not made by Slack again: that is the suite's. */
const once = { retriesMs: [], ackMs: 1000 };

/** The suite's channels are all of one workspace. */
const cannot = { places: "the workspace of the settings' token is the operator's own" };

connectorContract(
  'the Slack connector on a socket',
  async () => {
    const slack = await startSlackServer(once);
    return platformOf(slack, { appToken: slack.app.appToken });
  },
  { cannot },
);

connectorContract(
  'the Slack connector with posted events',
  async ({ url }: TestHub) => {
    const slack = await startSlackServer(once);
    slack.events.requestUrl = `${url}/slack/eliza/events`;
    return platformOf(slack, { signingSecret: slack.app.signingSecret });
  },
  { cannot },
);

const users: Record<string, string> = { alice: 'U0ALICE', bob: 'U0BOB', robot: 'U0ROBOT' };

/** A channel of the suite is a thread on Slack, whose first message is Bob's. */
function platformOf(slack: SlackServer, secrets: { appToken: string } | { signingSecret: string }): Platform {
  const { team, people, bot } = slack;
  const connector = slackConnector({
    ...{ agentId: 'eliza', apiUrl: slack.apiUrl, botToken: bot.token, ...secrets },
  });
  const threads = new Map<string, SlackMessage>();
  const known = new Map<string, SlackMessage>();
  team.addUser('U0ROBOT', 'Robot', true);

  const mention = `<@${bot.botUserId}> `;

  function messageOf(message: PlatformMessage, file?: PlatformFile): SlackMessage {
    const { id, user, text, direct } = message;
    const said = known.get(id);
    if (said) return said;
    const added = team.add({
      user: users[user]!,
      ...(direct ? { channel: 'D0ALICE', text } : spoken(message)),
      ...(message.bot && { botId: 'B0ROBOT' }),
      ...(file && { files: [people.store(file)], subtype: 'file_share' }),
    });
    known.set(id, added);
    return added;
  }

  function spoken({ channel, text, addressed }: PlatformMessage) {
    const place = channel === 'attic' ? 'C0ATTIC' : 'C0LOBBY';
    // In a thread of its own the agent would be spoken to.
    if (addressed === false) return { channel: place, text };
    const parent = threads.get(channel) ?? team.add({ channel: place, user: 'U0BOB', text: 'well?' });
    threads.set(channel, parent);
    return { channel: place, text: mention + text, threadTs: parent.ts };
  }

  return {
    connector,
    send: (message) => people.announce(messageOf(message)),
    sendFile: (message, file) => people.announce(messageOf(message, file)),
    fileRequests: () => slack.fetched.length + slack.count('files.info'),
    nameRequests: () => slack.count('users.info'),
    shown: () => team.shown(),
    shownFiles: () => team.ofApp().flatMap(({ files }) => files),
    edit: ({ id, text, direct }) => people.edit(known.get(id)!, direct ? text : mention + text),
    react: (_, user) => people.react(team.ofApp().at(-1)!, users[user]!, 'thumbsup'),
    press: (label, user) =>
      people.press(team.ofApp().findLast((said) => labelsOf(said).includes(label))!, users[user]!, label),
    offered: () => team.ofApp().flatMap(labelsOf),
    erase: async (text) =>
      void team.messages.splice(
        team.messages.findIndex((one) => one.text === text),
        1,
      ),
    async regroup(user, isIn) {
      if (isIn === null) slack.faults.on('usergroups.list', { status: 503, times: 1000 });
      await people.regroup('S0STAFF', isIn ? [users[user]!] : []);
      return 'S0STAFF';
    },
    live: true,
    open: true,
    ordered: true,
    refuse(how) {
      slack.faults.clear();
      for (const method of how ? ['chat.postMessage', 'chat.startStream'] : []) {
        if (how === 'later') slack.faults.on(method, { status: 429, retryAfter: 1, times: 100 });
        if (how === 'never') slack.faults.on(method, { error: 'restricted_action', times: 100 });
        if (how === 'hang') slack.faults.on(method, { delayMs: 60_000, drop: true, times: 100 });
      }
    },
    close: () => slack.stop(),
  };
}

function labelsOf({ blocks = [] }: SlackMessage): string[] {
  const rows = blocks.filter(({ type }) => type === 'actions');
  return rows.flatMap(({ elements }) =>
    (elements as { text: { text: string } }[]).map(({ text }) => text.text),
  );
}
