import { path as pathOf, request } from '../../api.js';
import { AskButton } from '../../kit/ask.js';
import { Confirm } from '../../kit/dialog.js';
import { Section } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { asked, changedBy, Filters, Listing, useList } from '../listing.js';
import { agentChoice, agentOr } from '../naming.js';

interface Fact {
  id: string;
  text: string;
  state: 'now' | 'past' | 'denied';
  how: string;
  confidence: number;
  said: number;
  at: string;
}

/** What an agent knows of somebody, by each of their accounts: each fact can be corrected and taken away. */
export function PersonFacts({ accounts }: { accounts: string[] }) {
  const { agentId: named, state } = asked('agentId', 'state');
  const agentId = agentOr(named);
  return (
    <Section title="What is remembered">
      <Filters
        questions={[
          agentChoice({ required: true, initial: agentId }),
          {
            ...{ name: 'state', label: 'Which', kind: 'choice', required: true, initial: 'now' },
            options: [
              ['now', 'what holds now'],
              ['past', 'what held once'],
              ['all', 'all'],
            ],
          },
        ]}
      />
      {accounts.map((account) => (
        <div key={account}>
          {accounts.length > 1 && <h3>{account}</h3>}
          <FactsOf account={account} agentId={agentId} state={state} />
        </div>
      ))}
    </Section>
  );
}

function FactsOf({
  account,
  agentId,
  state,
}: {
  account: string;
  agentId: string;
  state: string | undefined;
}) {
  const [, connector, tenant, userId] = /^([^/:]+)(?:\/([^:]+))?:(.+)$/s.exec(account) ?? [];
  const query = { agentId, connector, tenant, userId, state };
  const facts = useList<Fact>('facts', 'facts', query, changedBy('facts'));
  return (
    <Listing
      of={facts}
      caption={`Facts of ${account}`}
      empty="This agent knows no fact of this person by this account. It notes them while they talk, or when it is told to remember."
      keyOf={({ id }) => id}
      columns={[
        { head: 'Fact', cell: ({ text }) => text },
        {
          head: 'State',
          cell: ({ state }) => <Badge kind={state === 'now' ? 'good' : 'plain'}>{state}</Badge>,
        },
        { head: 'Known by', cell: ({ how, said }) => `${how}, said ${said} ×` },
        { head: 'Noted', cell: ({ at }) => <Time at={at} /> },
      ]}
      actions={({ id, text }) => (
        <>
          <AskButton
            label="Correct"
            questions={[
              { name: 'text', label: 'What is right', kind: 'lines', required: true, initial: text },
            ]}
            act={async (said) => {
              await request('PUT', pathOf('facts', id), { body: said });
              facts.reload();
            }}
          />
          <Confirm
            label="Forget"
            question={<p>“{text}” goes, with the messages that say it and what was made of them.</p>}
            act={async () => {
              await request('DELETE', pathOf('facts', id));
              facts.reload();
            }}
          />
        </>
      )}
    />
  );
}
