import { get, path, post } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Shown } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Facts, Json } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { linkTo } from '../../route.js';
import { may } from '../me.js';
import { Editor } from './agent-editor.js';
import { Models } from './agent-models.js';
import { Versions } from './agent-versions.js';
import type { Checked } from './findings.js';
import type { Problem } from './work.js';

export interface AgentShown {
  id: string;
  character: Record<string, unknown> | null;
  models: string[];
  problems: Problem[];
  definedBy: 'file' | 'store';
  version: number | null;
  overridesFile: boolean;
  definition: Record<string, unknown> | null;
}

/** One agent: what it is, edited, compared and rolled back. */
export function AgentPage({ agentId }: { agentId: string }) {
  const agent = useResource(
    `agent ${agentId}`,
    (signal) => get<AgentShown>(path('agents', agentId), {}, signal),
    // One that is made anew was nobody's yet.
    ({ agentId: of = agentId, operation }) => of === agentId && Boolean(operation?.startsWith('agents.')),
  );
  return (
    <Page title={`Agent ${agentId}`} actions={<TestChat agentId={agentId} />}>
      <Shown of={agent}>
        {(value) => (
          <>
            <About of={value} />
            {value.models.length > 0 && <Models agentId={agentId} />}
            {value.definition && value.version !== null ? (
              <>
                {may('agents.change') ? (
                  <Editor
                    agentId={agentId}
                    now={{ definition: value.definition, version: value.version }}
                    changed={agent.reload}
                  />
                ) : (
                  <Json value={value.definition} />
                )}
                <Versions agentId={agentId} version={value.version} changed={agent.reload} />
              </>
            ) : (
              <OfFile of={value} changed={agent.reload} />
            )}
          </>
        )}
      </Shown>
    </Page>
  );
}

function TestChat({ agentId }: { agentId: string }) {
  return (
    <>
      <a href={linkTo(['chat', agentId])}>Test chat</a> <a href={linkTo(['agents'])}>All agents</a>
    </>
  );
}

function About({ of: { definedBy, version, overridesFile, problems } }: { of: AgentShown }) {
  const where =
    definedBy === 'file'
      ? version === null
        ? 'a character file'
        : 'a character file; the definition in the store waits until it is gone'
      : `the store, version ${version}${overridesFile ? ', in the place of a character file' : ''}`;
  return (
    <>
      <Facts of={[['Defined by', where]]} />
      {problems.map(({ field, message }) => (
        <p key={message} class="failure">
          {field && `${field}: `}
          {message}
        </p>
      ))}
    </>
  );
}

/** Files are their owner's: the console never writes one. */
function OfFile({ of: { id, character }, changed }: { of: AgentShown; changed: () => void }) {
  return (
    <Section title="Definition">
      <p>It is what its character file says. Change that file, and the hub reads it anew.</p>
      {may('agents.change') && <Copy id={id} changed={changed} />}
      <Json value={character} />
    </Section>
  );
}

/** Whether the store takes it is asked before anybody tries. */
function Copy({ id, changed }: { id: string; changed: () => void }) {
  const copy = useResource(
    `copy ${id}`,
    async (signal) => {
      const { file } = await get<{ file: object }>(path('agents', id, 'export'), {}, signal);
      return { file, ...(await post<Checked>(path('agents', id, 'check'), { definition: file })) };
    },
    ({ agentId, operation }) => agentId === id && Boolean(operation?.startsWith('agents.')),
  );
  return (
    <Shown of={copy}>
      {({ file, ok, findings }) =>
        ok ? (
          <div class="actions">
            <Button
              kind="primary"
              onClick={async () => {
                const comment = 'copied from its file';
                await post('agents', { id, definition: file, overridesFile: true, comment });
                changed();
              }}
            >
              Copy into the store to edit it here
            </Button>
            <span class="hint">The file stays as it is; the copy counts in its place.</span>
          </div>
        ) : (
          <div class="panel">
            <p>It cannot be copied into the store and edited here, as it is:</p>
            <ul>
              {findings.map(({ check, fix }) => (
                <li key={check}>{fix ?? check}</li>
              ))}
            </ul>
          </div>
        )
      }
    </Shown>
  );
}
