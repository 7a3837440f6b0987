/** Copying, also on pages without https, where browsers have no clipboard to offer. */
import { useEffect, useState } from 'preact/hooks';

/** @returns false: the browser lets nobody copy here. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused: the old way asks nobody.
  }
  return copySelected(text);
}

/** A selection that people had is theirs again afterwards, and so is the focus. */
function copySelected(text: string): boolean {
  const focused = document.activeElement as HTMLElement | null;
  const area = document.createElement('textarea');
  area.className = 'unseen';
  area.value = text;
  area.readOnly = true;
  document.body.append(area);
  area.select();
  let copied = false;
  try {
    copied = document.execCommand('copy');
  } catch {
    copied = false;
  }
  area.remove();
  focused?.focus({ preventScroll: true });
  return copied;
}

/** @param what names it for people who do not see what stands beside it. */
export function CopyButton({ what, text }: { what: string; text: () => string }) {
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (said === undefined) return;
    const timer = setTimeout(() => setSaid(undefined), 4000);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    const copied = await copyText(text());
    setSaid(copied ? 'Copied' : 'Not copied: select the text and copy it. Browsers need https for more.');
  };
  return (
    <>
      <button type="button" class="small" aria-label={`Copy ${what}`} onClick={copy}>
        Copy
      </button>
      <span class="said" role="status">
        {said}
      </span>
    </>
  );
}
