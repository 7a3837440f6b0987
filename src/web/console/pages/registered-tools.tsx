import { useState } from 'preact/hooks';
import { ApiError, path as pathOf, post, request } from '../../api.js';
import { AskButton, type Said, wordsOf } from '../../kit/ask.js';
import { Confirm } from '../../kit/dialog.js';
import { Section } from '../../kit/page.js';
import { Facts, Time } from '../../kit/words.js';
import { changedBy, Listing, useList } from '../listing.js';
import { may } from '../me.js';

interface Registered {
  tool: { name: string; method: string; url: string; agents: string[] };
  version: number;
  changedAt: string;
}

interface Imported {
  added: string[];
  changed: string[];
  unchanged: string[];
  skipped: { operation: string; problem: string }[];
}

/** Tools that call an address over HTTP, registered with the hub. */
export function RegisteredTools() {
  const tools = useList<Registered>('tools', 'tools', {}, changedBy('tools'));
  const [imported, setImported] = useState<Imported>();
  const change = may('tools.change');
  return (
    <Section title="Registered HTTP tools">
      {change && (
        <div class="actions">
          <AskButton
            label="Register a tool"
            questions={questions}
            act={async (said) => {
              await post('tools', definitionOf(said));
              tools.reload();
            }}
          />
          <AskButton
            label="Import OpenAPI"
            questions={importing}
            act={async ({ url, prefix, agents, only }) => {
              setImported(
                await post<Imported>('tools/import', {
                  url,
                  prefix,
                  agents: wordsOf(agents),
                  only: wordsOf(only),
                }),
              );
              tools.reload();
            }}
          />
        </div>
      )}
      {imported && <Outcome of={imported} />}
      <Listing
        of={tools}
        caption="Registered HTTP tools"
        empty="None. Register an address that agents may call, or import an OpenAPI document."
        keyOf={({ tool }) => tool.name}
        columns={[
          { head: 'Name', cell: ({ tool }) => tool.name },
          {
            head: 'Calls',
            cell: ({ tool }) => (
              <code>
                {tool.method} {tool.url}
              </code>
            ),
          },
          { head: 'Agents', cell: ({ tool }) => tool.agents.join(', ') },
          {
            head: 'Changed',
            cell: ({ changedAt, version }) => (
              <>
                <Time at={changedAt} /> (version {version})
              </>
            ),
          },
        ]}
        actions={
          change &&
          (({ tool: { name }, version }) => (
            <Confirm
              label="Remove"
              question={<p>{name} is taken away from all agents.</p>}
              act={async () => {
                await request('DELETE', pathOf('tools', name), { body: { version } });
                tools.reload();
              }}
            />
          ))
        }
      />
    </Section>
  );
}

function Outcome({ of: { added, changed, unchanged, skipped } }: { of: Imported }) {
  return (
    <div class="panel" role="status">
      <Facts
        of={[
          ['Added', added.join(', ') || '–'],
          ['Changed', changed.join(', ') || '–'],
          ['Unchanged', String(unchanged.length)],
          ['Skipped', skipped.map(({ operation, problem }) => `${operation}: ${problem}`).join('; ') || '–'],
        ]}
      />
    </div>
  );
}

function definitionOf({ agents, parameters, headers, ...said }: Said): object {
  return {
    ...said,
    agents: wordsOf(agents),
    ...(parameters && { parameters: readJson('parameters', parameters) }),
    ...(headers && { headers: readJson('headers', headers) }),
  };
}

/** @throws ApiError that names the field. */
function readJson(field: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(0, 'invalid_field', `This is no JSON: ${(error as Error).message}`, field);
  }
}

const agents = {
  name: 'agents',
  label: 'Agents',
  required: true,
  initial: '*',
  hint: 'Ids, with commas between; * for all.',
};

const questions = [
  { name: 'name', label: 'Name', required: true },
  {
    name: 'description',
    label: 'What it does',
    kind: 'lines',
    required: true,
    hint: 'The model reads this.',
  },
  {
    name: 'method',
    label: 'Method',
    kind: 'choice',
    options: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    required: true,
    initial: 'GET',
  },
  { name: 'url', label: 'Address', required: true, hint: 'https://api.example.com/orders/{id}' },
  agents,
  { name: 'parameters', label: 'Parameters', kind: 'code', hint: 'A JSON Schema of its arguments.' },
  {
    name: 'headers',
    label: 'Headers',
    kind: 'code',
    hint: 'JSON, such as {"authorization": "secret:NAME"}.',
  },
] as const;

const importing = [
  { name: 'url', label: 'Address of the document', required: true },
  { name: 'prefix', label: 'Prefix of names' },
  { name: 'only', label: 'Operations', hint: 'Their ids, with commas between; empty: all.' },
  agents,
] as const;
