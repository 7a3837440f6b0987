/** Earlier versions of a definition: what each changed, and how it counts again. */
import { useState } from 'preact/hooks';
import { get, path, request } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Confirm } from '../../kit/dialog.js';
import { Shown } from '../../kit/lists.js';
import { Section } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { may } from '../me.js';
import type { Difference } from '../patch.js';
import { DifferenceList } from './agent-differences.js';

interface Version {
  number: number;
  at: string;
  by: string;
  comment?: string;
  active: boolean;
}

export function Versions({
  agentId,
  version,
  changed,
}: {
  agentId: string;
  /** That counts now. */
  version: number;
  changed: () => void;
}) {
  const versions = useResource(`versions ${agentId} ${version}`, (signal) =>
    get<{ versions: Version[] }>(path('agents', agentId, 'versions'), {}, signal),
  );
  const rollBack = async (to: number) => {
    try {
      await request('POST', path('agents', agentId, 'roll-back'), {
        body: { to },
        headers: { 'if-match': `"${version}"` },
      });
    } finally {
      changed();
    }
  };
  return (
    <Section title="Versions">
      <Shown of={versions}>
        {({ versions }) => (
          <ul class="cards">
            {versions.map(({ number, at, by, comment, active }) => (
              <li key={number} class="card">
                <p>
                  <strong>Version {number}</strong> {active && <Badge kind="good">counts</Badge>}{' '}
                  <Time at={at} /> {by} {comment && `“${comment}”`}
                </p>
                <div class="actions">
                  <Changed agentId={agentId} number={number} />
                  {!active && may('agents.change') && (
                    <Confirm
                      label={`Roll back to version ${number}`}
                      question={`The agent is as it was in version ${number} at once, as a new version. Secrets stay as they are.`}
                      act={() => rollBack(number)}
                      kind="primary"
                    />
                  )}
                </div>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Section>
  );
}

function Changed({ agentId, number }: { agentId: string; number: number }) {
  const [differences, setDifferences] = useState<Difference[]>();
  const read = async () =>
    setDifferences(
      (await get<{ differences: Difference[] }>(path('agents', agentId, 'diff'), { to: number })).differences,
    );
  return differences ? <DifferenceList of={differences} /> : <Button onClick={read}>What it changed</Button>;
}
