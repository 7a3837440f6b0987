/** A secret that is shown this once. */
import { useId, useRef, useState } from 'preact/hooks';
import { Button } from './button.js';

export function ShownOnce({ label, value }: { label: string; value: string }) {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const [copied, setCopied] = useState<boolean>();
  const copy = async () => setCopied(await copyFrom(input.current!));
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="once">
        <input id={id} ref={input} readOnly value={value} onFocus={() => input.current?.select()} />
        <Button onClick={copy}>Copy</Button>
      </div>
      <p class="hint" role="status">
        {copied === undefined ? '' : copied ? 'Copied.' : 'Could not copy: select it and copy it by hand.'}
      </p>
    </div>
  );
}

/** Pages that come by plain http from elsewhere than this machine have no clipboard: there the selection is copied. */
async function copyFrom(input: HTMLInputElement): Promise<boolean> {
  input.select();
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(input.value);
      return true;
    }
    return document.execCommand('copy');
  } catch {
    return false;
  }
}
