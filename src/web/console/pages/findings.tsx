import { grouped } from '../../grouped.js';
import { Badge } from '../../kit/words.js';

/** What was looked at, and what is to be mended. */
export interface Checked {
  ok: boolean;
  findings: { check: string; ok: boolean; fix?: string }[];
}

export function Findings({ of: { ok, findings } }: { of: Checked }) {
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
