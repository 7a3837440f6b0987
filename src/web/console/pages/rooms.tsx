import { useState } from 'preact/hooks';
import { get } from '../../api.js';
import { Field } from '../../kit/form.js';
import { Paged, Table } from '../../kit/lists.js';
import { Page } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { usePages } from '../../resource.js';
import { linkTo } from '../../route.js';
import { me } from '../me.js';
import { RoomPage } from './room.js';
import type { RoomRow } from './work.js';

/** Conversations on all platforms, newest first; or the one that the address names. */
export function RoomsPage({ parts: [roomId] }: { parts: string[] }) {
  return roomId ? <RoomPage key={roomId} roomId={roomId} /> : <Rooms />;
}

function Rooms() {
  const [agentId, setAgent] = useState('');
  const [connector, setConnector] = useState('');
  const [text, setText] = useState('');
  const rooms = usePages<RoomRow>(
    JSON.stringify(['rooms', agentId, connector]),
    async (cursor, signal) => {
      const query = { agentId, connector: connector.trim(), cursor };
      const { rooms, nextCursor } = await get<{ rooms: RoomRow[]; nextCursor: string | null }>(
        'rooms',
        query,
        signal,
      );
      return { items: rooms, nextCursor };
    },
    ({ type, operation }) => type === 'message.stored' || Boolean(operation?.startsWith('rooms.')),
  );
  const wanted = text.trim().toLowerCase();
  const items = rooms.items.filter((room) => Object.values(room).join(' ').toLowerCase().includes(wanted));
  return (
    <Page title="Rooms">
      <div class="filters">
        <Field label="Agent">
          {(props) => (
            <select
              {...props}
              value={agentId}
              onChange={({ currentTarget }) => setAgent(currentTarget.value)}
            >
              <option value="">All</option>
              {me.value!.agents.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Platform">
          {(props) => (
            <input
              {...props}
              placeholder="such as telegram"
              value={connector}
              onChange={({ currentTarget }) => setConnector(currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Among those shown">
          {(props) => (
            <input
              {...props}
              type="search"
              placeholder="room, channel, who holds it"
              value={text}
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
          )}
        </Field>
      </div>
      <Paged
        of={{ ...rooms, items }}
        empty={
          agentId || connector || wanted
            ? 'No room is like that. Take a filter away.'
            : 'Nobody has written yet. Say hello to an agent under Chat.'
        }
      >
        {(rows) => (
          <Table
            caption="Rooms, newest first"
            rows={rows}
            keyOf={({ roomId }) => roomId}
            columns={[
              {
                head: 'Room',
                cell: ({ roomId, channel, thread, title }) => (
                  <>
                    <a href={linkTo(['rooms', roomId])}>
                      {title ?? (thread ? `${channel} › ${thread}` : channel)}
                    </a>
                    {title && <p class="hint">{thread ? `${channel} › ${thread}` : channel}</p>}
                  </>
                ),
              },
              { head: 'Agent', cell: ({ agentId }) => agentId },
              { head: 'Platform', cell: ({ connector }) => connector },
              { head: 'Messages', cell: ({ messages }) => messages },
              { head: 'Last message', cell: ({ lastAt }) => <Time at={lastAt} /> },
              {
                head: 'Answered by',
                cell: ({ heldBy }) => (heldBy ? <Badge kind="warn">{heldBy}</Badge> : 'its agent'),
              },
            ]}
          />
        )}
      </Paged>
    </Page>
  );
}
