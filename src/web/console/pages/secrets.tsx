import { path as pathOf, request } from '../../api.js';
import { AskButton } from '../../kit/ask.js';
import { Confirm } from '../../kit/dialog.js';
import { Page } from '../../kit/page.js';
import { Time } from '../../kit/words.js';
import { changedBy, Listing, useList } from '../listing.js';
import { may } from '../me.js';

/** The names of the secrets that the hub keeps. Values go in and never come out. */
export function SecretsPage() {
  const secrets = useList<{ name: string; setAt: string }>('secrets', 'secrets', {}, changedBy('secrets'));
  const change = may('secrets.change');
  return (
    <Page
      title="Secrets"
      actions={
        change && (
          <AskButton
            label="Keep a secret"
            kind="primary"
            questions={[
              { name: 'name', label: 'Name', required: true, hint: 'Definitions name it as secret:NAME.' },
              { name: 'value', label: 'Value', kind: 'secret', required: true },
            ]}
            act={async ({ name = '', value }) => {
              await request('PUT', pathOf('secrets', name), { body: { value } });
              secrets.reload();
            }}
          />
        )
      }
    >
      <Listing
        of={secrets}
        caption="Secrets"
        empty="The hub keeps no secret. Keep the tokens of platforms and tools here, and name them as secret:NAME in definitions."
        keyOf={({ name }) => name}
        columns={[
          { head: 'Name', cell: ({ name }) => <code>secret:{name}</code> },
          { head: 'Set', cell: ({ setAt }) => <Time at={setAt} /> },
        ]}
        actions={
          change &&
          (({ name }) => (
            <>
              <AskButton
                label="Rotate"
                title={`Rotate ${name}`}
                questions={[
                  {
                    name: 'value',
                    label: 'New value',
                    kind: 'secret',
                    required: true,
                    hint: 'What uses it starts anew with this one.',
                  },
                ]}
                act={async (said) => {
                  await request('POST', pathOf('secrets', name, 'rotate'), { body: said });
                  secrets.reload();
                }}
              />
              <Confirm
                label="Remove"
                question={<p>What names secret:{name} works no more once it starts anew.</p>}
                act={async () => {
                  await request('DELETE', pathOf('secrets', name));
                  secrets.reload();
                }}
              />
            </>
          ))
        }
      />
    </Page>
  );
}
