/** Decisions of the policy, with what is right written by hand. */
import type { z } from 'zod';
import type { PolicySettings } from '../../../src/core/policy-rules.js';
import type { PolicyCall } from '../../../src/tools/policy/call.js';

export type Rules = NonNullable<z.input<typeof PolicySettings>['rules']>;

/** What differs from Ann, a member, who writes to `assistant` in a channel, and whose model calls `mcp:files:read_file`. */
export interface Said {
  agent?: string;
  tool?: string;
  hints?: Partial<PolicyCall['tool']['hints']>;
  role?: PolicyCall['requester']['role'];
  accounts?: [connector: string, tenant: string, userId: string][];
  place?: [connector: string, tenant: string, channel: string];
  direct?: boolean | null;
  tainted?: boolean;
  with?: unknown;
  taken?: unknown;
  asks?: boolean;
  changed?: boolean;
}

export interface Decision {
  what: string;
  rules?: Rules;
  /** The character's own. */
  own?: Rules;
  tools?: { allow?: string[]; deny?: string[] };
  call?: Said;
  is: 'deny' | 'ask' | 'allow';
}

const deleteFile = { tool: 'mcp:files:delete_file' } satisfies Said;
const wire = { tool: 'plugin:bank:wire' } satisfies Said;
export const allowAll: Rules = [{ effect: 'allow', tool: '*' }];
const denyDelete: Rules = [{ effect: 'deny', tool: 'mcp:files:delete_*' }];
export const decisions: Decision[] = [
  // Without rules.
  { what: "a plugin's action", call: wire, is: 'allow' },
  { what: "a plugin's action that asks", call: { ...wire, asks: true }, is: 'ask' },
  { what: 'a tool of a server', is: 'ask' },
  { what: 'a tool of a server that says it only reads', call: { hints: { readOnly: true } }, is: 'ask' },
  { what: 'a tool over HTTP', call: { tool: 'http:weather' }, is: 'ask' },
  { what: 'a plugin whose name is like a source', call: { tool: 'plugins:bank:wire' }, is: 'ask' },
  { what: 'a tool that has changed', call: { changed: true }, is: 'ask' },
  // Effects.
  { what: 'allowed', rules: allowAll, is: 'allow' },
  { what: 'denied', rules: [{ effect: 'deny' }], is: 'deny' },
  { what: 'asked for', rules: [{ effect: 'ask' }], call: wire, is: 'ask' },
  { what: 'deny before allow', rules: [...denyDelete, ...allowAll], call: deleteFile, is: 'deny' },
  { what: 'allow before deny', rules: [...allowAll, ...denyDelete], call: deleteFile, is: 'deny' },
  { what: 'ask and allow', rules: [{ effect: 'ask' }, ...allowAll], is: 'ask' },
  { what: 'deny and ask', rules: [{ effect: 'deny' }, { effect: 'ask' }], is: 'deny' },
  { what: 'all three', rules: [...allowAll, { effect: 'ask' }, { effect: 'deny' }], is: 'deny' },
  {
    what: 'a more exact allow is no stronger',
    rules: [{ effect: 'allow', tool: 'mcp:files:delete_file' }, ...denyDelete],
    call: deleteFile,
    is: 'deny',
  },
  {
    what: 'allowed by the settings, denied by the character',
    rules: allowAll,
    own: [{ effect: 'deny' }],
    is: 'deny',
  },
  {
    what: 'denied by the settings, allowed by the character',
    rules: [{ effect: 'deny' }],
    own: allowAll,
    is: 'deny',
  },
  {
    what: 'asked by the settings, allowed by the character',
    rules: [{ effect: 'ask' }],
    own: allowAll,
    is: 'ask',
  },
  { what: 'allowed by the character alone', own: allowAll, is: 'allow' },
  { what: 'the tool asks, a rule allows', rules: allowAll, call: { ...wire, asks: true }, is: 'ask' },
  {
    what: 'the tool asks, a rule denies',
    rules: [{ effect: 'deny' }],
    call: { ...wire, asks: true },
    is: 'deny',
  },
  { what: 'changed, and allowed', rules: allowAll, call: { changed: true }, is: 'ask' },
  { what: 'changed, and denied', rules: [{ effect: 'deny' }], call: { changed: true }, is: 'deny' },
  // What the character may use at all.
  {
    what: 'not on the list, though allowed',
    rules: allowAll,
    tools: { allow: ['mcp:files:read_*'] },
    call: { tool: 'net:get' },
    is: 'deny',
  },
  {
    what: 'not on the list, and asked for by a rule',
    rules: [{ effect: 'ask', tool: 'net:*' }],
    tools: { allow: ['read'] },
    call: { tool: 'net:get' },
    is: 'deny',
  },
  { what: 'on both lists', rules: allowAll, tools: { allow: ['*'], deny: ['mcp:files:*'] }, is: 'deny' },
  {
    what: 'on the list, and denied by a rule',
    rules: denyDelete,
    tools: { allow: ['mcp:files:delete_file'] },
    call: deleteFile,
    is: 'deny',
  },
  {
    what: 'on the list, which allows nothing by itself',
    tools: { allow: ['mcp:files:read_file'] },
    is: 'ask',
  },
  {
    what: "a server's tool that is called as a plugin's on the list",
    rules: allowAll,
    tools: { allow: ['wire'] },
    call: { tool: 'mcp:bank:wire' },
    is: 'deny',
  },
  { what: 'a plugin on the list by its bare name', tools: { allow: ['wire'] }, call: wire, is: 'allow' },
  { what: 'a plugin denied by its bare name', tools: { deny: ['wire'] }, call: wire, is: 'deny' },
  // Tools.
  { what: 'another tool than the one denied', rules: [...denyDelete, ...allowAll], is: 'allow' },
  {
    what: 'the pattern of another source',
    rules: [{ effect: 'allow', tool: 'mcp:file*:search' }],
    call: { tool: 'mcp:mail:search' },
    is: 'ask',
  },
  {
    what: 'one of several patterns',
    rules: [{ effect: 'allow', tool: ['http:*', 'mcp:files:*'] }],
    is: 'allow',
  },
  { what: 'a pattern is whole', rules: [{ effect: 'allow', tool: 'mcp:files:read' }], is: 'ask' },
  { what: 'a dot is a dot', rules: [{ effect: 'allow', tool: 'mcp.files.read_file' }], is: 'ask' },
  { what: 'the case of keys counts', rules: [{ effect: 'allow', tool: 'MCP:FILES:*' }], is: 'ask' },
  { what: 'a star in the middle', rules: [{ effect: 'allow', tool: 'mcp:*_file' }], is: 'allow' },
  {
    what: 'two stars may not overlap',
    rules: [{ effect: 'allow', tool: 'mcp:files:read*ead_file' }],
    is: 'ask',
  },
  // Agents.
  { what: 'the agent', rules: [{ effect: 'allow', agent: 'assistant' }], is: 'allow' },
  {
    what: 'another agent',
    rules: [{ effect: 'allow', agent: 'assistant' }],
    call: { agent: 'other' },
    is: 'ask',
  },
  {
    what: 'a denial for another agent',
    rules: [{ effect: 'deny', agent: ['a*z', 'other'] }],
    call: wire,
    is: 'allow',
  },
  // Roles.
  { what: 'the role itself', rules: [{ effect: 'allow', role: 'member' }], is: 'allow' },
  {
    what: 'a higher role is another',
    rules: [{ effect: 'allow', role: 'member' }],
    call: { role: 'admin' },
    is: 'ask',
  },
  {
    what: 'a role and those above',
    rules: [{ effect: 'allow', role: 'member+' }],
    call: { role: 'owner' },
    is: 'allow',
  },
  { what: 'a role above', rules: [{ effect: 'allow', role: 'operator+' }], is: 'ask' },
  {
    what: 'a role and those below',
    rules: [{ effect: 'deny', role: 'member-' }],
    call: { ...wire, role: 'guest' },
    is: 'deny',
  },
  {
    what: 'not below',
    rules: [{ effect: 'deny', role: 'member-' }],
    call: { ...wire, role: 'operator' },
    is: 'allow',
  },
  {
    what: 'a guest',
    rules: [{ effect: 'allow', role: ['member', 'operator'] }],
    call: { role: 'guest' },
    is: 'ask',
  },
  // People.
  { what: 'the person', rules: [{ effect: 'allow', person: 'chat/acme:ann' }], is: 'allow' },
  { what: 'another person', rules: [{ effect: 'allow', person: 'chat/acme:bob' }], is: 'ask' },
  {
    what: 'the same id in another tenant',
    rules: [{ effect: 'allow', person: 'chat/other:ann' }],
    is: 'ask',
  },
  {
    what: 'without a tenant: the usual one alone',
    rules: [{ effect: 'allow', person: 'chat:ann' }],
    is: 'ask',
  },
  {
    what: 'of the usual tenant',
    rules: [{ effect: 'allow', person: 'chat:ann' }],
    call: { accounts: [['chat', 'default', 'ann']] },
    is: 'allow',
  },
  {
    what: 'a linked account that is denied',
    rules: [{ effect: 'deny', person: 'mail:a1' }],
    call: {
      ...wire,
      accounts: [
        ['chat', 'acme', 'ann'],
        ['mail', 'default', 'a1'],
      ],
    },
    is: 'deny',
  },
  {
    what: 'all of a tenant are none of another that begins alike',
    rules: [{ effect: 'allow', person: 'chat/acme:*' }],
    call: { accounts: [['chat', 'acme:two', 'ann']] },
    is: 'ask',
  },
  {
    what: 'a tenant with a colon',
    rules: [{ effect: 'allow', person: 'chat/acme%3Atwo:*' }],
    call: { accounts: [['chat', 'acme:two', 'ann']] },
    is: 'allow',
  },
  {
    what: 'a tenant with a colon as it is, denied',
    rules: [{ effect: 'deny', person: 'chat/acme:two:*' }],
    call: { ...wire, accounts: [['chat', 'acme:two', 'ann']] },
    is: 'deny',
  },
  { what: 'all of a tenant', rules: [{ effect: 'deny', person: 'chat/acme:*' }], call: wire, is: 'deny' },
  // Places.
  { what: 'the connector', rules: [{ effect: 'deny', connector: 'chat' }], call: wire, is: 'deny' },
  { what: 'another connector', rules: [{ effect: 'deny', connector: 'mail' }], call: wire, is: 'allow' },
  { what: 'the tenant', rules: [{ effect: 'allow', place: 'chat/acme' }], is: 'allow' },
  {
    what: 'the channel',
    rules: [{ effect: 'allow', place: 'chat/acme/ops' }],
    call: { place: ['chat', 'acme', 'ops'] },
    is: 'allow',
  },
  { what: 'another channel', rules: [{ effect: 'allow', place: 'chat/acme/ops' }], is: 'ask' },
  {
    what: 'a channel that is called as the tenant',
    rules: [{ effect: 'allow', place: 'chat/acme' }],
    call: { place: ['chat', 'x', 'acme'] },
    is: 'ask',
  },
  {
    what: 'a channel with a slash',
    rules: [{ effect: 'allow', place: 'chat/acme/a/b' }],
    call: { place: ['chat', 'acme', 'a/b'] },
    is: 'allow',
  },
  {
    what: 'a tenant that begins alike',
    rules: [{ effect: 'allow', place: 'chat/acme' }],
    call: { place: ['chat', 'acme2', 'x'] },
    is: 'ask',
  },
  {
    what: 'a direct room',
    rules: [{ effect: 'allow', room: 'direct' }],
    call: { direct: true },
    is: 'allow',
  },
  { what: 'a room of a group', rules: [{ effect: 'allow', room: 'direct' }], is: 'ask' },
  {
    what: 'a room of which nobody knows, allowed',
    rules: [{ effect: 'allow', room: 'direct' }],
    call: { direct: null },
    is: 'ask',
  },
  {
    what: 'a room of which nobody knows, denied',
    rules: [{ effect: 'deny', room: 'group' }],
    call: { ...wire, direct: null },
    is: 'deny',
  },
  // Taint and hints.
  {
    what: 'tainted',
    rules: [...allowAll, { effect: 'ask', tainted: true }],
    call: { tainted: true },
    is: 'ask',
  },
  { what: 'not tainted', rules: [...allowAll, { effect: 'ask', tainted: true }], is: 'allow' },
  {
    what: 'allowed while it is not tainted',
    rules: [{ effect: 'allow', tainted: false }],
    call: { tainted: true },
    is: 'ask',
  },
  {
    what: 'tainted, and sends to the world',
    rules: [...allowAll, { effect: 'deny', tainted: true, openWorld: true }],
    call: { tainted: true },
    is: 'deny',
  },
  {
    what: 'tainted, and stays inside',
    rules: [...allowAll, { effect: 'deny', tainted: true, openWorld: true }],
    call: { tainted: true, hints: { openWorld: false } },
    is: 'allow',
  },
  { what: 'what changes', rules: [...allowAll, { effect: 'deny', changes: true }], is: 'deny' },
  {
    what: 'what only reads',
    rules: [{ effect: 'allow', changes: false }],
    call: { hints: { readOnly: true } },
    is: 'allow',
  },
  { what: 'what nothing is said of changes', rules: [{ effect: 'allow', changes: false }], is: 'ask' },
  { what: 'destructive', rules: [...allowAll, { effect: 'ask', destructive: true }], is: 'ask' },
  {
    what: 'what only reads destroys nothing',
    rules: [...allowAll, { effect: 'ask', destructive: true }],
    call: { hints: { readOnly: true } },
    is: 'allow',
  },
  // All of a rule counts.
  {
    what: 'the tool, but not the role',
    rules: [{ effect: 'allow', tool: 'mcp:files:*', role: 'operator' }],
    is: 'ask',
  },
  {
    what: 'the tool and the role and the place',
    rules: [{ effect: 'allow', tool: 'mcp:files:*', role: 'member', place: 'chat/*/talk' }],
    is: 'allow',
  },
];
