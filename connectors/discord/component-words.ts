/** https://discord.com/developers/docs/components/reference */

/** What of a component can carry words; kinds that are not known yet are looked into all the same. */
export interface LooseComponent {
  type?: number;
  /** Of a text display. */
  content?: unknown;
  /** Of buttons, and of fields of a form. */
  label?: unknown;
  url?: unknown;
  /** Of a select menu. */
  placeholder?: unknown;
  options?: { label?: unknown }[];
  /** Of pictures. */
  description?: unknown;
  items?: { description?: unknown }[];
  accessory?: LooseComponent;
  component?: LooseComponent;
  components?: LooseComponent[];
}

const button = 2;

/** Deeper nesting than Discord allows shows nothing. */
const maxDepth = 8;

/** One text for each component that stands by itself. */
export function componentWords(components: LooseComponent[]): string[] {
  return components.map((component) => linesOf(component, 0).join('\n')).filter((text) => text.trim() !== '');
}

function linesOf(component: LooseComponent, depth: number): string[] {
  if (depth > maxDepth || typeof component !== 'object' || component === null) return [];
  const { type, content, label, url, placeholder, description, options, items } = component;
  const inside = [...listOf(component.components), ...listOf([component.component, component.accessory])];
  return [
    ...wordsIn(content),
    ...(type === button ? buttonWords(label, url) : wordsIn(label)),
    ...wordsIn(placeholder),
    ...wordsIn(description),
    ...listOf(options).flatMap((option) => wordsIn(option.label).map((text) => `- ${text}`)),
    ...listOf(items).flatMap((item) => wordsIn(item.description)),
    ...inside.flatMap((one) => linesOf(one, depth + 1)),
  ];
}

function buttonWords(label: unknown, url: unknown): string[] {
  const [words] = wordsIn(label);
  if (!words) return [];
  return [typeof url === 'string' ? `[button: ${words}, ${url}]` : `[button: ${words}]`];
}

function wordsIn(value: unknown): string[] {
  return typeof value === 'string' && value.trim() !== '' ? [value] : [];
}

function listOf<T>(values: (T | undefined)[] | undefined): T[] {
  return (Array.isArray(values) ? values : []).filter(
    (value) => value !== undefined && value !== null,
  ) as T[];
}
