import { get } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Empty, Shown, Table } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Badge, Facts, Time } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { me } from '../me.js';

interface Health {
  ready: boolean;
  checks: Record<string, string>;
  connections: Record<string, string>;
  notes: string[];
  queues: Record<string, { waiting: number; running: number; delayed: number } | null>;
}

interface Embedder {
  embedder: string;
  dimensions: number;
  state: 'current' | 'filling' | 'former';
  completeAt: string | null;
  embedded: Record<string, number>;
  backlog: Record<string, number>;
  problem: { code: string; message: string } | null;
}

const stateKind = (state: string) => (/^(ok|up|ready|connected|online)/i.test(state) ? 'good' : 'warn');

/** Whether the hub can do its part, and how much waits. */
export function HealthPage() {
  const health = useResource('health', (signal) => get<Health>('health', {}, signal));
  return (
    <Page title="Health" actions={<Button onClick={health.reload}>Look again</Button>}>
      <Shown of={health}>
        {({ ready, checks, connections, notes, queues }) => (
          <>
            <p class="verdict">
              <Badge kind={ready ? 'good' : 'bad'}>{ready ? 'ready' : 'not ready'}</Badge> Carrier{' '}
              {me.value!.version}
            </p>
            {notes.map((note) => (
              <p key={note} class="panel">
                {note}
              </p>
            ))}
            <Section title="Checks">
              <States of={checks} />
            </Section>
            <Section title="Connections">
              {Object.keys(connections).length === 0 ? (
                <Empty>No platform is connected: agents are reached over HTTP and here.</Empty>
              ) : (
                <States of={connections} />
              )}
            </Section>
            <Section title="Queues">
              <Table
                caption="Queues"
                rows={Object.entries(queues)}
                keyOf={([name]) => name}
                columns={[
                  { head: 'Queue', cell: ([name]) => name },
                  { head: 'Waiting', cell: ([, queue]) => queue?.waiting ?? 'unknown' },
                  { head: 'Running', cell: ([, queue]) => queue?.running ?? 'unknown' },
                  { head: 'Later', cell: ([, queue]) => queue?.delayed ?? 'unknown' },
                ]}
              />
            </Section>
          </>
        )}
      </Shown>
      <Embedders />
    </Page>
  );
}

function States({ of }: { of: Record<string, string> }) {
  return (
    <Facts
      of={Object.entries(of).map(([name, state]) => [name, <Badge kind={stateKind(state)}>{state}</Badge>])}
    />
  );
}

function Embedders() {
  const embedders = useResource(
    'embeddings',
    async (signal) => (await get<{ embedders: Embedder[] }>('embeddings', {}, signal)).embedders,
  );
  return (
    <Section title="Search by meaning">
      <Shown of={embedders}>
        {(all) =>
          all.length === 0 ? (
            <Empty>No embedder: memories are found by words alone.</Empty>
          ) : (
            <Table
              caption="Embedders"
              rows={all}
              keyOf={({ embedder }) => embedder}
              columns={[
                { head: 'Embedder', cell: ({ embedder }) => embedder },
                {
                  head: 'State',
                  cell: ({ state, problem }) => (
                    <>
                      <Badge kind={state === 'current' ? 'good' : 'warn'}>{state}</Badge> {problem?.message}
                    </>
                  ),
                },
                { head: 'Have a vector', cell: ({ embedded }) => countsText(embedded) },
                { head: 'Wait for one', cell: ({ backlog }) => countsText(backlog) },
                { head: 'Complete', cell: ({ completeAt }) => <Time at={completeAt} /> },
              ]}
            />
          )
        }
      </Shown>
    </Section>
  );
}

function countsText(counts: Record<string, number>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([kind, count]) => `${kind}: ${count.toLocaleString()}`).join(', ') || '–';
}
