/** User groups. */
import { Refusal } from '../refusal.js';
import type { UserGroup, Workspace } from '../workspace.js';
import type { Method } from '../world.js';

const scopes = ['usergroups:read'];

export const groupMethods: Record<string, Method> = {
  'usergroups.list': {
    scopes,
    run({ args, workspace }) {
      if (!workspace.hasGroups) throw new Refusal('plan_upgrade_required');
      const found = [...workspace.groups.values()].filter(
        ({ disabled }) => !disabled || args.flag('include_disabled'),
      );
      return {
        usergroups: found.map((group) => ({
          ...viewOf(workspace, group, args.flag('include_users')),
          ...(args.flag('include_count') && { user_count: group.users.size }),
        })),
      };
    },
  },

  'usergroups.users.list': {
    scopes,
    run({ args, workspace }) {
      const group = workspace.groups.get(args.required('usergroup'));
      if (!group || (group.disabled && !args.flag('include_disabled'))) throw new Refusal('no_such_subteam');
      return { users: [...group.users] };
    },
  },
};

export function viewOf({ id: team_id, mostListed }: Workspace, group: UserGroup, withUsers: boolean) {
  const { id, users, disabled } = group;
  return {
    ...{ id, team_id, is_usergroup: true, name: id, handle: id.toLowerCase(), description: '' },
    ...{ is_external: false, date_create: 1, date_update: 1, date_delete: disabled ? 1 : 0 },
    ...{ auto_type: null, created_by: 'U0ALICE', updated_by: 'U0ALICE', deleted_by: null },
    ...(withUsers && { users: [...users].slice(0, mostListed) }),
  };
}
