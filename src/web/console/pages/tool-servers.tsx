import { get, path as pathOf } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Empty, Shown, Table } from '../../kit/lists.js';
import { Section } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { changedBy } from '../listing.js';

interface Server {
  name: string;
  state: 'connected' | 'away' | 'unusable' | 'ready';
  since: string | null;
  restarts: number;
  tools: number;
  lastError: { message: string; at: string } | null;
  problem?: string;
}

const kinds = { connected: 'good', ready: 'good', away: 'warn', unusable: 'bad' } as const;

/** MCP servers and other sources of an agent's tools. */
export function ToolServers({ agent }: { agent: string }) {
  const found = useResource(
    `servers ${agent}`,
    (signal) => get<{ servers: Server[] }>(pathOf('agents', agent, 'servers'), {}, signal),
    changedBy('agents'),
  );
  return (
    <Section title="MCP servers">
      <Shown of={found}>
        {({ servers }) =>
          servers.length === 0 ? (
            <Empty>
              This agent names none. List them under toolSources, in its definition or in the hub’s settings.
            </Empty>
          ) : (
            <Table
              caption="MCP servers and other sources of tools"
              rows={servers}
              keyOf={({ name }) => name}
              columns={[
                { head: 'Server', cell: ({ name }) => <code>{name}</code> },
                { head: 'State', cell: ({ state }) => <Badge kind={kinds[state]}>{state}</Badge> },
                { head: 'Since', cell: ({ since }) => <Time at={since} /> },
                { head: 'Tools', cell: ({ tools }) => tools },
                { head: 'Reconnects', cell: ({ restarts }) => restarts },
                {
                  head: 'Last error',
                  cell: ({ lastError, problem }) =>
                    problem ??
                    (lastError ? (
                      <>
                        <Time at={lastError.at} />: {lastError.message}
                      </>
                    ) : (
                      '–'
                    )),
                },
              ]}
            />
          )
        }
      </Shown>
      <div class="actions">
        <Button onClick={found.reload}>Look again</Button>
      </div>
    </Section>
  );
}
