import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, get, path, post } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/form.js';
import { Paged, Shown } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Badge, Facts, Time } from '../../kit/words.js';
import type { HubEvent } from '../../live/live.js';
import { usePages, useResource } from '../../resource.js';
import { linkTo } from '../../route.js';
import { may } from '../me.js';
import { type Approval, kindOf, pretty } from './work.js';

const changes = ({ type, operation }: HubEvent) =>
  type === 'approval.asked' ||
  type === 'turn.ended' ||
  operation === 'approvals.decide' ||
  operation === 'turns.resume';

/** Calls that wait for a decision, and those that were decided; or the one that the address names. */
export function ApprovalsPage({ parts: [id] }: { parts: string[] }) {
  return id ? <OneApproval key={id} id={id} /> : <Approvals />;
}

function Approvals() {
  const open = useApprovals('open');
  const all = useApprovals('all');
  const decided = { ...all, items: all.items.filter(({ state }) => state !== 'open') };
  return (
    <Page title="Approvals">
      <Section title="Open">
        <Paged of={open} empty="Nothing waits for a decision.">
          {(items) => <Cards items={items} changed={open.reload} />}
        </Paged>
      </Section>
      <Section title="Decided">
        <Paged of={decided} empty="None yet. Rules of an agent's policy say what is asked for.">
          {(items) => <Cards items={items} changed={all.reload} />}
        </Paged>
      </Section>
    </Page>
  );
}

function useApprovals(state: string) {
  return usePages<Approval>(
    `approvals ${state}`,
    async (cursor, signal) => {
      const { approvals, nextCursor } = await get<{ approvals: Approval[]; nextCursor: string | null }>(
        'approvals',
        { state, cursor },
        signal,
      );
      return { items: approvals, nextCursor };
    },
    changes,
  );
}

function Cards({ items, changed }: { items: Approval[]; changed: () => void }) {
  return (
    <ul class="cards">
      {items.map((approval) => (
        <li key={approval.id} class="card">
          <Card of={approval} changed={changed} />
        </li>
      ))}
    </ul>
  );
}

function OneApproval({ id }: { id: string }) {
  const found = useResource(
    `approval ${id}`,
    (signal) => get<Approval>(path('approvals', id), {}, signal),
    changes,
  );
  return (
    <Page title="Approval" actions={<a href={linkTo(['approvals'])}>All approvals</a>}>
      <Shown of={found}>{(approval) => <Card of={approval} changed={found.reload} />}</Shown>
    </Page>
  );
}

function Card({ of: shown, changed }: { of: Approval; changed: () => void }) {
  /** As it was decided, here or elsewhere meanwhile, until the list is read anew. */
  const [newer, setNewer] = useState<Approval>();
  const approval = newer && shown.state === 'open' ? newer : shown;
  const { id, tool, agentId, requester, rule, reason, roomId, turnId, decides, approvals } = approval;
  return (
    <>
      <p>
        <Badge kind={kindOf(approval.state)}>{approval.state}</Badge>{' '}
        <a href={linkTo(['approvals', id])}>{id}</a> {agentId} asks to call <code>{tool}</code>
      </p>
      <pre class="json">{approval.arguments === null ? 'forgotten' : pretty(approval.arguments)}</pre>
      <Facts
        of={[
          ['Asked by', requester.name ? `${requester.name} (${requester.userId})` : requester.userId],
          [
            'Rule',
            <>
              <code>{rule}</code> {reason}
            </>,
          ],
          [
            'Decided by',
            `${decides.people > 1 ? `${decides.people} people, ` : ''}${decides.role} or more${decides.fourEyes ? ', not whoever asked' : ''}`,
          ],
          ['Asked', <Time at={approval.askedAt} />],
          ['Expires', <Time at={approval.expiresAt} />],
          [
            'Where',
            <>
              <a href={linkTo(['rooms', roomId])}>Room</a> · <a href={linkTo(['turns', turnId])}>Turn</a>
            </>,
          ],
          ...approvals.map(({ by, at }): [string, ComponentChildren] => [
            `Approved by ${by}`,
            <Time at={at} />,
          ]),
        ]}
      />
      {approval.state !== 'open' && <Decided of={approval} />}
      {approval.state === 'open' && may('approvals.decide') && (
        <Decide id={id} settled={setNewer} changed={changed} />
      )}
    </>
  );
}

function Decided({ of: { state, by, settledAt, note } }: { of: Approval }) {
  return (
    <p role="status">
      {by ? `${by}: ${state}` : `Nobody decided: ${state}`} {settledAt && <Time at={settledAt} />}
      {note && <> “{note}”</>}
    </p>
  );
}

function Decide({
  id,
  settled,
  changed,
}: {
  id: string;
  settled: (approval: Approval) => void;
  changed: () => void;
}) {
  const [note, setNote] = useState('');
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  const decide = async (approve: boolean) => {
    setBusy(true);
    try {
      const { missing } = await post<{ missing: number }>(path('approvals', id, 'decide'), {
        approve,
        ...(note.trim() && { note: note.trim() }),
      });
      if (approve && missing > 0) setSaid(`Yours counts. ${missing} more must approve it.`);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'approval_settled')) throw error;
    } finally {
      setBusy(false);
    }
    // By whoever was first.
    settled(await get<Approval>(path('approvals', id)));
    changed();
  };
  return (
    <>
      {said && <p role="status">{said}</p>}
      <Field label="Reason" hint="The model reads it.">
        {(props) => (
          <input
            {...props}
            maxLength={2000}
            value={note}
            onInput={({ currentTarget }) => setNote(currentTarget.value)}
          />
        )}
      </Field>
      <div class="actions">
        <Button kind="primary" disabled={busy} onClick={() => decide(true)}>
          Approve
        </Button>
        <Button kind="danger" disabled={busy} onClick={() => decide(false)}>
          Deny
        </Button>
      </div>
    </>
  );
}
