/** The app's arrival in a workspace. */
import type { Installation, Workspace } from './workspace.js';

/** What the README's manifest asks for. */
export const defaultScopes = [
  'app_mentions:read',
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'mpim:history',
  'mpim:read',
  'reactions:read',
  'usergroups:read',
  'users:read',
];

let serial = 0;

/** Gives the app a bot user and a new token; one that it had no longer works. */
export function install(workspace: Workspace, scopes = defaultScopes): Installation {
  const suffix = workspace.id.slice(1);
  const botUserId = `U0BOT${suffix}`;
  workspace.addUser(botUserId, 'Carrier', true);
  serial += 1;
  workspace.installation = {
    teamId: workspace.id,
    token: `xoxb-${suffix}-${serial}-for-tests`,
    botId: `B0BOT${suffix}`,
    botUserId,
    scopes,
  };
  return workspace.installation;
}
