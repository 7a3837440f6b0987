import { get, post } from '../../api.js';
import { AskButton, type Question, type Said } from '../../kit/ask.js';
import { Button } from '../../kit/button.js';
import { Empty, Shown, Table } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Time } from '../../kit/words.js';
import { useResource } from '../../resource.js';
import { changedBy } from '../listing.js';
import { may } from '../me.js';
import { accountText, agentChoice, levelText } from '../naming.js';

interface Pause {
  what: 'agent' | 'place' | 'person' | 'tools';
  agentId?: string;
  connector?: string;
  tenant?: string;
  channel?: string;
  userId?: string;
  reason?: string;
  by: string;
  at: string;
  until: string | null;
}

/** What is paused, and the switch that stops everything. */
export function SwitchesPage() {
  const pauses = useResource(
    'switches',
    async (signal) => (await get<{ pauses: Pause[] }>('switches', {}, signal)).pauses,
    changedBy('switches'),
  );
  return (
    <Page title="Pauses">
      {may('switches.changeAll') && <KillSwitch done={pauses.reload} />}
      <Section title="Pause one part">
        <div class="actions">
          {Object.entries(parts).map(([what, questions]) => (
            <AskButton
              key={what}
              label={`Pause ${what === 'tools' ? 'tools' : `a${what === 'agent' ? 'n' : ''} ${what}`}`}
              questions={[...questions(), ...howLong]}
              act={async (said) => {
                await post('switches/pause', { what, ...said });
                pauses.reload();
              }}
            />
          ))}
        </div>
      </Section>
      <Section title="What is paused">
        <Shown of={pauses}>{(all) => <Paused all={all} done={pauses.reload} />}</Shown>
      </Section>
    </Page>
  );
}

/** All agents one by one, and all tools: what is under way then ends, and nothing new is begun. */
function KillSwitch({ done }: { done: () => void }) {
  const stop = async (said: Said) => {
    const { agents } = await get<{ agents: { id: string }[] }>('agents');
    await post('switches/pause', { what: 'tools', ...said });
    for (const { id } of agents) await post('switches/pause', { what: 'agent', agentId: id, ...said });
    done();
  };
  return (
    <div class="panel danger">
      <h2>Stop everything</h2>
      <p>
        All agents and all tools stop at once, in every process. What people write waits, and is answered once
        you resume.
      </p>
      <AskButton label="Stop all agents" kind="danger" questions={howLong} act={stop} />
    </div>
  );
}

function ResumeAll({ all, done }: { all: Pause[]; done: () => void }) {
  const resume = async () => {
    for (const pause of all) await post('switches/resume', subjectOf(pause));
    done();
  };
  return (
    <Button kind="primary" onClick={resume}>
      Resume all agents and tools
    </Button>
  );
}

function Paused({ all, done }: { all: Pause[]; done: () => void }) {
  if (all.length === 0) return <Empty>Nothing is paused: all agents answer.</Empty>;
  const broad = all.filter(({ what }) => what === 'agent' || what === 'tools');
  return (
    <>
      {broad.length > 1 && may('switches.changeAll') && <ResumeAll all={broad} done={done} />}
      <Table
        caption="What is paused"
        rows={all}
        keyOf={pausedText}
        columns={[
          { head: 'What', cell: pausedText },
          { head: 'Why', cell: ({ reason }) => reason ?? '–' },
          { head: 'By', cell: ({ by }) => by },
          { head: 'Since', cell: ({ at }) => <Time at={at} /> },
          { head: 'Until', cell: ({ until }) => (until ? <Time at={until} /> : 'resumed') },
          { head: 'Actions', cell: (pause) => <Resume pause={pause} done={done} /> },
        ]}
      />
    </>
  );
}

function Resume({ pause, done }: { pause: Pause; done: () => void }) {
  if (!may(pause.agentId === undefined ? 'switches.changeAll' : 'switches.change')) return <>–</>;
  return (
    <Button
      kind="primary"
      onClick={async () => {
        await post('switches/resume', subjectOf(pause));
        done();
      }}
    >
      Resume
    </Button>
  );
}

function subjectOf({ what, agentId, connector, tenant, channel, userId }: Pause): object {
  return { what, agentId, connector, tenant, channel, userId };
}

function pausedText({ what, userId, connector = '', tenant = 'default', ...pause }: Pause): string {
  const level = { ...pause, ...(connector && { connector, tenant }) };
  if (what === 'person')
    return `person ${accountText({ connector, tenant, userId: userId ?? '' })}${pause.agentId ? ` with agent ${pause.agentId}` : ''}`;
  if (what === 'tools') return `tools of ${pause.agentId ? `agent ${pause.agentId}` : 'all agents'}`;
  if (what === 'agent') return pause.agentId ? `agent ${pause.agentId}` : 'all agents';
  return `place ${levelText(level)}`;
}

const howLong: Question[] = [
  { name: 'for', label: 'For', hint: 'Such as 10m, 2h or 1d; empty: until it is resumed.' },
  { name: 'reason', label: 'Reason', hint: 'People read it.' },
];
const connector: Question = {
  name: 'connector',
  label: 'Platform',
  required: true,
  hint: 'The connector’s name, such as telegram.',
};
const tenant: Question = { name: 'tenant', label: 'Tenant', hint: 'Such as a server or a workspace.' };

const parts: Record<Pause['what'], () => Question[]> = {
  agent: () => [agentChoice({ required: true })],
  place: () => [
    connector,
    tenant,
    { name: 'channel', label: 'Channel', hint: 'Empty: all of the tenant.' },
    agentChoice({ hint: 'Empty: all.' }),
  ],
  person: () => [
    connector,
    tenant,
    { name: 'userId', label: 'User', required: true },
    agentChoice({ hint: 'Empty: all.' }),
  ],
  tools: () => [agentChoice({ hint: 'Empty: all.' })],
};
