/** Freezes a JSON value through and through, and gives it back. Whoever tries to change it gets a TypeError. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const name in value) {
      const part = value[name];
      if (typeof part === 'object' && part !== null) frozen(part);
    }
    Object.freeze(value);
  }
  return value;
}

/** What `value` would be after a round through JSON, frozen; several times faster than that round. */
export function frozenCopy<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map((item) => copy(item) ?? null));
  if ('toJSON' in value) return frozen(JSON.parse(JSON.stringify(value)));
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const part = (value as Record<string, unknown>)[name];
    if (part === undefined) continue;
    // Assigned, this one would not become a property: whoever sends it would choose what others are.
    if (name === '__proto__') Object.defineProperty(result, name, { value: copy(part), enumerable: true });
    else result[name] = copy(part);
  }
  return Object.freeze(result);
}
