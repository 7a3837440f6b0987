import { get } from '../../api.js';
import { Empty, Shown, Table } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Badge } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { linkTo } from '../../route.js';
import { AgentPage } from './agent.js';
import type { AgentRow, Problem } from './work.js';

/** The agents of the hub, and what is wrong with them; or the one that the address names. */
export function AgentsPage({ parts: [agentId] }: { parts: string[] }) {
  return agentId ? <AgentPage key={agentId} agentId={agentId} /> : <Agents />;
}

function Agents() {
  const found = useResource(
    'agents',
    (signal) => get<{ agents: AgentRow[]; problems: Problem[] }>('agents', {}, signal),
    ({ operation }) => Boolean(operation?.startsWith('agents.')),
  );
  return (
    <Page title="Agents">
      <Shown of={found}>
        {({ agents, problems }) => (
          <>
            {problems.length > 0 && (
              <Section title="Problems">
                <ul class="cards">
                  {problems.map(({ agentId, field, message }, at) => (
                    <li key={at} class="card">
                      {agentId ? <a href={linkTo(['agents', agentId])}>{agentId}</a> : 'The hub'}{' '}
                      {field && <code>{field}</code>} {message}
                    </li>
                  ))}
                </ul>
              </Section>
            )}
            {agents.length === 0 ? (
              <Empty>
                No agent runs. Put a character file into the characters folder; the hub finds it by itself.
              </Empty>
            ) : (
              <Table
                caption="Agents"
                rows={agents}
                keyOf={({ id }) => id}
                columns={[
                  { head: 'Agent', cell: ({ id, name }) => <a href={linkTo(['agents', id])}>{name}</a> },
                  { head: 'Id', cell: ({ id }) => <code>{id}</code> },
                  { head: 'Models', cell: ({ models }) => models.join(', ') },
                  { head: 'Plugins', cell: ({ plugins }) => plugins.join(', ') || '–' },
                  { head: 'Platforms', cell: ({ connectors }) => connectors.join(', ') || '–' },
                  {
                    head: 'State',
                    cell: ({ id }) =>
                      problems.some(({ agentId }) => agentId === id) ? (
                        <Badge kind="bad">has a problem</Badge>
                      ) : (
                        <Badge kind="good">runs</Badge>
                      ),
                  },
                ]}
              />
            )}
          </>
        )}
      </Shown>
    </Page>
  );
}
