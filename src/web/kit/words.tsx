/** Small things in a line of text, and values as they are. */
import type { ComponentChildren } from 'preact';

export function Badge({
  kind = 'plain',
  children,
}: {
  children?: ComponentChildren;
  kind?: 'good' | 'bad' | 'warn' | 'plain';
}) {
  return <span class={`badge ${kind}`}>{children}</span>;
}

/** A moment, in the viewer's zone and language. */
export function Time({ at }: { at: string | number | null | undefined }) {
  if (at === null || at === undefined) return <>–</>;
  const date = new Date(at);
  const sameDay = date.toDateString() === new Date().toDateString();
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {sameDay
        ? date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
        : date.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}
    </time>
  );
}

/** Any value as the hub has it. */
export function Json({ value }: { value: unknown }) {
  return <pre class="json">{JSON.stringify(value, null, 2)}</pre>;
}

/** Names and their values, one under the other. */
export function Facts({ of }: { of: [name: string, value: ComponentChildren][] }) {
  return (
    <dl class="facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
