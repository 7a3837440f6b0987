import { get, path as pathOf } from '../../api.js';
import { Empty, Shown, Table } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Badge, Facts, Json } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { asked, Filters } from '../listing.js';
import { agentChoice, agentOr, roles } from '../naming.js';
import { effectKind } from './tools.js';

type Effect = keyof typeof effectKind;

interface Explained {
  effect: Effect;
  rule: string;
  reason?: string;
  ask?: { role: string; people: number; fourEyes: boolean; where: string; hours?: number };
  matched: { effect: Effect; rule: string; from: string; reason?: string }[];
  known: boolean;
  meant?: string;
  problem?: string;
  role: string;
}

interface Policy {
  tools: { allow: string[]; deny: string[] };
  hub: { rules: object[]; limits: object[] };
  character: { rules: object[]; limits: object[] };
}

/** What the policy says of a call, and why. The call stands in the address. */
export function PolicyPage() {
  const { agent: named, ...call } = asked(
    'agent',
    'tool',
    'person',
    'role',
    'place',
    'room',
    'tainted',
    'arguments',
  );
  const agent = agentOr(named);
  const policy = useResource(`policy ${agent}`, (signal) =>
    get<Policy>(pathOf('agents', agent, 'policy'), {}, signal),
  );
  return (
    <Page title="Policy">
      <Section title="May it?">
        <Filters
          label="Explain"
          questions={[
            agentChoice({ name: 'agent', required: true, initial: agent }),
            {
              name: 'tool',
              label: 'Tool',
              required: true,
              hint: 'Its key, such as mcp:files:delete_file: the page Tools has them.',
            },
            { name: 'person', label: 'Person', hint: 'CONNECTOR:USER' },
            {
              name: 'role',
              label: 'Role',
              kind: 'choice',
              options: ['guest', ...roles],
              hint: 'Empty: what the person has there, or guest.',
            },
            { name: 'place', label: 'Place', hint: 'CONNECTOR/TENANT/CHANNEL' },
            { name: 'room', label: 'Kind of room', kind: 'choice', options: ['direct', 'group'] },
            { name: 'tainted', label: 'It has read what is from outside', kind: 'check' },
            {
              name: 'arguments',
              label: 'Arguments',
              kind: 'code',
              hint: 'JSON, such as {"path": "/tmp/a"}.',
            },
          ]}
        />
        {call.tool ? (
          <Answer agent={agent} call={call} />
        ) : (
          <Empty>Name a tool, and whoever would call it, to see which rule decides.</Empty>
        )}
      </Section>
      <Section title="Rules in force">
        <Shown of={policy}>
          {({ tools, hub, character }) => (
            <Facts
              of={[
                ['Tools that it has', tools.allow.join(', ') || 'none'],
                ['Tools that it has not', tools.deny.join(', ') || '–'],
                ['Of the hub', <Rules of={hub} />],
                ['Of the agent', <Rules of={character} />],
              ]}
            />
          )}
        </Shown>
      </Section>
    </Page>
  );
}

function Rules({ of }: { of: Policy['hub'] }) {
  if (of.rules.length + of.limits.length === 0) return <>none</>;
  return (
    <details>
      <summary>
        {of.rules.length} rules, {of.limits.length} limits
      </summary>
      <Json value={of} />
    </details>
  );
}

function Answer({ agent, call }: { agent: string; call: Record<string, string | undefined> }) {
  const explained = useResource(`explain ${agent} ${JSON.stringify(call)}`, (signal) =>
    get<Explained>(pathOf('agents', agent, 'policy', 'explain'), call, signal),
  );
  return (
    <Shown of={explained}>
      {({ effect, rule, reason, ask, matched, known, meant, problem, role }) => (
        <div class="panel">
          <p class="verdict">
            <Badge kind={effectKind[effect]}>{effect}</Badge> by <strong>{rule}</strong>
            {reason && `: ${reason}`}
          </p>
          {!known && <p class="failure">The agent has no such tool.{meant && ` Did you mean ${meant}?`}</p>}
          {problem && <p class="failure">The tool does not take these arguments: {problem}</p>}
          <Facts
            of={[['Asked by', role], ...(ask ? [['Decided by', askText(ask)] as [string, string]] : [])]}
          />
          <h3>All rules about it</h3>
          <Table
            caption="All rules about it"
            rows={matched}
            keyOf={({ rule, from }) => `${from} ${rule}`}
            columns={[
              { head: 'Effect', cell: ({ effect }) => <Badge kind={effectKind[effect]}>{effect}</Badge> },
              { head: 'Rule', cell: ({ rule }) => rule },
              { head: 'From', cell: ({ from }) => from },
              { head: 'Reason', cell: ({ reason }) => reason ?? '–' },
            ]}
          />
        </div>
      )}
    </Shown>
  );
}

function askText({ role, people, fourEyes, where, hours }: NonNullable<Explained['ask']>): string {
  const said = [
    `${people} of ${role} or more`,
    fourEyes && 'not whoever asks',
    `asked in: ${where}`,
    hours && `within ${hours} h`,
  ];
  return said.filter(Boolean).join('; ');
}
