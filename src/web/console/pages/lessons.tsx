import { path as pathOf, post, request } from '../../api.js';
import { AskButton } from '../../kit/ask.js';
import { Button } from '../../kit/button.js';
import { Confirm } from '../../kit/dialog.js';
import { Page } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { linkTo } from '../../route.js';
import { asked, changedBy, Filters, Listing, useList } from '../listing.js';
import { may } from '../me.js';
import { agentChoice } from '../naming.js';

interface Lesson {
  id: string;
  agentId: string;
  text: string;
  state: 'proposed' | 'approved' | 'rejected' | 'removed';
  version: number;
  from: string[];
  why?: string;
  changes: { by: string; state: string; at: string }[];
}

const kinds = { proposed: 'warn', approved: 'good', rejected: 'bad', removed: 'plain' } as const;

/** Rules that agents could have, and those that they have, learnt from how their replies fared. */
export function LessonsPage() {
  const lessons = useList<Lesson>('lessons', 'lessons', asked('agentId', 'state'), changedBy('lessons'));
  return (
    <Page title="Lessons" actions={may('lessons.propose') && <Propose done={lessons.reload} />}>
      <Filters
        questions={[
          agentChoice(),
          { name: 'state', label: 'Which', kind: 'choice', options: Object.keys(kinds), hint: 'Empty: all.' },
        ]}
      />
      <Listing
        of={lessons}
        caption="Lessons"
        empty="No lesson was learnt yet. The hub proposes some from replies that people corrected or rated badly; propose one yourself."
        keyOf={({ id }) => id}
        columns={[
          {
            head: 'Rule',
            cell: ({ text, why }) => (
              <>
                {text}
                {why && <p class="hint">{why}</p>}
              </>
            ),
          },
          { head: 'Agent', cell: ({ agentId }) => agentId },
          { head: 'State', cell: ({ state }) => <Badge kind={kinds[state]}>{state}</Badge> },
          {
            head: 'Learnt from',
            cell: ({ from }) =>
              from.length === 0
                ? '–'
                : from.map((id, index) => (
                    <a key={id} href={linkTo(['turns', id])}>
                      turn {index + 1}{' '}
                    </a>
                  )),
          },
          { head: 'Last change', cell: ({ changes }) => <Last of={changes} /> },
        ]}
        actions={(lesson) => <Change of={lesson} done={lessons.reload} />}
      />
    </Page>
  );
}

function Last({ of }: { of: Lesson['changes'] }) {
  const last = of.at(-1);
  return last ? (
    <>
      <Time at={last.at} /> by {last.by}
    </>
  ) : (
    <>–</>
  );
}

function Change({ of: { id, text, state, version }, done }: { of: Lesson; done: () => void }) {
  const address = (what?: string) => pathOf('lessons', id, ...(what ? [what] : []));
  return (
    <>
      {state !== 'approved' && may('lessons.approve') && (
        <AskButton
          label="Approve"
          kind="primary"
          title="Make it a rule"
          questions={[
            {
              name: 'text',
              label: 'The rule',
              kind: 'lines',
              required: true,
              initial: text,
              hint: 'It counts within a second.',
            },
          ]}
          act={async (said) => {
            await post(address('approve'), { version, ...(said.text !== text && said) });
            done();
          }}
        />
      )}
      {state === 'proposed' && may('lessons.change') && (
        <Button
          kind="danger"
          onClick={async () => {
            await post(address('reject'), { version });
            done();
          }}
        >
          Reject
        </Button>
      )}
      {state === 'approved' && may('lessons.change') && (
        <Confirm
          label="Remove"
          question={<p>“{text}” is no rule of the agent any more.</p>}
          act={async () => {
            await request('DELETE', address(), { body: { version } });
            done();
          }}
        />
      )}
    </>
  );
}

function Propose({ done }: { done: () => void }) {
  return (
    <AskButton
      label="Propose a lesson"
      kind="primary"
      questions={[
        agentChoice({ required: true }),
        {
          name: 'text',
          label: 'The rule',
          kind: 'lines',
          required: true,
          hint: 'One sentence. It stands in no prompt before it is approved.',
        },
      ]}
      act={async (said) => {
        await post('lessons', said);
        done();
      }}
    />
  );
}
