/** The workspaces we are in: whose token, which client, and who the bot is there. */
import type { InstallProvider } from '@slack/oauth';
import type { WebClient, WebClientOptions } from '@slack/web-api';
import { LRUCache } from 'lru-cache';
import { FatalError, RetryableError } from '../../src/extension-api.js';
import { calling } from './failure.js';

/** Which installation: the workspace, or, where the app is installed for all of an organisation, that. */
export interface Tenant {
  teamId: string;
  enterpriseId?: string;
  isEnterpriseInstall?: boolean;
}

export interface Workspace {
  teamId: string;
  /** Set where the app is installed for the whole organisation. */
  enterpriseId?: string;
  client: WebClient;
  token: string;
  botUserId: string;
  botId: string;
  /** The operator's own: its token is in the settings. */
  home: boolean;
}

export interface WorkspacesOptions {
  /** Of the one workspace there is; without it each has its own, by OAuth. */
  botToken: string | undefined;
  installer: InstallProvider | null;
  newClient(token: string): WebClient;
}

/** For a hub: retries are the outbox's business, and nothing waits for ever. */
export const clientOptions = {
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: 15_000,
} as const satisfies WebClientOptions;

export class Workspaces {
  readonly #options: WorkspacesOptions;
  readonly #clients = new LRUCache<string, WebClient>({ max: 1000 });
  /** By workspace. */
  readonly #organisations = new LRUCache<string, string>({ max: 10_000 });
  #only: Promise<Workspace> | null = null;

  constructor(options: WorkspacesOptions) {
    this.#options = options;
  }

  /** @throws FatalError where the app is not installed; RetryableError where Slack cannot be asked. */
  async of(tenant: Tenant): Promise<Workspace> {
    const { botToken, installer } = this.#options;
    if (botToken) {
      const own = await this.only();
      // A token for all of an organisation is at home in each of its workspaces.
      const { enterpriseId } = own;
      const home = tenant.teamId === own.teamId || (!!enterpriseId && enterpriseId === tenant.enterpriseId);
      return { ...own, teamId: tenant.teamId, home };
    }
    if (!installer) throw new FatalError('config_invalid', 'Slack: neither a bot token nor OAuth is set up.');
    const { botToken: token, botUserId, botId } = await authorized(installer, tenant);
    if (!token || !botUserId || !botId)
      throw new FatalError('config_invalid', `The Slack app has no bot user in ${tenant.teamId}.`);
    const { teamId, enterpriseId, isEnterpriseInstall } = tenant;
    const found = { teamId, client: this.#client(token), token, botUserId, botId, home: false };
    if (!isEnterpriseInstall || !enterpriseId) return found;
    this.#organisations.set(teamId, enterpriseId);
    return { ...found, enterpriseId };
  }

  /** By its id alone: which organisation installed the app there, its events have said. */
  ofTeam(teamId: string): Promise<Workspace> {
    const enterpriseId = this.#organisations.get(teamId);
    return this.of(enterpriseId ? { teamId, enterpriseId, isEnterpriseInstall: true } : { teamId });
  }

  /** The workspace of the one token; asked again after a failure. */
  only(): Promise<Workspace> {
    this.#only ??= this.#identify().catch((error) => {
      this.#only = null;
      throw error;
    });
    return this.#only;
  }

  async #identify(): Promise<Workspace> {
    const token = this.#options.botToken ?? '';
    const client = this.#client(token);
    const { team_id, user_id, bot_id, enterprise_id, is_enterprise_install } = await calling(
      'asking whose SLACK_BOT_TOKEN is',
      () => client.auth.test(),
    );
    if (!team_id || !user_id || !bot_id)
      throw new FatalError('config_invalid', 'SLACK_BOT_TOKEN is no bot’s token: it must begin with xoxb-.');
    const own = { teamId: team_id, client, token, botUserId: user_id, botId: bot_id, home: true };
    return is_enterprise_install && enterprise_id ? { ...own, enterpriseId: enterprise_id } : own;
  }

  #client(token: string): WebClient {
    const client = this.#clients.get(token) ?? this.#options.newClient(token);
    this.#clients.set(token, client);
    return client;
  }
}

async function authorized(
  installer: InstallProvider,
  { teamId, enterpriseId, isEnterpriseInstall = false }: Tenant,
) {
  try {
    return await installer.authorize({ teamId, enterpriseId, isEnterpriseInstall });
  } catch (error) {
    // The SDK wraps what the store threw.
    const { original } = error as { original?: unknown };
    if (original instanceof FatalError || original instanceof RetryableError) throw original;
    throw new RetryableError('store_unavailable', 'The Slack installation cannot be read.', { cause: error });
  }
}
