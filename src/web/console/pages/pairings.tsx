import { get, post } from '../../api.js';
import { AskButton } from '../../kit/ask.js';
import { Button } from '../../kit/button.js';
import { Confirm } from '../../kit/dialog.js';
import { Empty, Shown, Table } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Time } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { linkTo } from '../../route.js';
import { changedBy } from '../listing.js';
import { may } from '../me.js';
import { accountText } from '../naming.js';

interface Whose {
  agentId: string;
  connector: string;
  tenant: string;
}
type PersonOf = Whose & { userId: string; name?: string };
type PlaceOf = Whose & { channel?: string };

interface Pairings {
  requests: (PersonOf & { code: string; askedAt: string })[];
  pairings: (PersonOf & { pairing: string; pairedAt: string })[];
  placeRequests: (PlaceOf & { code: string; askedAt: string; askedBy: { userId: string; name?: string } })[];
  places: (PlaceOf & { pairing: string; pairedAt: string })[];
}

/** Which people and places ask to be let in, and which are. */
export function PairingsPage() {
  const all = useResource(
    'pairings',
    (signal) => get<Pairings>('pairings', {}, signal),
    changedBy('pairings'),
  );
  return (
    <Page title="Let in" actions={may('pairings.approve') && <EnterCode done={all.reload} />}>
      <Shown of={all}>{(shown) => <Everything of={shown} done={all.reload} />}</Shown>
    </Page>
  );
}

function Everything({
  of: { requests, pairings, placeRequests, places },
  done,
}: {
  of: Pairings;
  done: () => void;
}) {
  const agent = { head: 'Agent', cell: ({ agentId }: Whose) => agentId };
  return (
    <>
      <Section title="Ask to be let in">
        {requests.length + placeRequests.length === 0 && (
          <Empty>
            Nobody asks. Whoever writes to an agent that lets in by code is given one, and stands here.
          </Empty>
        )}
        {requests.length > 0 && (
          <Table
            caption="People who ask"
            rows={requests}
            keyOf={({ code }) => code}
            columns={[
              { head: 'Person', cell: personText },
              agent,
              { head: 'Code', cell: ({ code }) => <code>{code}</code> },
              { head: 'Asked', cell: ({ askedAt }) => <Time at={askedAt} /> },
              { head: 'Actions', cell: ({ code }) => <Approve code={code} done={done} /> },
            ]}
          />
        )}
        {placeRequests.length > 0 && (
          <Table
            caption="Places that ask"
            rows={placeRequests}
            keyOf={({ code }) => code}
            columns={[
              { head: 'Place', cell: placeText },
              agent,
              { head: 'Asked by', cell: ({ askedBy }) => askedBy.name ?? askedBy.userId },
              { head: 'Code', cell: ({ code }) => <code>{code}</code> },
              { head: 'Asked', cell: ({ askedAt }) => <Time at={askedAt} /> },
              { head: 'Actions', cell: ({ code }) => <Approve code={code} done={done} /> },
            ]}
          />
        )}
      </Section>
      <Section title="People who were let in">
        {pairings.length === 0 ? (
          <Empty>Nobody was let in by a code.</Empty>
        ) : (
          <Table
            caption="People who were let in"
            rows={pairings}
            keyOf={({ pairing }) => pairing}
            columns={[
              {
                head: 'Person',
                cell: (row) => <a href={linkTo(['people', accountText(row)])}>{personText(row)}</a>,
              },
              agent,
              { head: 'Let in', cell: ({ pairedAt }) => <Time at={pairedAt} /> },
              {
                head: 'Actions',
                cell: (row) => <Revoke pairing={row.pairing} who={personText(row)} done={done} />,
              },
            ]}
          />
        )}
      </Section>
      <Section title="Places that were let in">
        {places.length === 0 ? (
          <Empty>No server, group or channel was let in by a code.</Empty>
        ) : (
          <Table
            caption="Places that were let in"
            rows={places}
            keyOf={({ pairing }) => pairing}
            columns={[
              { head: 'Place', cell: placeText },
              agent,
              { head: 'Let in', cell: ({ pairedAt }) => <Time at={pairedAt} /> },
              {
                head: 'Actions',
                cell: (row) => <Revoke pairing={row.pairing} who={placeText(row)} done={done} />,
              },
            ]}
          />
        )}
      </Section>
    </>
  );
}

const personText = (row: PersonOf) => (row.name ? `${row.name} (${accountText(row)})` : accountText(row));
const placeText = ({ connector, tenant, channel }: PlaceOf) =>
  [connector, tenant, channel].filter(Boolean).join(' / ');

function Approve({ code, done }: { code: string; done: () => void }) {
  if (!may('pairings.approve')) return <>–</>;
  const approve = async () => {
    await post('pairings/approve', { code });
    done();
  };
  return (
    <Button kind="primary" onClick={approve}>
      Let in
    </Button>
  );
}

function Revoke({ pairing, who, done }: { pairing: string; who: string; done: () => void }) {
  if (!may('pairings.revoke')) return <>–</>;
  return (
    <Confirm
      label="Let out"
      question={<p>Agents answer {who} no more. They may ask to be let in again.</p>}
      act={async () => {
        await post('pairings/revoke', { pairing });
        done();
      }}
    />
  );
}

function EnterCode({ done }: { done: () => void }) {
  return (
    <AskButton
      label="Enter a code"
      questions={[
        { name: 'code', label: 'Code', required: true, hint: 'The agent told it to whoever asks.' },
      ]}
      act={async (said) => {
        await post('pairings/approve', said);
        done();
      }}
    />
  );
}
