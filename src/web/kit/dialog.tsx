/** Dialogs are the browser's own. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Button, type ButtonProps } from './button.js';

/** The browser's own dialog: it keeps the focus inside and closes with Escape. */
export function Dialog({
  title,
  open,
  onClose,
  children,
}: {
  children?: ComponentChildren;
  title: string;
  open: boolean;
  onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {open && children}
    </dialog>
  );
}

/** Asks before something that cannot be taken back. */
export function Confirm({
  label,
  question,
  act,
  kind = 'danger',
}: {
  label: string;
  question: ComponentChildren;
  act: () => unknown;
  kind?: ButtonProps['kind'];
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind={kind} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog title={label} open={open} onClose={() => setOpen(false)}>
        <div class="question">{question}</div>
        <div class="actions">
          <Button onClick={() => setOpen(false)}>Cancel</Button>
          <Button
            kind={kind}
            onClick={async () => {
              await act();
              setOpen(false);
            }}
          >
            {label}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
