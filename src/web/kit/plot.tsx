/** Bars by day, small enough to be looked at; the numbers stand in a table beside them. */

export interface Bar {
  label: string;
  value: number;
}

const height = 120;
const step = 24;

/**
 * @param say a value as people read it.
 * @param sum whether the values of several days make one.
 */
export function Bars({
  title,
  bars,
  say,
  sum = true,
}: {
  title: string;
  bars: Bar[];
  say: (value: number) => string;
  sum?: boolean;
}) {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  const width = Math.max(bars.length * step, step);
  return (
    <figure class="plot">
      <figcaption>
        {title}
        <span class="faint"> · most: {say(most)}</span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={summaryOf(title, bars, say, sum)}>
        <line class="axis" x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} />
        {bars.map(({ label, value }, index) => {
          const tall = most === 0 ? 0 : (value / most) * (height - 8);
          return (
            <rect
              key={label}
              class="bar-of"
              x={index * step + 3}
              y={height - tall}
              width={step - 6}
              height={tall}
              rx="2"
            >
              <title>{`${label}: ${say(value)}`}</title>
            </rect>
          );
        })}
      </svg>
      <div class="plot-ends" aria-hidden="true">
        <span>{bars[0]?.label}</span>
        <span>{bars.at(-1)?.label}</span>
      </div>
    </figure>
  );
}

function summaryOf(title: string, bars: Bar[], say: (value: number) => string, sum: boolean): string {
  const all = bars.reduce((sum, { value }) => sum + value, 0);
  const said = sum ? `${say(all)} in all` : `${say(all / Math.max(1, bars.length))} on average`;
  return `${title}: ${said}, ${bars.length} days. The table has each.`;
}

/** How much of something is used up. */
export function Meter({ label, value, most }: { label: string; value: number; most: number }) {
  const part = most > 0 ? Math.min(1, value / most) : 1;
  return (
    <svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={label}>
      <rect class="meter-all" width="100" height="8" rx="2" />
      <rect class={part >= 0.9 ? 'meter-part bad' : 'meter-part'} width={100 * part} height="8" rx="2" />
    </svg>
  );
}
