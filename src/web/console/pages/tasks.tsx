import { path as pathOf, post } from '../../api.js';
import { Button } from '../../kit/button.js';
import { Confirm } from '../../kit/dialog.js';
import { Page } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { linkTo } from '../../route.js';
import { asked, changedBy, Filters, Listing, useList } from '../listing.js';
import { may } from '../me.js';
import { agentChoice } from '../naming.js';

interface Task {
  id: string;
  agentId: string;
  roomId: string;
  requester: { userId: string; name?: string };
  goal: string;
  steps: { text: string; state: 'open' | 'done' | 'failed'; note?: string }[];
  state: string;
  why?: string;
  result?: string;
  turns: number;
  tokens: number;
  minutes: number;
  limits: { turns: number; tokens: number; minutes: number };
  startedAt: string;
  endedAt?: string;
}

const states = ['open', 'all', 'running', 'paused', 'blocked', 'limit', 'done', 'failed', 'stopped'];
const kinds = {
  running: 'good',
  done: 'good',
  failed: 'bad',
  paused: 'warn',
  blocked: 'warn',
  limit: 'warn',
} as const;

/** What agents work on in the background. */
export function TasksPage() {
  const query = asked('agentId', 'state');
  const tasks = useList<Task>(
    'tasks',
    'tasks',
    query,
    (event) => event.type === 'turn.ended' || changedBy('tasks')(event),
  );
  return (
    <Page title="Tasks">
      <Filters
        questions={[
          agentChoice(),
          { name: 'state', label: 'Which', kind: 'choice', options: states, required: true, initial: 'open' },
        ]}
      />
      <Listing
        of={tasks}
        caption="Tasks"
        empty="No agent works on a task. Agents with the tasks plugin take one on when somebody asks for something long."
        keyOf={({ id }) => id}
        columns={[
          { head: 'Goal', cell: (task) => <Goal of={task} /> },
          {
            head: 'State',
            cell: ({ state, why }) => (
              <>
                <Badge kind={kinds[state as keyof typeof kinds] ?? 'plain'}>{state}</Badge> {why}
              </>
            ),
          },
          {
            head: 'For',
            cell: ({ requester, agentId, roomId }) => (
              <>
                <a href={linkTo(['rooms', roomId])}>{requester.name ?? requester.userId}</a> ({agentId})
              </>
            ),
          },
          {
            head: 'Used',
            cell: ({ turns, tokens, minutes, limits }) =>
              `${turns} of ${limits.turns} turns, ${tokens} of ${limits.tokens} tokens, ${Math.round(minutes)} of ${limits.minutes} min`,
          },
          { head: 'Began', cell: ({ startedAt }) => <Time at={startedAt} /> },
        ]}
        actions={may('tasks.change') && ((task) => <Change of={task} done={tasks.reload} />)}
      />
    </Page>
  );
}

function Goal({ of: { goal, steps, result } }: { of: Task }) {
  const done = steps.filter(({ state }) => state === 'done').length;
  return (
    <>
      {goal}
      {steps.length > 0 && (
        <details>
          <summary>
            {done} of {steps.length} steps
          </summary>
          <ol>
            {steps.map(({ text, state, note }) => (
              <li key={text}>
                {text}{' '}
                <Badge kind={state === 'done' ? 'good' : state === 'failed' ? 'bad' : 'plain'}>{state}</Badge>{' '}
                {note}
              </li>
            ))}
          </ol>
        </details>
      )}
      {result && <p class="clipped">{result}</p>}
    </>
  );
}

function Change({ of: { id, goal, state }, done }: { of: Task; done: () => void }) {
  const carryOut = (what: string) => async () => {
    await post(pathOf('tasks', id, what));
    done();
  };
  if (['done', 'failed', 'stopped'].includes(state)) return <>–</>;
  return (
    <>
      {state === 'running' ? (
        <Button onClick={carryOut('pause')}>Pause</Button>
      ) : (
        <Button onClick={carryOut('resume')}>Go on</Button>
      )}
      <Confirm
        label="Stop"
        question={<p>“{goal}” and all that it has begun end before their next call, for good.</p>}
        act={carryOut('stop')}
      />
    </>
  );
}
