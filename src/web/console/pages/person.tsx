/** One person: accounts, roles, what agents know of them, and their way out. */
import { useState } from 'preact/hooks';
import { addressOf, get, post } from '../../api.js';
import { AskButton } from '../../kit/ask.js';
import { Confirm } from '../../kit/dialog.js';
import { Empty, Shown, Table } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { asked, changedBy } from '../listing.js';
import { may, me } from '../me.js';
import { type Account, accountText, agentOr, type Level, levelText } from '../naming.js';
import { Forget } from './forget.js';
import { GiveRole, TakeRole } from './people.js';
import { PersonFacts } from './person-facts.js';

interface Known {
  accounts: (Account & { linkedAt: string | null })[];
  roles: { role: string; level: Level; by: string; account?: Account; group?: string }[];
  groupsUnknown: boolean;
}

/** Whoever is signed in, as agents know them. */
export function YouPage() {
  const { user, tenant } = me.value!;
  return <Person account={accountText({ connector: 'http', tenant, userId: user })} own />;
}

export function Person({ account, own = false }: { account: string; own?: boolean }) {
  // Whoever is signed in by a chat may ask for what is their own with the agents that they talk with.
  const agentId = own ? agentOr(asked('agentId').agentId) : undefined;
  const person = useResource(
    `${account} ${agentId}`,
    (signal) => get<Known>('people', { account, agentId }, signal),
    (event) => changedBy('people')(event) || changedBy('roles')(event),
  );
  const [erasures, setErasures] = useState(0);
  const erased = () => {
    setErasures(erasures + 1);
    person.reload();
  };
  return (
    <Page
      title={own ? 'About you' : account}
      actions={
        <>
          <a class="button plain" href={addressOf('people/export', { account, agentId })} download>
            Download all that is held
          </a>
          <Forget account={account} agentId={agentId} done={erased} />
        </>
      }
    >
      <Shown of={person}>
        {(shown) => (
          <>
            <Accounts account={account} shown={shown} done={person.reload} />
            <Roles account={account} shown={shown} done={person.reload} />
          </>
        )}
      </Shown>
      <PersonFacts key={erasures} accounts={person.value?.accounts.map(accountText) ?? [account]} />
    </Page>
  );
}

function Accounts({ account, shown, done }: { account: string; shown: Known; done: () => void }) {
  return (
    <Section title="Accounts of this person">
      <Table
        caption="Accounts of this person"
        rows={shown.accounts}
        keyOf={accountText}
        columns={[
          { head: 'Account', cell: accountText },
          { head: 'Linked', cell: ({ linkedAt }) => <Time at={linkedAt} /> },
          {
            head: 'Actions',
            cell: (one) =>
              shown.accounts.length > 1 ? (
                <Confirm
                  label="Unlink"
                  question={<p>{accountText(one)} becomes a person by itself again, at once.</p>}
                  act={async () => {
                    await post('people/unlink', { account, other: accountText(one) });
                    done();
                  }}
                />
              ) : (
                '–'
              ),
          },
        ]}
      />
      {may('people.link') ? (
        <AskButton
          label="Link another account"
          questions={[
            { name: 'other', label: 'Account', required: true, hint: 'CONNECTOR:USER of the same person.' },
          ]}
          act={async (said) => {
            await post('people/link', { account, ...said });
            done();
          }}
        />
      ) : (
        <p class="hint">
          People link their own accounts by writing <code>/link</code> to an agent in a direct chat.
        </p>
      )}
    </Section>
  );
}

function Roles({ account, shown, done }: { account: string; shown: Known; done: () => void }) {
  const { roles, groupsUnknown } = shown;
  return (
    <Section title="Roles">
      {roles.length === 0 ? (
        <Empty>A guest everywhere: no role was given.</Empty>
      ) : (
        <Table
          caption="Roles of this person"
          rows={roles}
          keyOf={(row) =>
            `${row.role} ${levelText(row.level)} ${row.by}${row.account ? accountText(row.account) : ''}${row.group ?? ''}`
          }
          columns={[
            { head: 'Role', cell: ({ role }) => <Badge>{role}</Badge> },
            { head: 'Where', cell: ({ level }) => levelText(level) },
            { head: 'From', cell: ({ by, group }) => `${fromText[by] ?? by}${group ? ` ${group}` : ''}` },
            {
              head: 'Actions',
              cell: (row) =>
                row.by === 'given' && may('roles.change') && row.account ? (
                  <TakeRole
                    role={row.role}
                    taken={{ account: row.account, level: row.level }}
                    who={accountText(row.account)}
                    done={done}
                  />
                ) : (
                  '–'
                ),
            },
          ]}
        />
      )}
      {groupsUnknown && (
        <p class="hint">
          A platform could not be asked for the groups of this person: roles of groups may be missing.
        </p>
      )}
      {may('roles.change') && <GiveRole account={account} done={done} />}
    </Section>
  );
}

const fromText: Record<string, string> = {
  settings: 'the agent’s settings',
  pairing: 'a code that was approved',
  given: 'given',
  group: 'the group',
  token: 'the token',
};
