import { path as pathOf, post, request } from '../../api.js';
import { AskButton, type Question, type Said } from '../../kit/ask.js';
import { Button } from '../../kit/button.js';
import { Confirm } from '../../kit/dialog.js';
import { Page } from '../../kit/page.js';
import { Badge, Time } from '../../kit/words.js';
import { linkTo } from '../../route.js';
import { viewersZone } from '../days.js';
import { asked, changedBy, Filters, Listing, useList } from '../listing.js';
import { may } from '../me.js';
import { agentChoice } from '../naming.js';

interface Schedule {
  id: string;
  agentId: string;
  roomId: string;
  connector: string;
  channel: string;
  kind: string;
  text: string;
  state: string;
  author: { id: string; name?: string };
  cron?: string;
  zone?: string;
  next: string | null;
  times: string;
  last?: { at: string; became: string };
}

/** What agents are to do or say later. */
export function SchedulesPage() {
  const query = asked('agentId', 'state');
  const schedules = useList<Schedule>('schedules', 'schedules', query, changedBy('schedules'));
  return (
    <Page title="Schedules" actions={may('schedules.add') && <Add done={schedules.reload} />}>
      <Filters
        questions={[
          agentChoice(),
          {
            name: 'state',
            label: 'Which',
            kind: 'choice',
            options: [
              ['open', 'those to come'],
              ['all', 'all'],
            ],
            required: true,
            initial: 'open',
          },
        ]}
      />
      <Listing
        of={schedules}
        caption="Schedules"
        empty="Nothing is to come. Add a schedule, or tell an agent in a chat: “remind me tomorrow at nine”."
        keyOf={({ id }) => id}
        columns={[
          {
            head: 'What',
            cell: ({ text, kind }) => (
              <>
                <Badge>{kind}</Badge> {text}
              </>
            ),
          },
          {
            head: 'When',
            cell: ({ cron, zone }) =>
              cron ? (
                <>
                  <code>{cron}</code> {zone}
                </>
              ) : (
                'once'
              ),
          },
          {
            head: 'Next times',
            cell: ({ times, next, state }) => (next === null ? '–' : state === 'paused' ? 'paused' : times),
          },
          {
            head: 'Where',
            cell: ({ agentId, roomId, connector, channel }) => (
              <>
                <a href={linkTo(['rooms', roomId])}>
                  {connector} / {channel}
                </a>{' '}
                ({agentId})
              </>
            ),
          },
          { head: 'For', cell: ({ author }) => author.name ?? author.id },
          {
            head: 'Last',
            cell: ({ last }) =>
              last ? (
                <>
                  <Time at={last.at} />: {last.became}
                </>
              ) : (
                '–'
              ),
          },
          {
            head: 'State',
            cell: ({ state }) => (
              <Badge kind={state === 'active' ? 'good' : state === 'paused' ? 'warn' : 'plain'}>
                {state}
              </Badge>
            ),
          },
        ]}
        actions={may('schedules.change') && ((schedule) => <Change of={schedule} done={schedules.reload} />)}
      />
    </Page>
  );
}

function Change({ of: { id, state, text }, done }: { of: Schedule; done: () => void }) {
  if (state !== 'active' && state !== 'paused') return <>–</>;
  const pause = async () => {
    await request('PATCH', pathOf('schedules', id), { body: { paused: state === 'active' } });
    done();
  };
  return (
    <>
      <Button onClick={pause}>{state === 'active' ? 'Pause' : 'Let it go on'}</Button>
      <Confirm
        label="Remove"
        question={<p>“{text}” is not done or said any more.</p>}
        act={async () => {
          await request('DELETE', pathOf('schedules', id));
          done();
        }}
      />
    </>
  );
}

function Add({ done }: { done: () => void }) {
  const add = async ({ zone = viewersZone(), ...said }: Said) => {
    await post('schedules', { zone, ...said });
    done();
  };
  return <AskButton label="Add a schedule" kind="primary" questions={questions()} act={add} />;
}

const questions = (): Question[] => [
  {
    name: 'roomId',
    label: 'Room',
    required: true,
    hint: 'The id of a room that the agent was in before: the page Rooms has them.',
  },
  {
    name: 'kind',
    label: 'Kind',
    kind: 'choice',
    required: true,
    options: [
      ['reminder', 'say this text'],
      ['work', 'work on this'],
    ],
    initial: 'reminder',
  },
  { name: 'text', label: 'Text', kind: 'lines', required: true },
  { name: 'at', label: 'At', hint: 'A local time: 2026-12-24 18:30, or 18:30. Or, below, again and again.' },
  { name: 'cron', label: 'Again and again', hint: 'Five fields, such as 0 9 * * 1-5: at nine on weekdays.' },
  { name: 'zone', label: 'Time zone', initial: viewersZone() },
  {
    name: 'missed',
    label: 'If no hub ran then',
    kind: 'choice',
    required: true,
    options: [
      ['run', 'do it late'],
      ['skip', 'leave it out'],
      ['tell', 'say that it was missed'],
    ],
    initial: 'run',
  },
];
