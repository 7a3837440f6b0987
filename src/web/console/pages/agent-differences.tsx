import { Section } from '../../kit/page.js';
import { type Difference, differencesBy } from '../patch.js';

/** What a change does to a definition, field by field. */
export function Differences({
  of: { before, patch },
}: {
  of: { before: Record<string, unknown>; patch: Record<string, unknown> };
}) {
  return (
    <Section title="What changes">
      <DifferenceList of={differencesBy(before, patch)} />
    </Section>
  );
}

export function DifferenceList({ of: differences }: { of: Difference[] }) {
  if (differences.length === 0) return <p>Nothing differs.</p>;
  return (
    <ul class="cards">
      {differences.map(({ field, before, after }) => (
        <li key={field} class="card">
          <code>{field}</code>
          {before !== undefined && <p class="words removed">− {asText(before)}</p>}
          {after !== undefined && <p class="words added">+ {asText(after)}</p>}
        </li>
      ))}
    </ul>
  );
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
