import { grouped } from '../../grouped.js';
import { Page } from '../../kit/page.js';
import { Bars } from '../../kit/plot.js';
import { linkTo } from '../../route.js';
import { asked, Filters, Listing, useList } from '../listing.js';
import { agentChoice } from '../naming.js';

interface Score {
  agentId: string;
  day: string;
  version: string;
  topic: string;
  score: number | null;
  sent: number;
  revised: number;
  safe: number;
  notJudged: number;
  up: number;
  down: number;
  corrections: number;
  ratings: number;
  judge: number | null;
  failures: Record<string, number>;
  turns: string[];
}

/** How replies fared, by agent, day, version and topic. */
export function ScoresPage() {
  const scores = useList<Score>(
    'scores',
    'scores',
    asked('agentId'),
    (event) => event.operation === 'turns.rate',
  );
  return (
    <Page title="Scores">
      <Filters questions={[agentChoice()]} />
      {scores.items.length > 0 && <ByDay scores={scores.items} />}
      <Listing
        of={scores}
        caption="Scores"
        empty="No reply was judged yet. Rate one in its room, or name checks and a judge under evaluation in an agent’s definition."
        keyOf={({ agentId, day, version, topic }) => `${agentId} ${day} ${version} ${topic}`}
        columns={[
          { head: 'Day', cell: ({ day }) => day },
          { head: 'Agent', cell: ({ agentId }) => agentId },
          { head: 'Version', cell: ({ version }) => <code>{version.slice(0, 8)}</code> },
          { head: 'Topic', cell: ({ topic }) => topic || '–' },
          { head: 'Score', cell: ({ score }) => scoreText(score) },
          {
            head: 'Replies',
            cell: ({ sent, revised, safe }) => `${sent} sent, ${revised} revised, ${safe} held back`,
          },
          {
            head: 'People',
            cell: ({ up, down, corrections }) => `${up} up, ${down} down, ${corrections} corrections`,
          },
          { head: 'Failed', cell: (row) => <Failed of={row} /> },
        ]}
      />
    </Page>
  );
}

const scoreText = (score: number | null) => (score === null ? '–' : score.toFixed(2));

function ByDay({ scores }: { scores: Score[] }) {
  const days = grouped(
    scores.filter(({ score }) => score !== null),
    ({ day }) => day,
  );
  const bars = [...days]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([label, of]) => ({ label, value: mean(of) }));
  if (bars.length === 0) return null;
  return <Bars title="Score by day" bars={bars} say={(value) => value.toFixed(2)} sum={false} />;
}

/** By replies, since versions and topics have more and fewer. */
function mean(scores: Score[]): number {
  const weight = ({ sent, revised, safe, ratings, up, down }: Score) =>
    Math.max(1, sent + revised + safe, ratings + up + down);
  const all = scores.reduce((sum, one) => sum + weight(one), 0);
  return scores.reduce((sum, one) => sum + one.score! * weight(one), 0) / all;
}

function Failed({ of: { failures, turns } }: { of: Score }) {
  const checks = Object.entries(failures).map(([check, count]) => `${check}: ${count}`);
  if (checks.length + turns.length === 0) return <>–</>;
  return (
    <>
      {checks.join(', ')}{' '}
      {turns.slice(0, 5).map((turnId, index) => (
        <a key={turnId} href={linkTo(['turns', turnId])}>
          turn {index + 1}{' '}
        </a>
      ))}
    </>
  );
}
