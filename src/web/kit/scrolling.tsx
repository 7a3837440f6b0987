/** What is scrolled by itself: by keyboard, too, so it takes the focus. */
import type { ComponentChildren } from 'preact';

const focusable = { tabIndex: 0 };

export function ScrollingText({ children }: { children?: ComponentChildren }) {
  return <pre {...focusable}>{children}</pre>;
}

export function ScrollingPart({
  name,
  label,
  children,
}: {
  name: string;
  label: string;
  children?: ComponentChildren;
}) {
  return (
    <section class={name} aria-label={label} {...focusable}>
      {children}
    </section>
  );
}
