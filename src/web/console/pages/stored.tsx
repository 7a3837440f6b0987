import { get, post } from '../../api.js';
import { Confirm } from '../../kit/dialog.js';
import { Shown } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Badge, Facts, Time } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { asked, changedBy, Filters, Listing, useList } from '../listing.js';
import { may } from '../me.js';
import { agentChoice } from '../naming.js';

interface Encryption {
  current: string | null;
  keys: string[];
  unit: 'bytes' | 'values';
  under: { key: string | null; amount: number }[];
  rotation: { state: 'done' | 'running' | 'failed'; done: number; total: number; problem: string | null };
}

interface Went {
  agentId: string;
  day: string;
  went: Record<string, number>;
  at: string;
}

/** How what is stored is kept: under which key, and for how long. */
export function StoredPage() {
  return (
    <Page title="Stored data">
      {may('encryption.read') && <EncryptionOf />}
      <Retention />
    </Page>
  );
}

function EncryptionOf() {
  const encryption = useResource(
    'encryption',
    (signal) => get<Encryption>('encryption', {}, signal),
    changedBy('encryption'),
  );
  return (
    <Section title="Encryption">
      <Shown of={encryption}>
        {({ current, keys, unit, under, rotation }) => (
          <>
            <Facts
              of={[
                ['New data goes under', current ?? <Badge kind="warn">no key: in the clear</Badge>],
                [
                  'Keys that are set',
                  keys.join(', ') || 'none: set CARRIER_ENCRYPTION_KEYS to encrypt what is stored',
                ],
                ...under.map(({ key, amount }): [string, string] => [
                  key === null ? 'In the clear' : `Under ${key}`,
                  `${amount.toLocaleString()} ${unit}`,
                ]),
                ['Rotation', <Rotation of={rotation} />],
              ]}
            />
            {may('encryption.rotate') && current !== null && (
              <Confirm
                label="Rotate now"
                kind="plain"
                question={
                  <p>
                    All that is stored is brought under {current}. It begins by itself, too; this begins it at
                    once.
                  </p>
                }
                act={async () => {
                  await post('encryption/rotate');
                  encryption.reload();
                }}
              />
            )}
          </>
        )}
      </Shown>
    </Section>
  );
}

function Rotation({ of: { state, done, total, problem } }: { of: Encryption['rotation'] }) {
  return (
    <>
      <Badge kind={state === 'done' ? 'good' : state === 'failed' ? 'bad' : 'warn'}>{state}</Badge>{' '}
      {state !== 'done' && `${done.toLocaleString()} of ${total.toLocaleString()}`} {problem}
    </>
  );
}

function Retention() {
  const days = useList<Went>('retention', 'days', asked('agentId'));
  return (
    <Section title="What went because it was kept long enough">
      <Filters questions={[agentChoice()]} />
      <Listing
        of={days}
        caption="What went"
        empty="Nothing went yet. How long an agent keeps what was said is under memory.retention in its definition; nothing there: for ever."
        keyOf={({ agentId, day }) => `${agentId} ${day}`}
        columns={[
          { head: 'Day (UTC)', cell: ({ day }) => day },
          { head: 'Agent', cell: ({ agentId }) => agentId },
          {
            head: 'By rule',
            cell: ({ went }) =>
              Object.entries(went)
                .map(([rule, count]) => `${rule}: ${count}`)
                .join(', '),
          },
          { head: 'Last', cell: ({ at }) => <Time at={at} /> },
        ]}
      />
    </Section>
  );
}
