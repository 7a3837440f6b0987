import { get, path } from '../../api.js';
import { Shown, Table } from '../../kit/lists.js';
import { Section } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { changedBy } from '../listing.js';

interface Model {
  model: string;
  provider: string | null;
  state: 'ready' | 'resting' | 'unusable';
  until: string | null;
  lastFailure: { code: string; message: string; at: string | null } | null;
  price: { input: number; output: number } | null;
}

const kinds = { ready: 'good', resting: 'warn', unusable: 'bad' } as const;

/** The chain of an agent, in the order in which it is asked. */
export function Models({ agentId }: { agentId: string }) {
  const found = useResource(
    `models ${agentId}`,
    (signal) => get<{ models: Model[] }>(path('agents', agentId, 'models'), {}, signal),
    changedBy('agents'),
  );
  return (
    <Section title="Providers and prices">
      <Shown of={found}>
        {({ models }) => (
          <Table
            caption="Models, in the order in which they are asked"
            rows={models}
            keyOf={({ model }) => model}
            columns={[
              { head: 'Model', cell: ({ model }) => <code>{model}</code> },
              { head: 'Provider', cell: ({ provider }) => provider ?? '–' },
              {
                head: 'State',
                cell: ({ state, until }) => (
                  <>
                    <Badge kind={kinds[state]}>{state}</Badge>
                    {until && (
                      <>
                        {' '}
                        until <Time at={until} />
                      </>
                    )}
                  </>
                ),
              },
              {
                head: 'Price',
                cell: ({ price }) =>
                  price ? `$${price.input} in, $${price.output} out, a million tokens` : 'not known',
              },
              {
                head: 'Last failure',
                cell: ({ lastFailure }) =>
                  lastFailure ? (
                    <>
                      {lastFailure.at && (
                        <>
                          <Time at={lastFailure.at} />:{' '}
                        </>
                      )}
                      {lastFailure.message}
                    </>
                  ) : (
                    '–'
                  ),
              },
            ]}
          />
        )}
      </Shown>
    </Section>
  );
}
