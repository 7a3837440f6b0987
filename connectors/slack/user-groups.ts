/** Which user groups people are in: a workspace's are kept for a little while, and until Slack tells of a change. */
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type Notes, newId, RetryableError } from '../../src/extension-api.js';
import { calling, refusalOf } from './failure.js';
import type { Workspace } from './workspaces.js';

/** How long they are kept where Slack tells of no change, in ms: an app may not have subscribed to those events. */
const keptMs = 30_000;

/** How long nothing is asked after a failure, in ms, where Slack does not say: it allows 20 calls a minute. */
const pauseMs = 3000;

/** A change concerns what was asked before it; afterwards nobody needs to know of it. */
const changeTtlMs = 600_000;

/** Slack may leave out the members of a group beyond so many. */
const mostListed = 500;

const Listed = z.object({
  usergroups: z.array(
    z.object({
      id: z.string(),
      users: z.array(z.string()).optional(),
      user_count: z.coerce.number().catch(0),
    }),
  ),
});
const Users = z.object({ users: z.array(z.string()) });

/** Groups by the person. */
type Members = Map<string, string[]>;

interface Kept {
  /** Of the newest change before they were asked for. */
  change: unknown;
  until: number;
  members: Promise<Members>;
  /** A change does not make Slack answer sooner. */
  failed: boolean;
}

export class UserGroups {
  /** In the hub's store: Slack tells one process of a change. */
  readonly #notes: Notes;
  readonly #kept = new LRUCache<string, Kept>({ max: 1000 });

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** Ids (S…) of those that somebody is in. @throws where Slack does not say. */
  async of(workspace: Workspace, userId: string): Promise<string[]> {
    const { teamId } = workspace;
    const change = await this.#notes.get(keyOf(teamId));
    const known = this.#kept.get(teamId);
    const counts = known && (known.failed || known.change === change);
    const isFresh = counts && performance.now() < known.until;
    const { members } = isFresh ? known : this.#ask(workspace, change);
    return (await members).get(userId) ?? [];
  }

  /** From now on they are asked for anew, in every process. */
  async changed(teamIds: (string | undefined)[]): Promise<void> {
    const told = new Set(teamIds.filter((id) => id !== undefined));
    await Promise.all([...told].map((id) => this.#notes.put(keyOf(id), newId(), { ttlMs: changeTtlMs })));
  }

  #ask(workspace: Workspace, change: unknown): Kept {
    const members = membersOf(workspace);
    const kept: Kept = { change, until: performance.now() + keptMs, members, failed: false };
    this.#kept.set(workspace.teamId, kept);
    members.catch((error: unknown) => {
      const wait = (error instanceof RetryableError && error.retryAfterMs) || pauseMs;
      kept.until = performance.now() + Math.min(wait, keptMs);
      kept.failed = true;
    });
    return kept;
  }
}

async function membersOf(workspace: Workspace): Promise<Members> {
  const members: Members = new Map();
  for (const { id, users } of await listed(workspace))
    for (const user of users) members.set(user, [...(members.get(user) ?? []), id]);
  return members;
}

async function listed({
  client,
  teamId,
  enterpriseId,
}: Workspace): Promise<{ id: string; users: string[] }[]> {
  const team = enterpriseId ? { team_id: teamId } : {};
  const said = await calling('asking for user groups', () =>
    client.usergroups.list({ include_users: true, include_count: true, ...team }),
  ).catch((error: unknown) => {
    // The workspace's plan has none.
    if (refusalOf(error) === 'plan_upgrade_required') return { usergroups: [] };
    throw error;
  });
  return Promise.all(
    read(Listed, said).usergroups.map(async ({ id, users = [], user_count: count }) => {
      if (count <= users.length || (users.length > 0 && users.length < mostListed)) return { id, users };
      const all = await calling('asking who is in a user group', () =>
        client.usergroups.users.list({ usergroup: id, ...team }),
      );
      return { id, users: read(Users, all).users };
    }),
  );
}

function read<T>(schema: z.ZodType<T>, said: unknown): T {
  const { data, error } = schema.safeParse(said);
  if (error) throw new RetryableError('groups_unknown', 'Slack’s answer names no user groups.');
  return data!;
}

function keyOf(teamId: string): string {
  return `user-groups:${teamId}`;
}
