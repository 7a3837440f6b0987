import { useState } from 'preact/hooks';
import { get, path as pathOf, post } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Empty, Shown } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Badge, Facts, Time } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { linkTo } from '../../route.js';
import { changedBy } from '../listing.js';
import { me } from '../me.js';
import { type Checked, Findings } from './findings.js';
import { SetUp } from './set-up.js';

interface Connector {
  /** Null: of all agents. */
  agentId: string | null;
  connector: string;
  state: 'runs' | 'stands-by' | 'away' | 'off' | 'unfinished';
  since: string | null;
  lastError: { message: string; at: string } | null;
  missing: { field: string; message: string }[];
}

/** On which platforms each agent can be reached, how that is going, and how more are set up. */
export function ConnectorsPage() {
  const found = useResource(
    'connectors',
    (signal) => get<{ connectors: Connector[] }>('connectors', {}, signal),
    changedBy('agents'),
  );
  return (
    <Page title="Connectors" actions={<Button onClick={found.reload}>Look again</Button>}>
      <Shown of={found}>
        {({ connectors }) => {
          const shared = connectors.filter(({ agentId }) => agentId === null);
          const known = new Set([
            ...me.value!.agents.map(({ id }) => id),
            ...connectors.flatMap(({ agentId }) => agentId ?? []),
          ]);
          return (
            <>
              {[...known].map((id) => (
                <OfAgent key={id} id={id} connectors={connectors.filter(({ agentId }) => agentId === id)} />
              ))}
              {shared.length > 0 && (
                <Section title="For all agents">
                  <Cards of={shared} />
                </Section>
              )}
            </>
          );
        }}
      </Shown>
      <Section title="Set one up">
        <SetUp />
      </Section>
    </Page>
  );
}

function OfAgent({ id, connectors }: { id: string; connectors: Connector[] }) {
  const { name = id } = me.value!.agents.find((agent) => agent.id === id) ?? {};
  const [checked, setChecked] = useState<Checked>();
  const look = async () => setChecked(await post<Checked>(pathOf('agents', id, 'check')));
  return (
    <Section title={name === id ? name : `${name} (${id})`}>
      {connectors.length === 0 ? (
        <Empty>
          On no platform of its own: name one under connectors in{' '}
          <a href={linkTo(['agents', id])}>its definition</a>.
        </Empty>
      ) : (
        <Cards of={connectors} />
      )}
      <Button onClick={look}>{`Test all that ${name} names`}</Button>
      <div role="status">{checked && <Findings of={checked} />}</div>
    </Section>
  );
}

function Cards({ of }: { of: Connector[] }) {
  return (
    <ul class="cards">
      {of.map((one) => (
        <li key={one.connector} class="card">
          <Card of={one} />
        </li>
      ))}
    </ul>
  );
}

const states = {
  runs: ['good', 'runs'],
  'stands-by': ['good', 'runs in another process of the hub'],
  away: ['warn', 'away: it is tried again by itself'],
  off: ['bad', 'off: it is refused'],
  unfinished: ['warn', 'to be set up'],
} as const;

function Card({ of: { agentId, connector, state, since, lastError, missing } }: { of: Connector }) {
  const [kind, words] = states[state];
  return (
    <>
      <h3>
        {connector} <Badge kind={kind}>{words}</Badge>
      </h3>
      <Facts
        of={[
          ...(since ? [['Since', <Time at={since} />] as [string, preact.JSX.Element]] : []),
          [
            'Last error',
            lastError ? (
              <>
                <Time at={lastError.at} />: {lastError.message}
              </>
            ) : (
              'none since this hub began'
            ),
          ],
        ]}
      />
      {missing.length > 0 && (
        <ol class="steps" aria-label={`What ${connector} lacks`}>
          {missing.map(({ field, message }) => (
            <li key={field}>
              <code>{field}</code> {message}
            </li>
          ))}
        </ol>
      )}
      {agentId !== null && <Test agentId={agentId} connector={connector} />}
    </>
  );
}

/** Asks the platform. */
function Test({ agentId, connector }: { agentId: string; connector: string }) {
  const [checked, setChecked] = useState<Checked>();
  const test = async () =>
    setChecked(await post<Checked>(pathOf('agents', agentId, 'connectors', connector, 'test')));
  return (
    <>
      <Button onClick={test}>Test it</Button>
      <div role="status">{checked && <Findings of={checked} />}</div>
    </>
  );
}
