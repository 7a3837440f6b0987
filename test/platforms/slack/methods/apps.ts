/** What concerns the app itself: its socket, and its installation in a workspace. */

import { install } from '../installing.js';
import { Refusal } from '../refusal.js';
import { app, type Method } from '../world.js';

export const appMethods: Record<string, Method> = {
  'apps.connections.open': {
    by: 'app',
    run: ({ world }) => ({
      url: `${world.baseUrl.replace(/^http/, 'ws')}/link/?ticket=${world.ticket()}&app_id=${app.id}`,
    }),
  },

  'oauth.v2.access': {
    by: 'client',
    run({ world, args }) {
      if (args.optional('client_id') !== app.clientId) throw new Refusal('invalid_client_id');
      if (args.optional('client_secret') !== app.clientSecret) throw new Refusal('bad_client_secret');
      const code = args.required('code', 'invalid_code');
      const grant = world.codes.get(code);
      // A code is good once.
      world.codes.delete(code);
      if (!grant) throw new Refusal('invalid_code');
      if (grant.redirectUri !== args.optional('redirect_uri')) throw new Refusal('bad_redirect_uri');
      const workspace = world.workspaces.get(grant.teamId)!;
      const installation = install(workspace, grant.scopes);
      return {
        app_id: app.id,
        authed_user: { id: [...workspace.users.keys()][0] },
        scope: installation.scopes.join(','),
        token_type: 'bot',
        access_token: installation.token,
        bot_user_id: installation.botUserId,
        team: { id: workspace.id, name: workspace.name },
        enterprise: null,
        is_enterprise_install: false,
      };
    },
  },
};
