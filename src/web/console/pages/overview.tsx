import type { ComponentChildren } from 'preact';
import { get } from '../../api.js';
import { Empty, Shown } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { linkTo } from '../../route.js';
import { may } from '../me.js';
import type { AgentRow, Approval, Problem, RoomRow, TurnRow } from './work.js';

/** Of each kind; the rest is on its own page. */
const most = 5;
/** Of held rooms, and of pages that are looked through for them. */
const [mostHeld, mostPages] = [200, 20];

interface Pairings {
  requests: { code: string; agentId: string; connector: string; userId: string; name?: string }[];
  placeRequests: { code: string; agentId: string; connector: string; channel?: string }[];
}

interface Dead {
  id: string;
  agentId: string;
  roomId: string;
  connector: string;
  error: { message: string } | null;
}

/** What needs somebody now, each with its next step. */
export function OverviewPage() {
  const all = useResource('overview', readAll, () => true);
  return (
    <Page title="Overview">
      <Shown of={all}>
        {(found) => (
          <>
            {Object.values(found).every((list) => list.length === 0) && (
              <Empty>
                Nothing needs you. Talk with an agent under <a href={linkTo(['chat'])}>Chat</a>, or see what
                others say under <a href={linkTo(['rooms'])}>Rooms</a>.
              </Empty>
            )}
            <Kind title="Approvals that wait" items={found.approvals} all="approvals">
              {({ id, tool, agentId, expiresAt }: Approval) => (
                <>
                  <a href={linkTo(['approvals', id])}>Decide</a> {agentId} asks to call <code>{tool}</code>{' '}
                  until <Time at={expiresAt} />.
                </>
              )}
            </Kind>
            <Kind title="Rooms that people answer" items={found.held} all="rooms">
              {({ roomId, agentId, connector, channel, heldBy }: RoomRow) => (
                <>
                  <a href={linkTo(['rooms', roomId])}>Answer or hand back</a> {heldBy} has {connector}{' '}
                  {channel} of {agentId}.
                </>
              )}
            </Kind>
            <Kind title="Messages without an answer" items={found.failed} all="turns">
              {({ turnId, agentId, error, finishedAt }: TurnRow) => (
                <>
                  <a href={linkTo(['turns', turnId])}>See why, run again</a> {agentId},{' '}
                  <Time at={finishedAt} />: {error?.message ?? 'it failed'}
                </>
              )}
            </Kind>
            <Kind title="Replies that were given up" items={found.dead} all="deliveries">
              {({ roomId, agentId, connector, error }: Dead) => (
                <>
                  <a href={linkTo(['deliveries'])}>Send again or drop</a> a reply of{' '}
                  <a href={linkTo(['rooms', roomId])}>{agentId}</a> on {connector}: {error?.message}
                </>
              )}
            </Kind>
            <Kind title="Agents with problems" items={found.problems} all="agents">
              {({ agentId, field, message }: Problem) => (
                <>
                  <a href={linkTo(agentId ? ['agents', agentId] : ['agents'])}>Mend</a>{' '}
                  <Badge kind="bad">{agentId ?? 'hub'}</Badge> {field && <code>{field}</code>} {message}
                </>
              )}
            </Kind>
            <Kind title="People and places that ask to be let in" items={found.asking} all="people">
              {({ agentId, connector, who }: { agentId: string; connector: string; who: string }) => (
                <>
                  <a href={linkTo(['people'])}>Let in</a> {who} on {connector}, to talk with {agentId}.
                </>
              )}
            </Kind>
          </>
        )}
      </Shown>
    </Page>
  );
}

async function readAll(signal: AbortSignal) {
  const asked = <T,>(permission: string, path: string, query: Record<string, string | number> = {}) =>
    may(permission) ? get<T>(path, query, signal) : Promise.resolve(undefined);
  const [approvals, rooms, turns, deliveries, agents, pairings] = await Promise.all([
    asked<{ approvals: Approval[] }>('approvals.read', 'approvals', { limit: most }),
    may('rooms.read') ? heldRooms(signal) : [],
    asked<{ turns: TurnRow[] }>('turns.read', 'turns', { status: 'failed', limit: most }),
    asked<{ deliveries: Dead[] }>('deliveries.read', 'deliveries', { limit: most }),
    asked<{ agents: AgentRow[]; problems: Problem[] }>('agents.read', 'agents'),
    asked<Pairings>('pairings.read', 'pairings'),
  ]);
  const people = (pairings?.requests ?? []).map((one) => ({ ...one, who: one.name ?? one.userId }));
  const places = (pairings?.placeRequests ?? []).map((one) => ({ ...one, who: one.channel ?? 'a place' }));
  return {
    approvals: approvals?.approvals ?? [],
    held: rooms,
    failed: turns?.turns ?? [],
    dead: deliveries?.deliveries ?? [],
    problems: agents?.problems ?? [],
    asking: [...people, ...places],
  };
}

/** A page looks at a part of all rooms alone, and may be empty although there is more. */
async function heldRooms(signal: AbortSignal): Promise<RoomRow[]> {
  const held: RoomRow[] = [];
  let cursor: string | null = '';
  for (let page = 0; page < mostPages && cursor !== null && held.length < mostHeld; page++) {
    const query = { held: 'true', limit: mostHeld, ...(cursor && { cursor }) };
    const found: { rooms: RoomRow[]; nextCursor: string | null } = await get('rooms', query, signal);
    held.push(...found.rooms);
    cursor = found.nextCursor;
  }
  return held;
}

function Kind<T>({
  title,
  items,
  all,
  children,
}: {
  title: string;
  items: T[];
  /** The page that has all of them. */
  all: string;
  children: (item: T) => ComponentChildren;
}) {
  if (items.length === 0) return null;
  return (
    <Section title={title}>
      <ul class="cards">
        {items.slice(0, most).map((item, at) => (
          <li key={at} class="card">
            {children(item)}
          </li>
        ))}
      </ul>
      {items.length >= most && (
        <p>
          <a href={linkTo([all])}>All of them</a>
        </p>
      )}
    </Section>
  );
}
