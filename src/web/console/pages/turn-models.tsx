/** What each request to a model took and cost, and the turn as a whole. */
import { Table } from '../../kit/lists.js';
import { Section } from '../../kit/page.js';
import { Badge } from '../../kit/words.js';

export interface Asked {
  calls: {
    model: string;
    for: 'answer' | 'revision' | 'judge';
    durationMs: number;
    firstMs: number | null;
    inputTokens: number;
    outputTokens: number;
    cachedTokens?: number;
    usd: number | null;
    failed?: string;
  }[];
  cost: { usd: number | null; unpriced: number; modelMs: number };
}

export function Models({ of: { calls, cost } }: { of: Asked }) {
  if (calls.length === 0) return null;
  const { usd, unpriced, modelMs } = cost;
  return (
    <Section title="Models">
      <p>
        {seconds(modelMs)} in all, {usd === null ? 'at no known price' : dollars(usd)}
        {usd !== null &&
          unpriced > 0 &&
          `, and ${unpriced} ${unpriced === 1 ? 'request' : 'requests'} at no known price`}
      </p>
      <Table
        caption="Requests to models, in order"
        rows={calls.map((call, at) => ({ ...call, at }))}
        keyOf={({ at }) => String(at)}
        columns={[
          { head: 'Model', cell: ({ model }) => model },
          {
            head: 'For',
            cell: ({ failed, ...call }) => (failed ? <Badge kind="warn">{failed}</Badge> : call.for),
          },
          { head: 'Took', cell: ({ durationMs }) => seconds(durationMs) },
          { head: 'First word', cell: ({ firstMs }) => (firstMs === null ? '–' : seconds(firstMs)) },
          {
            head: 'Tokens',
            cell: ({ inputTokens, cachedTokens, outputTokens }) =>
              `${inputTokens} in${cachedTokens ? ` (${cachedTokens} cached)` : ''}, ${outputTokens} out`,
          },
          { head: 'Cost', cell: (call) => (call.usd === null ? '–' : dollars(call.usd)) },
        ]}
      />
    </Section>
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** Often a fraction of a cent. */
function dollars(usd: number): string {
  return `$${usd.toFixed(usd >= 1 ? 2 : 6)}`;
}
