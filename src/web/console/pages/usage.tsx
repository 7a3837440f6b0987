import { get } from '../../api.js';
import { Empty, Shown, Table } from '../../kit/lists.js';
import { Page, Section } from '../../kit/page.js';
import { Bars, Meter } from '../../kit/plot.js';
import { useResource } from '../../resource.js';
import { dayIn, lastDays, viewersZone } from '../days.js';
import { asked, Filters } from '../listing.js';
import { accountText, levelText } from '../naming.js';

interface Share {
  budget: string;
  day: string;
  agentId?: string;
  connector?: string;
  tenant?: string;
  channel?: string;
  userId?: string;
  tokens: number;
  reservedTokens: number;
  mostTokens: number | null;
  usd: number;
  mostUsd: number | null;
  calls: number;
  estimatedTokens: number;
}

const daysShown = 14;

/** What models have cost, by day, budget and share. Each budget counts by itself: a call may be in several. */
export function UsagePage() {
  const { zone = viewersZone(), budget, day } = asked('zone', 'budget', 'day');
  const usage = useResource(
    `usage ${zone} ${dayIn(zone, Date.now())}`,
    (signal) => readDays(zone, signal),
    ({ type }) => type === 'turn.ended',
  );
  return (
    <Page title="Usage">
      <Shown of={usage}>
        {(shares) =>
          shares.length === 0 ? (
            <Empty>
              Nothing was spent in the last {daysShown} days, or no budget counts it. Set one under budgets in
              carrier.config.json, or under budget in an agent’s definition.
            </Empty>
          ) : (
            <Spent shares={shares} zone={zone} budget={budget} day={day} />
          )
        }
      </Shown>
      <p class="hint">Days begin at midnight in {zone}.</p>
    </Page>
  );
}

function Spent({
  shares,
  zone,
  budget: named,
  day: asked,
}: {
  shares: Share[];
  zone: string;
  budget: string | undefined;
  day: string | undefined;
}) {
  const budgets = [...new Set(shares.map(({ budget }) => budget))].sort();
  const budget = named !== undefined && budgets.includes(named) ? named : budgets[0]!;
  const of = shares.filter((share) => share.budget === budget);
  const days = lastDays(daysShown, zone, Date.now()).map((day) =>
    sumOf(
      day,
      of.filter((share) => share.day === day),
    ),
  );
  const day = asked ?? days.findLast(({ calls }) => calls > 0)?.day ?? days.at(-1)!.day;
  return (
    <>
      <Filters
        questions={[
          {
            name: 'budget',
            label: 'Budget',
            kind: 'choice',
            options: budgets,
            required: true,
            initial: budget,
          },
          {
            name: 'day',
            label: 'Day of the shares',
            kind: 'choice',
            options: days.map(({ day }) => day),
            required: true,
            initial: day,
          },
          { name: 'zone', label: 'Time zone', required: true, initial: zone },
        ]}
      />
      <Section title="By day">
        <div class="beside">
          <div>
            <Bars
              title="US dollars"
              bars={days.map(({ day, usd }) => ({ label: day, value: usd }))}
              say={usdText}
            />
            <Bars
              title="Tokens"
              bars={days.map(({ day, tokens }) => ({ label: day, value: tokens }))}
              say={countText}
            />
          </div>
          <Table
            caption={`What ${budget} has spent by day`}
            rows={days.filter(({ calls }) => calls > 0).reverse()}
            keyOf={({ day }) => day}
            columns={[
              { head: 'Day', cell: ({ day }) => day },
              { head: 'US dollars', cell: ({ usd }) => usdText(usd) },
              {
                head: 'Tokens',
                cell: ({ tokens, estimated }) =>
                  `${countText(tokens)}${estimated > 0 ? ` (${countText(estimated)} estimated)` : ''}`,
              },
              { head: 'Calls', cell: ({ calls }) => countText(calls) },
            ]}
          />
        </div>
      </Section>
      <Section title={`Whose share, on ${day}`}>
        <Shares shares={of.filter((share) => share.day === day)} />
      </Section>
    </>
  );
}

function Shares({ shares }: { shares: Share[] }) {
  if (shares.length === 0) return <Empty>Nothing was spent on this day. Choose another.</Empty>;
  return (
    <Table
      caption="Shares of the budget"
      rows={[...shares].sort((a, b) => b.usd - a.usd || b.tokens - a.tokens)}
      keyOf={shareText}
      columns={[
        { head: 'Share of', cell: shareText },
        {
          head: 'US dollars',
          cell: ({ usd, mostUsd }) => <Used value={usd} most={mostUsd} say={usdText} what="US dollars" />,
        },
        {
          head: 'Tokens',
          cell: ({ tokens, mostTokens }) => (
            <Used value={tokens} most={mostTokens} say={countText} what="tokens" />
          ),
        },
        { head: 'Under way', cell: ({ reservedTokens }) => countText(reservedTokens) },
        { head: 'Calls', cell: ({ calls }) => countText(calls) },
      ]}
    />
  );
}

function Used({
  value,
  most,
  say,
  what,
}: {
  value: number;
  most: number | null;
  say: (value: number) => string;
  what: string;
}) {
  if (most === null) return <>{say(value)}</>;
  const text = `${say(value)} of ${say(most)}`;
  return (
    <>
      {text}
      <Meter label={`${what}: ${text}`} value={value} most={most} />
    </>
  );
}

/** Of all shares that the hub has of these days, whatever page they are on. */
async function readDays(timeZone: string, signal: AbortSignal): Promise<Share[]> {
  const all: Share[] = [];
  for (const day of lastDays(daysShown, timeZone, Date.now())) {
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { usage: Share[]; nextCursor: string | null } = await get(
        'usage',
        { day, timeZone, limit: 200, cursor },
        signal,
      );
      all.push(...page.usage);
      cursor = page.nextCursor;
    }
  }
  return all;
}

function sumOf(day: string, shares: Share[]) {
  const sum = (of: (share: Share) => number) => shares.reduce((all, share) => all + of(share), 0);
  return {
    day,
    usd: sum(({ usd }) => usd),
    tokens: sum(({ tokens }) => tokens),
    calls: sum(({ calls }) => calls),
    estimated: sum(({ estimatedTokens }) => estimatedTokens),
  };
}

const usdText = (usd: number) =>
  `$${usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: usd < 1 ? 4 : 2 })}`;
const countText = (count: number) => Math.round(count).toLocaleString();

function shareText({ userId, connector, tenant = 'default', ...level }: Share): string {
  if (userId !== undefined && connector !== undefined) return accountText({ connector, tenant, userId });
  return levelText({ ...level, ...(connector !== undefined && { connector, tenant }) });
}
