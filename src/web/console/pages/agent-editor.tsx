/** A definition in the store, changed as a form or as JSON: what was changed is sent, and nothing else. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, path, post, request } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/form.js';
import { Section } from '../../kit/page.js';
import { isFields, patched, patchOf } from '../patch.js';
import { Differences } from './agent-differences.js';
import { AgentForm } from './agent-form.js';
import { Secrets } from './agent-secrets.js';

type Definition = Record<string, unknown>;
interface Kept {
  definition: Definition;
  version: number;
}

export function Editor({ agentId, now, changed }: { agentId: string; now: Kept; changed: () => void }) {
  /** What the draft began from. */
  const [base, setBase] = useState(now);
  const [text, setText] = useState(written(now.definition));
  const [findings, setFindings] = useState<{ check: string; fix?: string }[]>();
  const [said, setSaid] = useState('');
  const draft = read(text);
  const patch = draft ? patchOf(base.definition, draft) : {};
  const isChanged = Object.keys(patch).length > 0;
  const isOld = now.version !== base.version;
  const begin = (kept: Kept) => {
    setBase(kept);
    setText(written(kept.definition));
    setFindings(undefined);
  };
  useEffect(() => {
    // Nobody's words are lost: a draft stays until its owner says so.
    if (isOld && !isChanged) begin(now);
  }, [now.version]);
  const edit = (definition: Definition) => {
    setText(written(definition));
    setFindings(undefined);
    setSaid('');
  };
  const save = async (body: Definition) => {
    try {
      const kept = await request<Kept>('PATCH', path('agents', agentId), {
        body: { definition: body },
        headers: { 'if-match': `"${base.version}"` },
      });
      begin(kept);
      setSaid(`Saved as version ${kept.version}.`);
    } finally {
      changed();
    }
  };
  const check = async () => {
    const { ok, findings } = await post<{ ok: boolean; findings: { check: string; fix?: string }[] }>(
      path('agents', agentId, 'check'),
      { definition: patch },
    );
    setFindings(findings);
    return ok;
  };
  return (
    <Section title="Definition">
      {draft && <AgentForm of={draft} edit={edit} />}
      <Secrets of={base.definition} save={save} />
      <details>
        <summary>As JSON</summary>
        <Field
          label="Definition as JSON"
          hint="*** is a secret that is kept. Left alone or emptied, it stays."
          error={draft ? undefined : 'This is no JSON object yet.'}
        >
          {(props) => (
            <textarea
              {...props}
              class="definition"
              spellcheck={false}
              value={text}
              onInput={({ currentTarget }) => {
                setText(currentTarget.value);
                setFindings(undefined);
                setSaid('');
              }}
            />
          )}
        </Field>
      </details>
      {isOld && isChanged && (
        <p class="failure" role="alert">
          Somebody saved version {now.version} meanwhile.{' '}
          <Button
            onClick={() => {
              setBase(now);
              setText(written(patched(now.definition, patch)));
            }}
          >
            Put my change on it
          </Button>
        </p>
      )}
      {isChanged && <Differences of={{ before: base.definition, patch }} />}
      {findings?.map(({ check, fix }) => (
        <p key={check} class="failure" role="alert">
          {fix ?? check}
        </p>
      ))}
      <div class="actions">
        <Button
          kind="primary"
          disabled={!isChanged || isOld}
          onClick={async () => {
            if (await check()) await save(patch).catch(asConflict);
          }}
        >
          Save
        </Button>
        <Button disabled={!isChanged} onClick={() => begin(now)}>
          Discard
        </Button>
        {findings?.length === 0 && <span role="status">The hub finds nothing wrong with it.</span>}
        {said && <span role="status">{said}</span>}
      </div>
    </Section>
  );
}

/** Told by what is shown anew. */
function asConflict(error: unknown): void {
  if (!(error instanceof ApiError && error.code === 'version_conflict')) throw error;
}

function written(definition: Definition): string {
  return JSON.stringify(definition, null, 2);
}

function read(text: string): Definition | null {
  try {
    const value = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}
