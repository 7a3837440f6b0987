import { useState } from 'preact/hooks';
import { addressOf, get } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Page } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { asked, Filters, Listing, useList } from '../listing.js';

interface Row {
  id: string;
  at: string;
  principal: { kind: string; name: string };
  operation: string;
  target: Record<string, unknown>;
  from?: { address?: string; connector?: string; roomId?: string };
  outcome: 'done' | 'denied' | 'failed';
  error?: string;
  seq?: number;
}

interface Verified {
  ok: boolean;
  rows: number;
  older: number;
  missing: number;
  faults: { kind: string; from: number; to: number; about: string }[];
  faultCount: number;
}

const kinds = { done: 'good', denied: 'warn', failed: 'bad' } as const;

/** Which operations were asked for, by whom, and how they ended. */
export function AuditPage() {
  const query = asked('operation', 'principal', 'outcome', 'since', 'until');
  const rows = useList<Row>('audit', 'rows', query);
  return (
    <Page
      title="Audit"
      actions={
        <>
          <Button onClick={rows.reload}>Read anew</Button>
          <a class="button plain" href={addressOf('audit/export')} download="audit.json">
            Export
          </a>
          <Verify />
        </>
      }
    >
      <Filters
        questions={[
          { name: 'operation', label: 'Operation', hint: 'Such as tokens.issue.' },
          { name: 'principal', label: 'Who', hint: 'A name, or kind:name.' },
          { name: 'outcome', label: 'Outcome', kind: 'choice', options: Object.keys(kinds) },
          { name: 'since', label: 'Since', kind: 'date' },
          { name: 'until', label: 'Until', kind: 'date' },
        ]}
      />
      <Listing
        of={rows}
        caption="Audit rows, newest first"
        empty="No row fits. Leave out a filter."
        keyOf={({ id }) => id}
        columns={[
          { head: 'When', cell: ({ at }) => <Time at={at} /> },
          { head: 'Who', cell: ({ principal }) => `${principal.name} (${principal.kind})` },
          { head: 'Operation', cell: ({ operation }) => <code>{operation}</code> },
          { head: 'On', cell: ({ target }) => targetText(target) },
          { head: 'From', cell: ({ from }) => from?.address ?? from?.connector ?? '–' },
          {
            head: 'Outcome',
            cell: ({ outcome, error }) => (
              <>
                <Badge kind={kinds[outcome]}>{outcome}</Badge> {error}
              </>
            ),
          },
          { head: 'No.', cell: ({ seq }) => seq ?? '–' },
        ]}
      />
    </Page>
  );
}

function targetText(target: Record<string, unknown>): string {
  const parts = Object.entries(target).map(
    ([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`,
  );
  return parts.join(', ') || '–';
}

/** Whether every row is there and as it was written. */
function Verify() {
  const [verified, setVerified] = useState<Verified>();
  return (
    <>
      <Button kind="primary" onClick={async () => setVerified(await get<Verified>('audit/verify'))}>
        Verify
      </Button>
      <div role="status" class="wide">
        {verified &&
          (verified.ok ? (
            <p class="panel">
              <Badge kind="good">whole</Badge> All {verified.rows} rows of the chain are there and as they
              were written.
              {verified.older > 0 && ` ${verified.older} rows of older hubs are outside of it.`}
            </p>
          ) : (
            <div class="panel">
              <Badge kind="bad">not whole</Badge> {verified.faultCount} faults, {verified.missing} rows are
              missing.
              <ul>
                {verified.faults.map(({ kind, from, to, about }) => (
                  <li key={`${kind}${from}`}>{`${kind}, ${from}–${to}: ${about}`}</li>
                ))}
              </ul>
            </div>
          ))}
      </div>
    </>
  );
}
