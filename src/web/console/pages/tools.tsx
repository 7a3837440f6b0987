import { useState } from 'preact/hooks';
import { path as pathOf, post } from '../../api.js';
import { grouped } from '../../grouped.js';
import { Button } from '../../kit/button.js';
import { Dialog } from '../../kit/dialog.js';
import { Page, Section } from '../../kit/page.js';
import { Badge } from '../../kit/words.js';
import { linkTo } from '../../route.js';
import { asked, changedBy, Filters, Listing, useList } from '../listing.js';
import { may } from '../me.js';
import { agentChoice, agentOr, roles } from '../naming.js';
import { RegisteredTools } from './registered-tools.js';
import { ToolServers } from './tool-servers.js';

interface Tool {
  key: string;
  name: string;
  description: string;
  rule: string;
  effect: 'deny' | 'ask' | 'allow';
  accepted: boolean;
  hints: { readOnly: boolean; destructive: boolean; openWorld: boolean };
}

interface Difference {
  agentId: string;
  key: string;
  digest: string;
  accepted: boolean;
  difference: string[];
}

/** What an agent can do, from where, and what the policy says of it; and tools that call an address over HTTP. */
export function ToolsPage() {
  const { agentId, role = 'member' } = asked('agentId', 'role');
  const agent = agentOr(agentId);
  const tools = useList<Tool>(pathOf('agents', agent, 'tools'), 'tools', { role }, changedBy('tools'));
  return (
    <Page title="Tools">
      <Filters
        questions={[
          agentChoice({ required: true, initial: agent }),
          {
            name: 'role',
            label: 'As seen by',
            kind: 'choice',
            options: ['guest', ...roles],
            required: true,
            initial: role,
          },
        ]}
      />
      <Section title="Tools of the agent">
        <Sources tools={tools.items} />
        <Listing
          of={tools}
          caption="Tools of the agent"
          empty="This agent has no tools. Name plugins or toolSources (an MCP server, say) in its definition."
          keyOf={({ key }) => key}
          columns={[
            {
              head: 'Tool',
              cell: ({ name, key }) => (
                <>
                  <strong>{name}</strong> <code>{key}</code>
                </>
              ),
            },
            { head: 'What it does', cell: ({ description }) => <span class="clipped">{description}</span> },
            { head: 'Does', cell: ({ hints }) => <Hints of={hints} /> },
            {
              head: 'Policy',
              cell: ({ key, effect, rule }) => (
                <a href={linkTo(['policy'], { agent, tool: key, role })}>
                  <Badge kind={effectKind[effect]}>{effect}</Badge> {rule}
                </a>
              ),
            },
            {
              head: 'State',
              cell: (tool) =>
                tool.accepted ? (
                  <Badge kind="good">as accepted</Badge>
                ) : (
                  <Accept agent={agent} tool={tool} done={tools.reload} />
                ),
            },
          ]}
        />
      </Section>
      {agent && <ToolServers key={agent} agent={agent} />}
      {may('tools.read') && <RegisteredTools />}
    </Page>
  );
}

export const effectKind = { allow: 'good', ask: 'warn', deny: 'bad' } as const;

/** Where the tools come from, as their keys say: a plugin, an MCP server, the hub's own HTTP tools. */
function Sources({ tools }: { tools: Tool[] }) {
  const sources = grouped(tools, ({ key }) => key.split(':').slice(0, -1).join(':') || key);
  if (tools.length === 0) return null;
  return (
    <ul class="chips" aria-label="Where they come from">
      {[...sources].map(([source, from]) => {
        const waiting = from.filter(({ accepted }) => !accepted).length;
        return (
          <li key={source}>
            <code>{source}</code> {from.length}{' '}
            {waiting > 0 && <Badge kind="warn">{waiting} to accept</Badge>}
          </li>
        );
      })}
    </ul>
  );
}

function Hints({ of: { readOnly, destructive, openWorld } }: { of: Tool['hints'] }) {
  const said = [
    readOnly ? 'reads' : destructive ? 'may destroy' : 'changes',
    openWorld && 'deals with the outside',
  ];
  return <>{said.filter(Boolean).join(', ')}</>;
}

/** Shows what has changed, and accepts exactly that. */
function Accept({ agent, tool: { key, name }, done }: { agent: string; tool: Tool; done: () => void }) {
  const [shown, setShown] = useState<Difference>();
  if (!may('tools.accept')) return <Badge kind="warn">has changed</Badge>;
  const address = pathOf('tools', key, 'accept');
  const look = async () => {
    const { tools } = await post<{ tools: Difference[] }>(address, { agentId: agent, count: true });
    setShown(tools.find(({ agentId }) => agentId === agent) ?? tools[0]);
    if (tools.length === 0) done();
  };
  const accept = async () => {
    await post(address, { agentId: agent, digest: shown!.digest });
    setShown(undefined);
    done();
  };
  return (
    <>
      <Badge kind="warn">has changed</Badge> <Button onClick={look}>Look and accept</Button>
      <Dialog title={`Accept ${name} as it is now`} open={!!shown} onClose={() => setShown(undefined)}>
        <p>Until it is accepted, every call of it is asked for, whatever the rules say.</p>
        <pre class="diff">{shown?.difference.join('\n')}</pre>
        <div class="actions">
          <Button onClick={() => setShown(undefined)}>Cancel</Button>
          <Button kind="primary" onClick={accept}>
            Accept
          </Button>
        </div>
      </Dialog>
    </>
  );
}
