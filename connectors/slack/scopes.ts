/** What the app may do, as the manifest in the README asks for it, and what each is for. */
export const scopeUses = {
  'app_mentions:read': 'to hear its name',
  'channels:history': 'to read public channels it is in',
  'channels:read': 'to know their names',
  'chat:write': 'to answer',
  commands: 'for its slash command',
  'files:read': 'to read files it is sent',
  'files:write': 'to send files',
  'groups:history': 'to read private channels it is in',
  'groups:read': 'to know their names',
  'im:history': 'to read direct messages',
  'im:read': 'to know who they are with',
  'mpim:history': 'to read group messages it is in',
  'mpim:read': 'to know their names',
  'reactions:read': 'to take reactions as feedback',
  'usergroups:read': 'to know who is in a user group that a list or a role names',
  'users:read': 'to know people’s names',
} as const;

export const scopes = Object.keys(scopeUses) as (keyof typeof scopeUses)[];

/** Missed only where lists or roles name user groups. */
export const groupsScope = 'usergroups:read' satisfies (typeof scopes)[number];
