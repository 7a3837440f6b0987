import { useEffect, useMemo, useState } from 'preact/hooks';
import { get, path } from '../../api.js';
import { Conversation } from '../../conversation/conversation.js';
import { Log } from '../../conversation/log.js';
import { Shown } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { type HubEvent, linkState, useHubEvents, useTurnEvents } from '../../live/live.js';
import { useResource } from '../../resource.js';
import { linkTo } from '../../route.js';
import { type RoomRead, roomTransport } from '../room-transport.js';
import { Desk } from './room-desk.js';
import { Notes } from './room-notes.js';
import type { Hold } from './work.js';
import '../../styles/conversation.css';

/** One conversation: what was said, by which turns, who answers there, and what operators do with it. */
export function RoomPage({ roomId }: { roomId: string }) {
  const here = (event: HubEvent) => event.roomId === roomId || event.operation === 'people.erase';
  const hold = useResource(
    `hold ${roomId}`,
    (signal) => get<Hold>(path('rooms', roomId, 'hold'), {}, signal),
    here,
  );
  const [room, setRoom] = useState<RoomRead>();
  const conversation = useMemo(() => new Conversation(roomTransport(roomId, setRoom)), []);
  useEffect(() => () => conversation.dispose(), []);
  useTurnEvents(roomId, (event) => conversation.see(event));
  // What is of no room, such as an erasure, may be of this one.
  useHubEvents((event) => conversation.seeHub(event && here(event) ? null : event));
  const link = linkState.value;
  useEffect(() => {
    if (link === 'up') conversation.seeHub(null);
  }, [link]);
  const reload = () => {
    hold.reload();
    conversation.seeHub(null);
  };
  return (
    <Page title="Room" actions={<a href={linkTo(['rooms'])}>All rooms</a>}>
      {room?.title && <p class="room-title">{room.title}</p>}
      <p class="hint">
        {room && `${room.agentId} on ${room.connector}, ${room.channel} `}
        <code>{roomId}</code>
      </p>
      <Shown of={hold}>{(value) => <Desk roomId={roomId} of={value} changed={reload} />}</Shown>
      <Section title="Messages">
        <div class="room-log">
          <Log of={conversation} />
        </div>
      </Section>
      <Notes roomId={roomId} />
    </Page>
  );
}
