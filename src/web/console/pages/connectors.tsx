import { useState } from 'preact/hooks';
import { get, path as pathOf, post } from '../../api.js';
import { grouped } from '../../grouped.js';
import { Button } from '../../kit/button.js';
import { Empty, Shown } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Badge, Facts } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { linkTo } from '../../route.js';
import { changedBy } from '../listing.js';
import { may } from '../me.js';
import { SetUp } from './set-up.js';

interface Agents {
  agents: { id: string; name: string; connectors: string[] }[];
  problems: { agentId: string | null; field: string | null; message: string }[];
}

interface Checked {
  ok: boolean;
  findings: { check: string; ok: boolean; fix?: string }[];
}

/** On which platforms each agent can be reached, how that is going, and how more are set up. */
export function ConnectorsPage() {
  const agents = useResource(
    'connectors',
    (signal) => get<Agents>('agents', {}, signal),
    changedBy('agents'),
  );
  return (
    <Page title="Connectors" actions={<Button onClick={agents.reload}>Look again</Button>}>
      {may('health.read') && <Connections />}
      <Shown of={agents}>
        {({ agents, problems }) => (
          <>
            {agents.map((agent) => (
              <OfAgent
                key={agent.id}
                agent={agent}
                problems={problems.filter(({ agentId }) => agentId === agent.id)}
              />
            ))}
          </>
        )}
      </Shown>
      <Section title="Set one up">
        <SetUp />
      </Section>
    </Page>
  );
}

/** Of this process: what its platforms say now. */
function Connections() {
  const health = useResource('connections', (signal) =>
    get<{ connections: Record<string, string> }>('health', {}, signal),
  );
  return (
    <Section title="Connections">
      <Shown of={health}>
        {({ connections }) =>
          Object.keys(connections).length === 0 ? (
            <Empty>
              No connection to a platform is kept open here. Agents are reached over HTTP and this console.
            </Empty>
          ) : (
            <Facts
              of={Object.entries(connections).map(([id, state]) => [
                id,
                <Badge kind={state === 'ok' ? 'good' : 'warn'}>{state}</Badge>,
              ])}
            />
          )
        }
      </Shown>
    </Section>
  );
}

function OfAgent({
  agent: { id, name, connectors },
  problems,
}: {
  agent: Agents['agents'][number];
  problems: Agents['problems'];
}) {
  const [checked, setChecked] = useState<Checked>();
  const look = async () => setChecked(await post<Checked>(pathOf('agents', id, 'check')));
  return (
    <Section title={`${name} (${id})`}>
      {connectors.length === 0 ? (
        <Empty>
          On no platform of its own: name one under connectors in{' '}
          <a href={linkTo(['agents', id])}>its definition</a>.
        </Empty>
      ) : (
        <ul class="chips" aria-label={`Connectors of ${name}`}>
          {connectors.map((connector) => (
            <li key={connector}>
              {connector} <Badge kind="good">runs</Badge>
            </li>
          ))}
        </ul>
      )}
      {problems.map(({ field, message }) => (
        <p key={`${field} ${message}`} class="failure">
          {field && <code>{field}</code>} {message}
        </p>
      ))}
      <Button onClick={look}>{`Test what ${name} names`}</Button>
      <div role="status">{checked && <Findings of={checked} />}</div>
    </Section>
  );
}

function Findings({ of: { ok, findings } }: { of: Checked }) {
  const [good = [], bad = []] = [true, false].map((is) => grouped(findings, (one) => one.ok).get(is) ?? []);
  return (
    <div class="panel">
      <p>
        <Badge kind={ok ? 'good' : 'bad'}>{ok ? 'all is well' : `${bad.length} to mend`}</Badge>
      </p>
      <ul>
        {[...bad, ...good].map(({ check, ok, fix }) => (
          <li key={`${check} ${fix}`}>
            <Badge kind={ok ? 'good' : 'bad'}>{ok ? 'ok' : 'wrong'}</Badge> {check}
            {fix && `: ${fix}`}
          </li>
        ))}
      </ul>
    </div>
  );
}
