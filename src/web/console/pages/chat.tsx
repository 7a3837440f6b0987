/** Talk with any agent: one's rooms, and the one that the address names. On a phone they are two screens. */
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { Conversation } from '../../conversation/conversation.js';
import { Face } from '../../conversation/face.js';
import { randomId } from '../../conversation/ids.js';
import { ConversationView } from '../../conversation/view.js';
import { Failure } from '../../kit/failure.js';
import { Empty } from '../../kit/lists.js';
import { Page } from '../../kit/page.js';
import { Time } from '../../kit/words.js';
import { linkState, useHubEvents, useTurnEvents } from '../../live/live.js';
import { goTo, linkTo, route } from '../../route.js';
import { fillScreen } from '../fill-screen.js';
import { may, me } from '../me.js';
import { type OwnRoom, ownRoom, useOwnRooms } from '../own-rooms.js';
import { talkTransport } from '../talk-transport.js';
import '../../styles/conversation.css';

type Agent = { id: string; name: string };

export function ChatPage({ parts: [agentId, room = ownRoom()] }: { parts: string[] }) {
  const { agents } = me.value!;
  useLayoutEffect(fillScreen, []);
  const agent = agents.find(({ id }) => id === agentId);
  if (agents.length === 0)
    return (
      <Page title="Chat">
        <Empty>
          There is no agent that you can talk with. <code>carrier init</code> makes one, or put a character
          into the hub’s folder of characters.
        </Empty>
      </Page>
    );
  return (
    <div class={agent ? 'chat talking' : 'chat'}>
      <Rooms agents={agents} agentId={agent?.id} room={room} />
      {agent ? (
        <Talk key={`${agent.id} ${room}`} agent={agent} room={room} />
      ) : (
        <div class="chat-none">
          {agentId !== undefined && <Failure error="There is no such agent, or you may not talk with it." />}
          <Empty>Choose an agent to talk with.</Empty>
        </div>
      )}
    </div>
  );
}

function Rooms({ agents, agentId, room }: { agents: Agent[]; agentId: string | undefined; room: string }) {
  const rooms = useOwnRooms();
  const isOpen = (agent: string, channel: string) => agent === agentId && channel === room;
  return (
    <nav class="chat-rooms" aria-label="Conversations">
      <h1 class="chat-title">Chat</h1>
      {rooms.error !== undefined && <Failure error={rooms.error} retry={rooms.reload} />}
      <ul>
        {agents.map((agent) => {
          const own = rooms.items.filter((one) => one.agentId === agent.id);
          const lastAt = own.find(({ channel }) => channel === ownRoom())?.lastAt;
          const others = own.filter(({ channel }) => channel !== ownRoom());
          return (
            <li key={agent.id}>
              <RoomLink agent={agent} lastAt={lastAt} open={isOpen(agent.id, ownRoom())} />
              {(others.length > 0 || isNew(agent, agentId, room, own)) && (
                <ul class="chat-others">
                  {isNew(agent, agentId, room, own) && <OtherLink agent={agent} channel={room} open />}
                  {others.map(({ channel, lastAt }) => (
                    <OtherLink
                      key={channel}
                      agent={agent}
                      channel={channel}
                      lastAt={lastAt}
                      open={isOpen(agent.id, channel)}
                    />
                  ))}
                </ul>
              )}
              {may('rooms.read') && (
                <button
                  type="button"
                  class="small"
                  aria-label={`New room with ${agent.name}`}
                  onClick={() => goTo(['chat', agent.id, `console-${randomId().slice(0, 8)}`])}
                >
                  + New room
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {rooms.more && (
        <button type="button" class="small" onClick={rooms.more}>
          Show more
        </button>
      )}
    </nav>
  );
}

/** Nothing was said in it yet, so the hub knows nothing of it. */
function isNew(agent: Agent, agentId: string | undefined, room: string, own: OwnRoom[]): boolean {
  return agent.id === agentId && room !== ownRoom() && !own.some(({ channel }) => channel === room);
}

function RoomLink({ agent, lastAt, open }: { agent: Agent; lastAt?: string; open: boolean }) {
  return (
    <a class="chat-room" href={linkTo(['chat', agent.id])} aria-current={open ? 'page' : undefined}>
      <Face name={agent.name} />
      <span class="chat-name">{agent.name}</span>
      {lastAt && <Time at={lastAt} />}
    </a>
  );
}

function OtherLink({
  agent,
  channel,
  lastAt,
  open,
}: {
  agent: Agent;
  channel: string;
  lastAt?: string;
  open: boolean;
}) {
  return (
    <li>
      <a
        class="chat-room"
        href={linkTo(['chat', agent.id, channel])}
        aria-current={open ? 'page' : undefined}
      >
        <span class="chat-name">{channel.startsWith('console-') ? `Room ${channel.slice(8)}` : channel}</span>
        {lastAt && <Time at={lastAt} />}
      </a>
    </li>
  );
}

function Talk({ agent, room }: { agent: Agent; room: string }) {
  const conversation = useMemo(() => new Conversation(talkTransport(agent, room)), []);
  useEffect(() => () => conversation.dispose(), []);
  const draft = useDraft();
  useTurnEvents(conversation.history.roomId.value, (event) => conversation.see(event));
  useHubEvents((event) => conversation.seeHub(event));
  const link = linkState.value;
  useEffect(() => {
    if (link === 'up') conversation.seeHub(null);
  }, [link]);
  return (
    <section class="chat-talk" aria-label={`Talk with ${agent.name}`}>
      <header class="chat-head">
        <a class="chat-back" href={linkTo(['chat'])} aria-label="All conversations">
          ‹
        </a>
        <Face name={agent.name} />
        <h2>{agent.name}</h2>
        <span class="chat-state">{conversation.answering.value ? 'answering…' : ''}</span>
      </header>
      <ConversationView of={conversation} room={`${agent.id} ${room}`} draft={draft} />
    </section>
  );
}

/** Of the address: it fills the composer, once, and sends nothing. */
function useDraft(): string | null {
  const [draft] = useState(
    () => route.value.query.get('draft') ?? new URLSearchParams(location.search).get('draft'),
  );
  useEffect(() => {
    if (draft === null) return;
    history.replaceState(null, '', `${location.pathname}${location.hash.split('?')[0]}`);
  }, []);
  return draft;
}
