/** Buttons that do one thing at a time, and say what went wrong. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Failure } from './failure.js';

export type ButtonProps = Omit<JSX.IntrinsicElements['button'], 'onClick'> & {
  kind?: 'primary' | 'danger' | 'plain';
  /** While its promise is open the button is off, so that a double click does nothing twice. */
  onClick?: (event: MouseEvent) => unknown;
};

/** What `onClick` throws is shown beside the button. */
export function Button({ kind = 'plain', onClick, children, disabled, ...rest }: ButtonProps) {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>();
  const there = useMounted();
  const press = async (event: MouseEvent) => {
    if (busy) return;
    setFailed(undefined);
    setBusy(true);
    try {
      await onClick?.(event);
    } catch (error) {
      if (there.current) setFailed(error);
    } finally {
      if (there.current) setBusy(false);
    }
  };
  return (
    <>
      <button
        type="button"
        {...rest}
        class={`button ${kind}`}
        disabled={disabled}
        aria-busy={busy || undefined}
        {...(onClick && { onClick: press })}
      >
        {children}
      </button>
      {failed !== undefined && <Failure error={failed} />}
    </>
  );
}

export function useMounted() {
  const there = useRef(true);
  useEffect(() => {
    there.current = true;
    return () => {
      there.current = false;
    };
  }, []);
  return there;
}
