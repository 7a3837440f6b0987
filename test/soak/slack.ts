import { readable } from '../platforms/slack/message.js';
import { startSlackServer } from '../platforms/slack/server.js';
import { slackManners } from './manners.js';
import type { SoakPlatform, SoakRoom } from './platform.js';
import { Trouble, troubleBefore } from './trouble.js';

/** Slack sends three times again: at once, after a minute, after five. Here the same, in a shorter time. */
const retriesMs = [0, 6000, 30_000];

const sends = new Set(['chat.postMessage', 'chat.startStream']);

/** Three threads with two people each, and two direct conversations. */
export async function slackPlatform(): Promise<SoakPlatform> {
  const slack = await startSlackServer({ retriesMs });
  const { team, people, bot } = slack;
  team.addChannel('D0BOB', 'im', ['U0BOB', bot.botUserId]);

  function thread(channel: string): SoakRoom {
    let root: string | undefined;
    let said = 0;
    return {
      say(text) {
        const user = said++ % 2 === 0 ? 'U0ALICE' : 'U0BOB';
        const words = root ? text : `<@${bot.botUserId}> ${text}`;
        const { message } = people.say({ channel, user, text: words, threadTs: root });
        root ??= message.ts;
      },
      shown: () =>
        team
          .ofApp(channel)
          .filter(({ threadTs }) => threadTs !== undefined && threadTs === root)
          .map(readable),
    };
  }

  const direct = (channel: string, user: string): SoakRoom => ({
    say: (text) => void people.say({ channel, user, text }),
    shown: () => team.shown(channel),
  });

  const trouble = new Trouble(slackManners);
  const front = await troubleBefore(slack.apiUrl, trouble);
  return {
    name: 'slack',
    trouble,
    settings: {
      SLACK_BOT_TOKEN: bot.token,
      SLACK_APP_TOKEN: slack.app.appToken,
      SLACK_API_URL: front.url,
    },
    rooms: [
      thread('C0LOBBY'),
      thread('C0LOBBY'),
      thread('C0ATTIC'),
      direct('D0ALICE', 'U0ALICE'),
      direct('D0BOB', 'U0BOB'),
    ],
    cut: () => slack.sockets.cut(),
    // A reply bears a mark to be found by; what shows it while it is written bears none.
    unsureSince: () => slack.calls.findLast(({ method }) => sends.has(method))?.at ?? 0,
    async stop() {
      await front.stop();
      await slack.stop();
    },
  };
}
