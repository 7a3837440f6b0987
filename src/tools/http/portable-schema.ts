/** Schemas of an OpenAPI document, with all that they refer to, as they are understood without it. */
type Json = Record<string, unknown>;

/** Of one tool; more is no schema that a model reads. */
const mostNodes = 20_000;
const deepest = 60;
/** Below these stand schemas by any name, or plain data. */
const named = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
const data = [
  'enum',
  'const',
  'default',
  'example',
  'examples',
  'required',
  'discriminator',
  'xml',
  'externalDocs',
];
/** Of no use to whoever calls. */
const left = [
  'example',
  'examples',
  'xml',
  'externalDocs',
  'discriminator',
  'nullable',
  '$id',
  '$schema',
  '$anchor',
];

export class PortableSchema {
  readonly #resolve: (ref: string) => unknown;
  readonly #isOld: boolean;
  readonly #names = new Map<string, string>();
  readonly #defs: Json = {};
  /** What is referred to, and not looked at yet. */
  readonly #waiting: { name: string; schema: unknown }[] = [];
  #nodes = 0;

  /** @param resolve what a reference leads to; throws what the document does not have */
  constructor({ openapi }: Json, resolve: (ref: string) => unknown) {
    this.#resolve = resolve;
    this.#isOld = String(openapi).startsWith('3.0');
  }

  /** What the schemas so far refer to. */
  get defs(): Json | null {
    return this.#names.size > 0 ? this.#defs : null;
  }

  /** @throws Error for what is too large, or refers to what is not there */
  of(schema: unknown, description?: unknown): unknown {
    const portable = this.#schema(schema, 0);
    for (let next = this.#waiting.pop(); next; next = this.#waiting.pop())
      this.#defs[next.name] = this.#schema(next.schema, 0);
    if (typeof description !== 'string' || typeof portable !== 'object' || portable === null) return portable;
    return { description: description.slice(0, 1000), ...portable };
  }

  #schema(schema: unknown, depth: number): unknown {
    if (typeof schema !== 'object' || schema === null) return schema;
    if (++this.#nodes > mostNodes || depth > deepest) throw new Error('its schemas are too large');
    if (Array.isArray(schema)) return schema.map((one) => this.#schema(one, depth + 1));
    const portable: Json = {};
    for (const [key, value] of Object.entries(schema)) {
      if (left.includes(key) || key.startsWith('x-')) continue;
      if (key === '$ref') portable.$ref = this.#reference(String(value));
      else if (data.includes(key)) portable[key] = value;
      else if (named.includes(key)) portable[key] = this.#byName(value, depth);
      else portable[key] = this.#schema(value, depth + 1);
    }
    return this.#isOld ? renewed(portable, schema as Json) : portable;
  }

  #byName(schemas: unknown, depth: number): unknown {
    if (typeof schemas !== 'object' || schemas === null) return schemas;
    return Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [name, this.#schema(schema, depth + 1)]),
    );
  }

  #reference(ref: string): string {
    const known = this.#names.get(ref);
    if (known) return known;
    const schema = this.#resolve(ref);
    const own = decodeURIComponent(ref.split('/').at(-1) ?? '').replace(/[^A-Za-z0-9]/g, '_') || 'schema';
    const name = Object.hasOwn(this.#defs, own) ? `${own}_${this.#names.size}` : own;
    this.#names.set(ref, `#/$defs/${name}`);
    this.#defs[name] = {};
    this.#waiting.push({ name, schema });
    return `#/$defs/${name}`;
  }
}

/** What 3.0 writes otherwise than JSON Schema does today. */
function renewed(schema: Json, { nullable }: Json): Json {
  const { exclusiveMinimum, exclusiveMaximum, ...rest } = schema;
  const changed: Json = { ...rest };
  for (const [bound, exclusive, limit] of [
    ['minimum', 'exclusiveMinimum', exclusiveMinimum],
    ['maximum', 'exclusiveMaximum', exclusiveMaximum],
  ] as const) {
    if (limit === true) {
      changed[exclusive] = changed[bound];
      delete changed[bound];
    } else if (limit !== undefined && limit !== false) changed[exclusive] = limit;
  }
  if (nullable !== true) return changed;
  if (typeof changed.type !== 'string') return { anyOf: [changed, { type: 'null' }] };
  const { enum: values } = changed;
  return {
    ...changed,
    type: [changed.type, 'null'],
    ...(Array.isArray(values) && { enum: values.includes(null) ? values : [...values, null] }),
  };
}
