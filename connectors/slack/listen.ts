/** Which of Bolt's events go where. */
import type { App } from '@slack/bolt';
import type { InstallProvider } from '@slack/oauth';
import type { Inbound } from './inbound.js';
import type { Interactions } from './interactions.js';
import type { UserGroups } from './user-groups.js';
import type { Workspace, Workspaces } from './workspaces.js';

export interface Listeners {
  workspaces: Workspaces;
  userGroups: UserGroups;
  installer: InstallProvider | null;
  inbound: Inbound;
  interactions: Interactions;
}

/** What Bolt has found out about a payload. */
interface Context {
  teamId?: string;
  enterpriseId?: string;
  isEnterpriseInstall: boolean;
}

export function listen(
  app: App,
  { workspaces, userGroups, installer, inbound, interactions }: Listeners,
): void {
  const workspaceOf = ({ teamId = '', enterpriseId, isEnterpriseInstall }: Context): Promise<Workspace> =>
    workspaces.of({ teamId, enterpriseId, isEnterpriseInstall });

  app.event('message', async ({ event, context }) => inbound.message(event, await workspaceOf(context)));
  app.event('app_mention', async ({ event, context }) => inbound.message(event, await workspaceOf(context)));
  app.event('reaction_added', async ({ event, context }) =>
    inbound.reaction(event, await workspaceOf(context), false),
  );
  app.event('reaction_removed', async ({ event, context }) =>
    inbound.reaction(event, await workspaceOf(context), true),
  );
  app.event('subteam_members_changed', async ({ event, context }) =>
    userGroups.changed([context.teamId, event.team_id]),
  );
  app.event('subteam_updated', async ({ event, context }) =>
    userGroups.changed([context.teamId, event.subteam.team_id]),
  );
  app.command(/^\//, async ({ command, ack, context }) =>
    interactions.command(command, await workspaceOf(context), { ack }),
  );
  app.action(/^carrier:/, async ({ body, ack, context }) =>
    interactions.press(body, await workspaceOf(context), { ack: () => ack() }),
  );
  app.event('app_uninstalled', async ({ context }) => {
    const { teamId, enterpriseId, isEnterpriseInstall } = context;
    const query = { teamId, enterpriseId, isEnterpriseInstall } as Parameters<
      NonNullable<InstallProvider['installationStore']['deleteInstallation']>
    >[0];
    await installer?.installationStore.deleteInstallation?.(query);
  });
}
