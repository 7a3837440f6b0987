import { useState } from 'preact/hooks';
import { path as pathOf, post, request } from '../../api.js';
import { AskButton, type Said, wordsOf } from '../../kit/ask.js';
import { Confirm } from '../../kit/dialog.js';
import { ShownOnce } from '../../kit/once.js';
import { Page } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { changedBy, Listing, useList } from '../listing.js';
import { may } from '../me.js';
import { rolesToGive } from '../naming.js';

interface Token {
  id: string;
  name: string;
  role: string;
  tenant: string;
  scopes?: string[];
  agents?: string[];
  user?: string;
  origins?: string[];
  ratePerMinute?: number;
  expiresAt?: string;
  createdAt: string;
  madeBy?: string;
  bootstrap?: boolean;
}
type Issued = Token & { token: string; callbackSecret: string | null };

/** The tokens that may call the hub. Each is shown once, when it is made. */
export function TokensPage() {
  const tokens = useList<Token>('tokens', 'tokens', {}, changedBy('tokens'));
  const [issued, setIssued] = useState<Issued>();
  const issue = async ({ scopes, agents, origins, ratePerMinute, ...said }: Said) => {
    const lists = { scopes: wordsOf(scopes), agents: wordsOf(agents), origins: wordsOf(origins) };
    setIssued(
      await post<Issued>('tokens', {
        ...said,
        ...lists,
        ...(ratePerMinute && { ratePerMinute: Number(ratePerMinute) }),
      }),
    );
    tokens.reload();
  };
  return (
    <Page
      title="Tokens"
      actions={
        may('tokens.issue') && (
          <AskButton label="Issue a token" kind="primary" act={issue} questions={questions()} />
        )
      }
    >
      {issued && <New issued={issued} />}
      <Listing
        of={tokens}
        caption="Tokens"
        empty="No token was issued yet. A program that talks to the hub has one of its own: issue it."
        keyOf={({ id }) => id}
        columns={[
          {
            head: 'Name',
            cell: ({ name, bootstrap }) => (
              <>
                {name} {bootstrap && <Badge>the hub’s own</Badge>}
              </>
            ),
          },
          { head: 'Role', cell: ({ role }) => role },
          { head: 'For', cell: forWhom },
          { head: 'Expires', cell: ({ expiresAt }) => (expiresAt ? <Expiry at={expiresAt} /> : 'never') },
          {
            head: 'Made',
            cell: ({ createdAt, madeBy }) => (
              <>
                <Time at={createdAt} />
                {madeBy && ` by ${madeBy}`}
              </>
            ),
          },
        ]}
        actions={may('tokens.revoke') && ((token) => <Revoke token={token} done={tokens.reload} />)}
      />
    </Page>
  );
}

function New({ issued }: { issued: Issued }) {
  return (
    <div class="panel" role="status">
      <h2>{issued.name}</h2>
      <p>This is shown once. Keep it where the program reads it, now.</p>
      <ShownOnce label="Token" value={issued.token} />
      {issued.callbackSecret && (
        <ShownOnce label="Secret that its callbacks are signed with" value={issued.callbackSecret} />
      )}
    </div>
  );
}

function Revoke({ token: { id, name, bootstrap }, done }: { token: Token; done: () => void }) {
  return (
    <Confirm
      label="Revoke"
      question={
        <>
          <p>Within a second no process takes {name}, and what is open by it ends.</p>
          {bootstrap && (
            <p>
              This is the hub’s own admin token: commands on its machine need another, which the next start
              makes.
            </p>
          )}
        </>
      }
      act={async () => {
        await request('DELETE', pathOf('tokens', id));
        done();
      }}
    />
  );
}

function Expiry({ at }: { at: string }) {
  return new Date(at) < new Date() ? <Badge kind="bad">expired</Badge> : <Time at={at} />;
}

function forWhom({ tenant, user, agents, scopes, origins, ratePerMinute }: Token): string {
  const parts = [
    tenant !== 'default' && `tenant ${tenant}`,
    user && `user ${user}`,
    agents && `agents ${agents.join(', ')}`,
    scopes && `scopes ${scopes.join(', ')}`,
    origins && `pages of ${origins.join(', ')}`,
    ratePerMinute && `${ratePerMinute} a minute`,
  ].filter(Boolean);
  return parts.join('; ') || 'all that its role may';
}

const questions = () =>
  [
    { name: 'name', label: 'Name', required: true, hint: 'Of the program that has it.' },
    {
      name: 'role',
      label: 'Role',
      kind: 'choice',
      options: rolesToGive(),
      required: true,
      initial: 'member',
    },
    { name: 'expiresIn', label: 'Expires in', hint: 'Such as 90d or 12h; empty: as yours does.' },
    { name: 'agents', label: 'Agents', hint: 'Ids, with commas between; empty: all.' },
    {
      name: 'scopes',
      label: 'Scopes',
      hint: 'Such as rooms.*, messages.send; empty: all that its role may.',
    },
    { name: 'user', label: 'User', hint: 'It speaks as this user alone.' },
    { name: 'tenant', label: 'Tenant' },
    {
      name: 'origins',
      label: 'Origins',
      hint: 'Pages that may send it from a browser: https://app.example.com',
    },
    { name: 'ratePerMinute', label: 'Requests a minute', kind: 'number' },
  ] as const;
