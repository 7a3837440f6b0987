import { useState } from 'preact/hooks';
import { get } from '../../api.js';
import { Field } from '../../kit/form.js';
import { Paged, Table } from '../../kit/lists.js';
import { Page } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { usePages } from '../../resource.js';
import { linkTo } from '../../route.js';
import { TurnPage } from './turn.js';
import { kindOf, type TurnRow } from './work.js';

/** Turns that ended, newest first; or the one that the address names. */
export function TurnsPage({ parts: [turnId] }: { parts: string[] }) {
  return turnId ? <TurnPage key={turnId} turnId={turnId} /> : <Turns />;
}

function Turns() {
  const [status, setStatus] = useState('');
  const turns = usePages<TurnRow>(
    `turns ${status}`,
    async (cursor, signal) => {
      const { turns, nextCursor } = await get<{ turns: TurnRow[]; nextCursor: string | null }>(
        'turns',
        { status, cursor },
        signal,
      );
      return { items: turns, nextCursor };
    },
    ({ type }) => type === 'turn.ended',
  );
  return (
    <Page title="Turns">
      <div class="filters">
        <Field label="How they ended">
          {(props) => (
            <select
              {...props}
              value={status}
              onChange={({ currentTarget }) => setStatus(currentTarget.value)}
            >
              <option value="">All</option>
              {['done', 'failed', 'waiting', 'stopped'].map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Paged of={turns} empty="No turn has ended like that. Each answer of an agent is one.">
        {(rows) => (
          <Table
            caption="Turns, newest first"
            rows={rows}
            keyOf={({ turnId }) => turnId}
            columns={[
              { head: 'Turn', cell: ({ turnId }) => <a href={linkTo(['turns', turnId])}>{turnId}</a> },
              { head: 'Agent', cell: ({ agentId }) => agentId },
              { head: 'Status', cell: ({ status }) => <Badge kind={kindOf(status)}>{status}</Badge> },
              { head: 'Model', cell: ({ model }) => model ?? '–' },
              {
                head: 'Tokens',
                cell: ({ usage }) => `${usage.inputTokens} in, ${usage.outputTokens} out`,
              },
              { head: 'Ended', cell: ({ finishedAt }) => <Time at={finishedAt} /> },
            ]}
          />
        )}
      </Paged>
    </Page>
  );
}
