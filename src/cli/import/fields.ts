/** Values of somebody else's files, of which nothing is known before it was looked at. */
export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is there under a name, where that is an object. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

export function listIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
