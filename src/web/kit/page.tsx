/** The frame of one page. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** One page: its heading, what can be done there, and what it shows. */
export function Page({
  title,
  actions,
  children,
}: {
  children?: ComponentChildren;
  title: string;
  actions?: ComponentChildren;
}) {
  return (
    <article class="page">
      <header class="page-head">
        <h1>{title}</h1>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </article>
  );
}

export function Section({ title, children }: { children?: ComponentChildren; title: string }) {
  const id = useId();
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}
