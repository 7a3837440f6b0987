/** Talk with any agent: one's rooms, and the one that the address names. On a phone they are two screens. */
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { Conversation } from '../../conversation/conversation.js';
import { Face } from '../../conversation/face.js';
import { ConversationView } from '../../conversation/view.js';
import { Failure } from '../../kit/failure.js';
import { Empty } from '../../kit/lists.js';
import { Page } from '../../kit/page.js';
import { Time } from '../../kit/words.js';
import { linkState, useHubEvents, useTurnEvents } from '../../live/live.js';
import { goTo, linkTo, route } from '../../route.js';
import { fillScreen } from '../fill-screen.js';
import { me } from '../me.js';
import { newRoom, type OwnRoom, ownRoom, useOwnRooms } from '../own-rooms.js';
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
  return (
    <nav class="chat-rooms" aria-label="Conversations">
      <h1 class="chat-title">Chat</h1>
      <ul>
        {agents.map((agent) => (
          <RoomsWith key={agent.id} agent={agent} room={agent.id === agentId ? room : undefined} />
        ))}
      </ul>
    </nav>
  );
}

/** @param props.room the open one; absent: none of this agent's is. */
function RoomsWith({ agent, room }: { agent: Agent; room: string | undefined }) {
  const rooms = useOwnRooms(agent.id);
  const first = rooms.items.find(({ channel }) => channel === ownRoom());
  const others = rooms.items.filter(({ channel }) => channel !== ownRoom());
  // Nothing was said in it yet, or it is not among those that are shown.
  const isNew = room !== undefined && room !== ownRoom() && !others.some(({ channel }) => channel === room);
  return (
    <li>
      <a
        class="chat-room"
        href={linkTo(['chat', agent.id])}
        aria-current={room === ownRoom() ? 'page' : undefined}
      >
        <Face name={agent.name} />
        <span class="chat-name">{agent.name}</span>
        {first?.lastAt && <Time at={first.lastAt} />}
      </a>
      {rooms.error !== undefined && <Failure error={rooms.error} retry={rooms.reload} />}
      {(others.length > 0 || isNew) && (
        <ul class="chat-others">
          {isNew && <OtherLink of={{ agentId: agent.id, channel: room }} open />}
          {others.map((one) => (
            <OtherLink key={one.channel} of={one} open={one.channel === room} />
          ))}
        </ul>
      )}
      {rooms.more && (
        <button
          type="button"
          class="small"
          aria-label={`More conversations with ${agent.name}`}
          onClick={rooms.more}
        >
          Show more
        </button>
      )}
      <button
        type="button"
        class="small"
        aria-label={`New conversation with ${agent.name}`}
        onClick={() => goTo(['chat', agent.id, newRoom()])}
      >
        + New conversation
      </button>
    </li>
  );
}

function OtherLink({ of: { agentId, channel, title, lastAt }, open }: { of: OwnRoom; open: boolean }) {
  const mine = channel.startsWith('own:');
  return (
    <li>
      <a class="chat-room" href={linkTo(['chat', agentId, channel])} aria-current={open ? 'page' : undefined}>
        <span class="chat-name">{title ?? (mine ? 'New conversation' : channel)}</span>
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
