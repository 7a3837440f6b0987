/** Erasing a person: first what would go, then, with the code of what was shown, that it goes. */
import { useState } from 'preact/hooks';
import { post } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Dialog } from '../../kit/dialog.js';
import { Facts } from '../../kit/words.js';
import { type Account, accountText } from '../naming.js';

interface Preview {
  code: string;
  accounts: Account[];
  counts: Record<string, number>;
}

/** @param agentId of what this agent alone remembers; undefined: everything there is of them. */
export function Forget({
  account,
  agentId,
  done,
}: {
  account: string;
  agentId: string | undefined;
  done: () => void;
}) {
  const [preview, setPreview] = useState<Preview>();
  const [changed, setChanged] = useState(false);
  const [erased, setErased] = useState<Record<string, number>>();
  const look = async () => {
    setErased(undefined);
    setChanged(false);
    setPreview(await post<Preview>('people/erase/preview', { account, agentId }));
  };
  const erase = async () => {
    const answer = await post<{ erased: Record<string, number> | null; preview: Preview | null }>(
      'people/erase',
      {
        code: preview!.code,
      },
    );
    if (answer.erased) {
      setErased(answer.erased);
      done();
    } else if (answer.preview) {
      setPreview(answer.preview);
      setChanged(true);
    }
  };
  return (
    <>
      <Button kind="danger" onClick={look}>
        Erase…
      </Button>
      <Dialog
        title={erased ? 'Erased' : 'Erase this person'}
        open={!!preview}
        onClose={() => setPreview(undefined)}
      >
        {changed && (
          <p class="failure" role="alert">
            Other accounts are linked by now. Nothing was erased: look again.
          </p>
        )}
        <p>
          {erased ? 'This is gone of' : 'This goes, for good, of'}{' '}
          {preview?.accounts.map(accountText).join(', ')}:
        </p>
        <Counts of={erased ?? preview?.counts ?? {}} />
        <div class="actions">
          <Button onClick={() => setPreview(undefined)}>{erased ? 'Close' : 'Cancel'}</Button>
          {!erased && (
            <Button kind="danger" onClick={erase}>
              Erase
            </Button>
          )}
        </div>
      </Dialog>
    </>
  );
}

function Counts({ of }: { of: Record<string, number> }) {
  const some = Object.entries(of).filter(([, count]) => count > 0);
  if (some.length === 0) return <p class="empty">Nothing is held.</p>;
  return <Facts of={some.map(([name, count]) => [name, String(count)])} />;
}
