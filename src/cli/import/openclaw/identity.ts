/** IDENTITY.md, as the wizard of OpenClaw makes it and people fill it in. */
import { beginningOf } from '../discreet.js';

export type Identity = Partial<Record<'name' | 'creature' | 'vibe' | 'emoji' | 'avatar', string>>;

export const identityFields = ['name', 'creature', 'vibe', 'emoji', 'avatar'] as const;
/** `- **Name:** Clawd`, with the colon inside or outside of the bold, and the bold left out. */
const line = /^\s*(?:[-*+]\s+)?(?:\*\*|__)?(name|creature|vibe|emoji|avatar)\s*:?(?:\*\*|__)?\s*:?\s*(.*)$/i;
const longest = 2000;

/** Only what somebody has filled in; the value stands behind the name, or on the line below. */
export function identityOf(text: string): Identity {
  const found: Identity = {};
  const lines = text.split('\n');
  for (const [at, one] of lines.entries()) {
    const [, name, behind = ''] = /:/.test(one) ? (line.exec(one) ?? []) : [];
    if (name === undefined) continue;
    const key = name.toLowerCase() as keyof Identity;
    const below = lines.slice(at + 1).find((other) => other.trim() !== '') ?? '';
    const value = behind.trim() !== '' ? behind : isField(below) || /^\s*(?:#|---)/.test(below) ? '' : below;
    const filled = filledOf(value);
    if (filled !== undefined) found[key] ??= filled;
  }
  return found;
}

function isField(text: string): boolean {
  return /:/.test(text) && (line.exec(text)?.[1]?.length ?? 0) > 0;
}

/** A hint in italics and parentheses stands where nobody has said anything yet: `_(pick one)_`. */
function filledOf(value: string): string | undefined {
  const plain = value.trim().replace(/^[-*+]\s+/, '');
  if (/^[_*]{0,3}\s*\(.*\)?\s*[_*]{0,3}$/.test(plain) || /^[_*]+$/.test(plain)) return undefined;
  const bare = plain.replace(/^([*_]{1,3}|`)(.*)\1$/, '$2').trim();
  return bare === '' ? undefined : beginningOf(bare, longest);
}

/** Headings, rulers, hints, and names of fields without a value. */
const empty = /^\s*(?:#.*|---+|[_*]{1,3}\(.*\)[_*]{1,3})?\s*$/;
const unfilled = /^\s*[-*+]\s+(?:\*\*|__)?[^:*_]{1,60}:(?:\*\*|__)?\s*(?:[_*]{1,3}\(.*\)[_*]{1,3})?\s*$/;

/** Whether a template was filled in at all. */
export function hasWords(text: string): boolean {
  const lines = text.replace(/<!--[\s\S]*?-->/g, '').split('\n');
  return lines.some((one) => !empty.test(one) && !unfilled.test(one));
}
