/** Workspaces install the app themselves: two pages, and what Slack hands over kept encrypted. */
import type { InstallProvider } from '@slack/oauth';
import { type RequestHandler, Router } from 'express';
import { type Host, RetryableError } from '../../src/extension-api.js';
import { Installations, installStates } from './installations.js';
import { scopes } from './scopes.js';
import { sdkLogger } from './sdk-log.js';
import { clientOptions } from './workspaces.js';

export interface OAuthOptions {
  clientId: string;
  clientSecret: string;
  /** Encrypts what is kept of the installations; long and random. */
  installationKey: string;
  /** Where the browser comes back to, when the app has several such addresses. */
  redirectUri: string | undefined;
  apiUrl: string;
}

export async function openInstaller(options: OAuthOptions, host: Host): Promise<InstallProvider> {
  const { InstallProvider } = await import('@slack/oauth');
  const { clientId, clientSecret, installationKey, apiUrl } = options;
  return new InstallProvider({
    clientId,
    clientSecret,
    installationStore: new Installations(host.notes, installationKey),
    stateStore: installStates(host.notes),
    authorizationUrl: new URL('../oauth/v2/authorize', apiUrl).href,
    directInstall: true,
    logger: sdkLogger(host.log),
    clientOptions: { ...clientOptions, slackApiUrl: apiUrl },
  });
}

/** `GET <path>/install` sends the browser to Slack; `GET <path>/oauth_redirect` is where Slack sends it back. */
export function oauthRouter(
  path: string,
  redirectUri: string | undefined,
  installer: () => InstallProvider | null,
): Router {
  const running = () => {
    const provider = installer();
    if (provider) return provider;
    throw new RetryableError('shutting_down', 'Not connected; try again shortly.', { retryAfterMs: 5000 });
  };
  const install: RequestHandler = async (req, res) => {
    await running().handleInstallPath(req, res, {}, { scopes: [...scopes], redirectUri });
  };
  const redirect: RequestHandler = async (req, res) => {
    await running().handleCallback(req, res, {
      success: (_installation, _options, _req, response) =>
        page(response, 200, 'Installed. You can talk to the app in Slack now.'),
      failure: (_error, _options, _req, response) =>
        page(response, 400, 'The app was not installed. Begin again from the install page.'),
    });
  };
  return Router().get(`${path}/install`, install).get(`${path}/oauth_redirect`, redirect);
}

function page(res: import('node:http').ServerResponse, status: number, text: string): void {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}
