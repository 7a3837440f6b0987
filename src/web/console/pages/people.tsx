import { get, post } from '../../api.js';
import { Ask, AskButton, type Said } from '../../kit/ask.js';
import { Confirm } from '../../kit/dialog.js';
import { Page, Section } from '../../kit/page.js';
import { Time } from '../../kit/words.js';
import { goTo, linkTo } from '../../route.js';
import { changedBy, Listing, useList } from '../listing.js';
import { may } from '../me.js';
import { type Account, accountText, agentChoice, type Level, levelText, rolesToGive } from '../naming.js';
import { Person } from './person.js';

interface Given {
  role: string;
  level: Level;
  account?: Account;
  group?: { connector: string; tenant: string; group: string };
  by: string;
  at: string | null;
}

/** Who was given which role; and one person, whose account the address names. */
export function PeoplePage({ parts: [account] }: { parts: string[] }) {
  return account ? <Person account={account} /> : <Everybody />;
}

function Everybody() {
  const roles = useList<Given>('roles', 'roles', {}, changedBy('roles'));
  return (
    <Page title="People" actions={may('roles.change') && <GiveRole done={roles.reload} />}>
      <Section title="Find a person">
        <Ask
          label="Open"
          questions={[
            {
              name: 'account',
              label: 'Account',
              required: true,
              hint: 'CONNECTOR:USER, such as telegram:4711, or CONNECTOR/TENANT:USER.',
            },
          ]}
          act={async ({ account = '' }) => {
            await get('people', { account });
            goTo(['people', account]);
          }}
        />
      </Section>
      <Section title="Roles that were given">
        <Listing
          of={roles}
          caption="Roles that were given"
          empty="No role was given yet. People have those that settings and pairings give them; give one for more."
          keyOf={(row) => `${whoText(row)} ${levelText(row.level)}`}
          columns={[
            { head: 'Role', cell: ({ role }) => role },
            { head: 'Who', cell: (row) => <Who of={row} /> },
            { head: 'Where', cell: ({ level }) => levelText(level) },
            { head: 'Given by', cell: ({ by }) => by },
            { head: 'When', cell: ({ at }) => <Time at={at} /> },
          ]}
          actions={
            may('roles.change') &&
            ((row) => <TakeRole role={row.role} taken={row} who={whoText(row)} done={roles.reload} />)
          }
        />
      </Section>
    </Page>
  );
}

function Who({ of }: { of: Given }) {
  if (!of.account) return <>{whoText(of)}</>;
  return <a href={linkTo(['people', accountText(of.account)])}>{accountText(of.account)}</a>;
}

function whoText({ account, group }: Pick<Given, 'account' | 'group'>): string {
  if (account) return accountText(account);
  return group ? `group ${accountText({ ...group, userId: group.group })}` : '–';
}

/** @param account whose role it is; absent: it is asked for. */
export function GiveRole({ account, done }: { account?: string; done: () => void }) {
  const give = async (said: Said) => {
    await post('roles/give', { ...said, ...(account && { account }) });
    done();
  };
  return (
    <AskButton
      label="Give a role"
      kind={account ? 'plain' : 'primary'}
      act={give}
      questions={[
        { name: 'role', label: 'Role', kind: 'choice', options: rolesToGive(), required: true },
        ...(account
          ? []
          : [
              { name: 'account', label: 'Account', hint: 'CONNECTOR:USER. Or a group, below.' },
              {
                name: 'group',
                label: 'Group of a platform',
                hint: 'CONNECTOR:GROUP, such as discord:role-17.',
              },
            ]),
        agentChoice({ hint: 'With one agent alone; else with all.' }),
        {
          name: 'place',
          label: 'Place',
          hint: 'CONNECTOR, CONNECTOR/TENANT or CONNECTOR/TENANT:CHANNEL; else everywhere.',
        },
      ]}
    />
  );
}

/** @param taken for whom and where it was given. */
export function TakeRole({
  role,
  taken: { account, group, level },
  who,
  done,
}: {
  role: string;
  taken: Pick<Given, 'account' | 'group' | 'level'>;
  who: string;
  done: () => void;
}) {
  const { agentId, connector, tenant, channel } = level;
  return (
    <Confirm
      label="Take it away"
      question={
        <p>
          {who} is no {role} any more for {levelText(level)}, within a second.
        </p>
      }
      act={async () => {
        const place = connector && { connector, tenant, channel };
        await post('roles/take', { account, group, agentId, ...(place && { place }) });
        done();
      }}
    />
  );
}
