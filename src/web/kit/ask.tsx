/** Forms made from a list of what is asked, with the hub's complaints at the field that they are about. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { ApiError } from '../api.js';
import { Button, type ButtonProps } from './button.js';
import { Dialog } from './dialog.js';
import { Failure } from './failure.js';
import { Field } from './form.js';

export interface Question {
  /** As the operation calls it: its complaints name it. */
  name: string;
  label: string;
  hint?: ComponentChildren;
  /** `choice` takes `options`; `check` says `true` or nothing; absent: one line. */
  kind?: 'line' | 'lines' | 'code' | 'choice' | 'check' | 'secret' | 'number' | 'date';
  options?: readonly (string | readonly [value: string, label: string])[];
  required?: boolean;
  initial?: string;
}

/** What was said, by the names of the questions; what was left empty is not in it. */
export type Said = Record<string, string>;

interface Asks {
  questions: readonly Question[];
  /** Of the button that sends it. */
  label: string;
  act: (said: Said) => unknown;
  kind?: ButtonProps['kind'];
  /** Without saying at each question that it may be left out. */
  terse?: boolean;
}

export function Ask({
  questions,
  label,
  act,
  kind = 'primary',
  terse = false,
  cancel,
}: Asks & { cancel?: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const [failed, setFailed] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const wrong = failed instanceof ApiError ? failed : undefined;
  const about = questions.find(({ name }) => name === wrong?.field?.split(/[.[]/)[0])?.name;
  const send = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailed(undefined);
    try {
      await act(saidIn(form.current!));
    } catch (error) {
      setFailed(error);
      const field = error instanceof ApiError ? error.field?.split(/[.[]/)[0] : undefined;
      if (field) form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(field)}"]`)?.focus();
    } finally {
      setBusy(false);
    }
  };
  return (
    <form ref={form} class="ask" onSubmit={send}>
      {questions.map((question) => (
        <Answer
          key={question.name}
          question={question}
          terse={terse}
          {...(question.name === about && { error: wrong!.message })}
        />
      ))}
      {failed !== undefined && about === undefined && <Failure error={failed} />}
      <div class="actions">
        {cancel && <Button onClick={cancel}>Cancel</Button>}
        <Button type="submit" kind={kind} disabled={busy} aria-busy={busy || undefined}>
          {label}
        </Button>
      </div>
    </form>
  );
}

/** A button that opens a form; the form closes once it was taken. */
export function AskButton({ title, ...asks }: Asks & { title?: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind={asks.kind ?? 'plain'} onClick={() => setOpen(true)}>
        {asks.label}
      </Button>
      <Dialog title={title ?? asks.label} open={open} onClose={() => setOpen(false)}>
        <Ask
          {...asks}
          kind={asks.kind === 'danger' ? 'danger' : 'primary'}
          cancel={() => setOpen(false)}
          act={async (said) => {
            await asks.act(said);
            setOpen(false);
          }}
        />
      </Dialog>
    </>
  );
}

function Answer({ question, terse, error }: { question: Question; terse: boolean; error?: string }) {
  const { name, label, hint, kind = 'line', options = [], required = false, initial = '' } = question;
  return (
    <Field
      label={required || terse || kind === 'check' ? label : `${label} (optional)`}
      hint={hint}
      error={error}
    >
      {(props) => {
        const common = { ...props, name, required };
        if (kind === 'lines' || kind === 'code')
          return (
            <textarea {...common} rows={4} class={kind} spellcheck={kind === 'lines'}>
              {initial}
            </textarea>
          );
        if (kind === 'choice')
          return (
            <select {...common}>
              {!required && <option value="">–</option>}
              {options.map((option) => {
                const [value, text] = typeof option === 'string' ? [option, option] : option;
                return (
                  <option key={value} value={value} selected={value === initial}>
                    {text}
                  </option>
                );
              })}
            </select>
          );
        if (kind === 'check')
          return <input {...common} type="checkbox" value="true" defaultChecked={initial === 'true'} />;
        const type = { line: 'text', secret: 'password', number: 'number', date: 'date' }[kind];
        // Its type knows one kind of input at a time.
        return (
          <input {...common} type={type as 'text'} defaultValue={initial} autocomplete="off" step="any" />
        );
      }}
    </Field>
  );
}

function saidIn(form: HTMLFormElement): Said {
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value)] as const);
  // A secret may end with a space, and so may code.
  const raw = new Set(
    [...form.querySelectorAll<HTMLInputElement>('[type=password], textarea.code')].map(({ name }) => name),
  );
  return Object.fromEntries(
    entries
      .map(([name, value]) => [name, raw.has(name) ? value : value.trim()] as const)
      .filter(([, value]) => value !== ''),
  );
}

/** `a, b` and lines as a list; nothing where nothing was said. */
export function wordsOf(text: string | undefined): string[] | undefined {
  const words = text
    ?.split(/[\s,]+/)
    .map((word) => word.trim())
    .filter(Boolean);
  return words?.length ? words : undefined;
}
