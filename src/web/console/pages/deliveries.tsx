import { path as pathOf, post } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Confirm } from '../../kit/dialog.js';
import { Page } from '../../kit/page.js';
import { Time } from '../../kit/words.js';
import { linkTo } from '../../route.js';
import { asked, changedBy, Filters, Listing, useList } from '../listing.js';
import { may } from '../me.js';
import { agentChoice } from '../naming.js';

interface Delivery {
  id: string;
  agentId: string;
  roomId: string;
  turnId: string;
  connector: string;
  channel: string;
  attempts: number;
  error: { code: string; message: string } | null;
  createdAt: string;
  failingSince: string | null;
  nextTryAt: string | null;
}

/** Replies that are not with their platform. */
export function DeliveriesPage() {
  const { state = 'dead', agentId } = asked('state', 'agentId');
  const deliveries = useList<Delivery>(
    'deliveries',
    'deliveries',
    { state, agentId },
    (event) => event.type.startsWith('delivery.') || changedBy('deliveries')(event),
  );
  const dead = state === 'dead';
  return (
    <Page
      title="Deliveries"
      actions={
        dead &&
        agentId &&
        deliveries.items.length > 0 &&
        may('deliveries.changeAll') && <SendAll agent={agentId} done={deliveries.reload} />
      }
    >
      <Filters
        questions={[
          {
            name: 'state',
            label: 'Which',
            kind: 'choice',
            required: true,
            initial: state,
            options: [
              ['dead', 'given up'],
              ['waiting', 'still tried'],
            ],
          },
          agentChoice(),
        ]}
      />
      <Listing
        of={deliveries}
        caption={dead ? 'Replies that were given up' : 'Replies that are still tried'}
        empty={
          dead
            ? 'No reply was given up: everything arrived or is still tried.'
            : 'No reply waits for its platform.'
        }
        keyOf={({ id }) => id}
        columns={[
          {
            head: 'Where',
            cell: ({ agentId, roomId, connector, channel }) => (
              <>
                <a href={linkTo(['rooms', roomId])}>
                  {connector} / {channel}
                </a>{' '}
                ({agentId})
              </>
            ),
          },
          { head: 'Why', cell: ({ error }) => (error ? `${error.message} (${error.code})` : '–') },
          { head: 'Tries', cell: ({ attempts }) => attempts },
          { head: 'Made', cell: ({ createdAt }) => <Time at={createdAt} /> },
          { head: 'Failing since', cell: ({ failingSince }) => <Time at={failingSince} /> },
          !dead && { head: 'Next try', cell: ({ nextTryAt }) => <Time at={nextTryAt} /> },
          { head: 'Turn', cell: ({ turnId }) => <a href={linkTo(['turns', turnId])}>look</a> },
        ]}
        actions={
          may('deliveries.change') && ((one) => <Change of={one} dead={dead} done={deliveries.reload} />)
        }
      />
    </Page>
  );
}

function Change({ of: { id }, dead, done }: { of: Delivery; dead: boolean; done: () => void }) {
  const carryOut = (what: string) => async () => {
    await post(pathOf('deliveries', id, what));
    done();
  };
  return (
    <>
      {dead && <Button onClick={carryOut('send-again')}>Send again</Button>}
      <Confirm label="Drop" question={<p>It is never sent; it stays in history.</p>} act={carryOut('drop')} />
    </>
  );
}

function SendAll({ agent, done }: { agent: string; done: () => void }) {
  return (
    <Confirm
      label="Send all again"
      kind="primary"
      question={
        <p>
          All replies of {agent} that were given up are sent in their order. Parts that had arrived may arrive
          twice.
        </p>
      }
      act={async () => {
        await post(pathOf('agents', agent, 'deliveries', 'send-again'));
        done();
      }}
    />
  );
}
