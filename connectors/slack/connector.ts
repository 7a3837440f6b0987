/** Slack as a connector: events over a socket or by signed posts, replies over the Web API. */
import type { App } from '@slack/bolt';
import type { InstallProvider } from '@slack/oauth';
import type { WebClient } from '@slack/web-api';
import { Router } from 'express';
import { type Connector, FatalError, type Host, RetryableError } from '../../src/extension-api.js';
import { LiveReplies } from '../../src/replies.js';
import { CatchUp } from './catch-up.js';
import { Directory } from './directory.js';
import { isTokenRefused } from './failure.js';
import { Inbound } from './inbound.js';
import { Inlet } from './inlet.js';
import { Interactions } from './interactions.js';
import { listen } from './listen.js';
import { connectorName, type ReplyIn } from './normalize.js';
import { oauthRouter, openInstaller } from './oauth.js';
import { postedConnection } from './posted.js';
import { Reach } from './reach.js';
import { sdkLogger } from './sdk-log.js';
import { Sender } from './sender.js';
import { SocketConnection } from './socket.js';
import { Threads } from './threads.js';
import { UserGroups } from './user-groups.js';
import { webhookRouter } from './webhook.js';
import { clientOptions, type Tenant, Workspaces } from './workspaces.js';

export interface SlackConnectorOptions {
  agentId: string;
  /** `xoxb-…`, for an app in one workspace. Without it workspaces install the app by OAuth. */
  botToken?: string;
  /** `xapp-…`: events come over a socket (Socket Mode). Without it they are posted to the hub. */
  appToken?: string;
  /** Of the app's page; needed where events are posted. */
  signingSecret?: string;
  /** The three for OAuth; all or none. */
  clientId?: string;
  clientSecret?: string;
  /** Encrypts what is kept of installations: long, random, and the same in every process. */
  installationKey?: string;
  /** The OAuth redirect address as registered with Slack; needed where there are several. */
  redirectUri?: string;
  /** Default `https://slack.com/api/`. */
  apiUrl?: string;
  /** Whether replies are shown while they are written; default true. */
  streaming?: boolean;
  /** Whether Slack shows previews of the links in replies: it asks their addresses then. Default false. */
  previews?: boolean;
  /** Where a message in a channel that names the agent is answered; default `thread`. */
  replyIn?: ReplyIn;
  /** Largest file that is read, in bytes; default 10 MB. */
  maxFileBytes?: number;
  /** Hosts, besides Slack's own, that files may come from; they are sent the token. */
  trustedFileHosts?: string[];
  /** The agent's lists name user groups; for the diagnosis. */
  namesGroups?: boolean;
  /** How long Slack may leave a ping unanswered before the socket is opened anew, in ms; default 5,000. */
  pingTimeoutMs?: number;
}

/** Everything that lives from `start` to `stop`. */
interface Running {
  host: Host;
  workspaces: Workspaces;
  installer: InstallProvider | null;
  sender: Sender;
  live: LiveReplies | null;
  catchUp: CatchUp;
  inbound: Inbound;
  userGroups: UserGroups;
}

const defaultApiUrl = 'https://slack.com/api/';

/** Edits and streams are limited to about one a second for a channel. */
const liveEveryMs = 1200;

/** Slack takes the status away after two minutes. */
const statusEveryMs = 60_000;

/** Of markdown, in a message that is still being written. */
const liveChars = 2500;

/** @throws FatalError `config_invalid` when settings are missing that belong together. */
export function slackConnector(options: SlackConnectorOptions): Connector {
  checkOptions(options);
  const { agentId, botToken, appToken, signingSecret, redirectUri, replyIn = 'thread' } = options;
  const apiUrl = withSlash(options.apiUrl ?? defaultApiUrl);
  const files = {
    maxFileBytes: options.maxFileBytes ?? 10_485_760,
    trustedHosts: options.trustedFileHosts ?? [],
    apiUrl,
  };
  const oauth = oauthOf(options, apiUrl);
  const path = `/slack/${agentId}`;
  let inlet = new Inlet();
  let state: Running | null = null;

  function running(): Running {
    if (state) return state;
    throw new RetryableError('shutting_down', 'The Slack connector is not running.', { retryAfterMs: 5000 });
  }

  const reach = new Reach(apiUrl);
  const connection = appToken
    ? new SocketConnection({
        reach,
        appToken,
        apiUrl,
        pingTimeoutMs: options.pingTimeoutMs ?? 5000,
        inlet: () => inlet,
        log: () => running().host.log,
        async check() {
          if (botToken) await running().workspaces.only();
          await running().catchUp.load();
        },
        catchUp: async () => state?.catchUp.run(),
      })
    : postedConnection(path, reach, async () => {
        if (botToken) await running().workspaces.only();
      });

  const routers = [
    ...(signingSecret && !appToken
      ? [webhookRouter({ path: `${path}/events`, signingSecret, inlet: () => inlet })]
      : []),
    ...(oauth ? [oauthRouter(path, redirectUri, () => state?.installer ?? null)] : []),
  ];

  async function open(host: Host): Promise<{ running: Running; app: App }> {
    const [{ App }, { WebClient }] = await Promise.all([import('@slack/bolt'), import('@slack/web-api')]);
    const logger = sdkLogger(host.log);
    class Client extends WebClient {
      override apiCall(...call: Parameters<WebClient['apiCall']>) {
        return reach.through(() => super.apiCall(...call));
      }
    }
    const newClient = (token: string): WebClient =>
      new Client(token, { ...clientOptions, slackApiUrl: apiUrl, logger });
    const installer = oauth ? await openInstaller(oauth, host) : null;
    const workspaces = new Workspaces({ botToken, installer, newClient });
    const live =
      options.streaming === false
        ? null
        : new LiveReplies({ host, everyMs: liveEveryMs, typingEveryMs: statusEveryMs, maxChars: liveChars });
    const directory = new Directory();
    const threads = new Threads(host.notes);
    const shared = { agentId, host, directory, threads, replyIn };
    const app = new App({
      receiver: inlet,
      convoStore: false,
      ignoreSelf: false,
      logger,
      clientOptions: { ...clientOptions, slackApiUrl: apiUrl },
      async authorize({ teamId = '', enterpriseId, isEnterpriseInstall }) {
        const { token, botId, botUserId } = await workspaces.of({
          teamId,
          enterpriseId,
          isEnterpriseInstall,
        });
        return { botToken: token, botId, botUserId, teamId };
      },
    });
    const catchUp: CatchUp = new CatchUp({
      host,
      agentId,
      workspaceOf: ({ teamId, enterpriseId }) => workspaces.of(tenantOf(teamId, { enterpriseId })),
      take: (event, workspace) => inbound.message(event, workspace),
    });
    const inbound = new Inbound({
      ...shared,
      ...{ live, files, catchUp, previews: options.previews ?? false },
    });
    const userGroups = new UserGroups(host.notes);
    listen(app, {
      workspaces,
      userGroups,
      installer,
      inbound,
      interactions: new Interactions({ ...shared, apiUrl }),
    });
    const sender = new Sender({ host, live, previews: options.previews ?? false });
    return { app, running: { host, workspaces, installer, sender, live, catchUp, inbound, userGroups } };
  }

  return {
    name: connectorName,
    agentId,
    connection,
    ...(routers.length > 0 ? { routes: { access: 'own', handler: Router().use(...routers) } } : {}),

    async diagnose() {
      const { diagnoseSlack } = await import('./doctor.js');
      return diagnoseSlack(options);
    },

    async start(host) {
      if (state) return;
      inlet = new Inlet();
      state = (await open(host)).running;
      await inlet.start();
    },

    again: (event) => {
      const { inbound, workspaces } = running();
      return inbound.again(event, ({ teamId, enterpriseId }) =>
        workspaces.of(tenantOf(teamId, { enterpriseId })),
      );
    },

    async groupsOf({ tenant, userId }) {
      const { workspaces, userGroups } = running();
      return userGroups.of(await workspaces.ofTeam(tenant), userId);
    },

    async stop() {
      await connection.close();
      await inlet.stop();
      await state?.catchUp.stop();
      state?.live?.stop();
      state = null;
    },

    async deliver(outbound, signal) {
      const { workspaces, sender } = running();
      const { tenant, metadata } = outbound.to;
      const { client } = await workspaces.of(tenantOf(tenant, metadata));
      const messageIds = await sender.send(outbound, client, signal).catch((error) => {
        // The bot's one token is refused, and not the message: that can wait. One workspace of many is no reason.
        if (botToken && isTokenRefused(error))
          throw new FatalError('config_invalid', error.message, { field: 'SLACK_BOT_TOKEN' });
        throw error;
      });
      return { messageIds };
    },

    async withdraw({ turnId, to: { tenant, metadata } }) {
      const { workspaces, sender } = running();
      const { client } = await workspaces.of(tenantOf(tenant, metadata));
      await sender.withdraw(turnId, client);
    },
  };
}

/** An organisation's installation is found under the organisation. */
function tenantOf(teamId: string, metadata: Record<string, unknown> = {}): Tenant {
  const { enterpriseId } = metadata;
  return typeof enterpriseId === 'string' ? { teamId, enterpriseId, isEnterpriseInstall: true } : { teamId };
}

function checkOptions({ botToken, appToken, signingSecret, ...oauth }: SlackConnectorOptions): void {
  const parts = [oauth.clientId, oauth.clientSecret, oauth.installationKey];
  const given = parts.filter(Boolean).length;
  if (given > 0 && given < parts.length)
    throw invalid('SLACK_CLIENT_ID', 'client id, client secret and installation key belong together');
  if (!botToken && given === 0) throw invalid('SLACK_BOT_TOKEN', 'set it, or the three settings for OAuth');
  if (botToken && given > 0)
    throw invalid('SLACK_BOT_TOKEN', 'leave it out where workspaces install the app by OAuth');
  if (!appToken && !signingSecret)
    throw invalid('SLACK_APP_TOKEN', 'set it for Socket Mode, or SLACK_SIGNING_SECRET for events by HTTP');
}

function invalid(field: string, fix: string): FatalError {
  return new FatalError('config_invalid', `Slack: ${field}: ${fix}.`, { field });
}

function oauthOf(
  { clientId, clientSecret, installationKey, redirectUri }: SlackConnectorOptions,
  apiUrl: string,
) {
  if (!clientId || !clientSecret || !installationKey) return null;
  return { clientId, clientSecret, installationKey, redirectUri, apiUrl };
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
