import { Empty } from '../../kit/lists.js';
import { Page } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { linkTo } from '../../route.js';
import { asked, Filters, Listing, useList } from '../listing.js';
import { agentChoice, agentOr } from '../naming.js';

interface Memory {
  id: string;
  kind: string;
  roomId: string;
  connector: string;
  channel: string;
  text: string;
  author: { id: string; name?: string };
  createdAt: string;
  score: number | null;
}

/** What an agent remembers: by words and meaning, or all of a room. */
export function MemoryPage() {
  const { agentId: named, ...query } = asked('agentId', 'query', 'kind', 'roomId');
  const agentId = agentOr(named);
  return (
    <Page title="Memory">
      <Filters
        label="Search"
        questions={[
          agentChoice({ required: true, initial: agentId }),
          { name: 'query', label: 'Words', hint: 'Words or meaning; empty: all of the room.' },
          {
            name: 'kind',
            label: 'Kind',
            kind: 'choice',
            options: ['message', 'fact', 'summary', 'document'],
          },
          { name: 'roomId', label: 'Room', hint: 'Its id; empty: the 50 most recently active.' },
        ]}
      />
      {query.query || query.roomId ? (
        <Found agentId={agentId} query={query} />
      ) : (
        <Empty>Say what you look for, or name a room to read all that is remembered of it.</Empty>
      )}
    </Page>
  );
}

function Found({ agentId, query }: { agentId: string; query: Record<string, string | undefined> }) {
  const memories = useList<Memory>('memories', 'memories', { agentId, ...query });
  return (
    <Listing
      of={memories}
      caption="Memories"
      empty={
        query.query
          ? 'Nothing is remembered with these words. Try others, or leave out the room and the kind.'
          : 'Nothing is remembered of this room.'
      }
      keyOf={({ id }) => id}
      columns={[
        { head: 'Text', cell: ({ text }) => <span class="clipped">{text}</span> },
        { head: 'Kind', cell: ({ kind }) => <Badge>{kind}</Badge> },
        { head: 'By', cell: ({ author }) => author.name ?? author.id },
        {
          head: 'Room',
          cell: ({ roomId, connector, channel }) =>
            roomId ? <a href={linkTo(['rooms', roomId])}>{`${connector} / ${channel}`}</a> : '–',
        },
        { head: 'When', cell: ({ createdAt }) => <Time at={createdAt} /> },
        query.query !== undefined && { head: 'Score', cell: ({ score }) => score?.toFixed(2) ?? '–' },
      ]}
    />
  );
}
