import { get } from '../../api.js';
import { Paged, Table } from '../../kit/lists.js';
import { Page } from '../../kit/page.js';
import { Time } from '../../kit/words.js';
import { usePages } from '../../resource.js';
import { linkTo } from '../../route.js';

interface Room {
  roomId: string;
  agentId: string;
  connector: string;
  tenant: string;
  lastAt?: string;
}

/** Conversations on all platforms, newest first. */
export function RoomsPage() {
  const rooms = usePages<Room>(
    'rooms',
    async (cursor, signal) => {
      const { rooms, nextCursor } = await get<{ rooms: Room[]; nextCursor: string | null }>(
        'rooms',
        { cursor },
        signal,
      );
      return { items: rooms, nextCursor };
    },
    ({ type }) => type === 'message.stored',
  );
  return (
    <Page title="Rooms">
      <Paged of={rooms} empty="Nobody has written yet. Say hello to an agent under Chat.">
        {(rows) => (
          <Table
            caption="Rooms, newest first"
            rows={rows}
            keyOf={({ roomId }) => roomId}
            columns={[
              { head: 'Room', cell: ({ roomId }) => <a href={linkTo(['rooms', roomId])}>{roomId}</a> },
              { head: 'Agent', cell: ({ agentId }) => agentId },
              { head: 'Platform', cell: ({ connector }) => connector },
              { head: 'Last message', cell: ({ lastAt }) => <Time at={lastAt} /> },
            ]}
          />
        )}
      </Paged>
    </Page>
  );
}
