/** Reads an extension's settings from wherever people set them, and names what is wrong by where it was set. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { RetryableError } from '../errors.js';
import { type Given, secretReference } from '../given.js';
import { problemsOf } from '../problems.js';
import { hideValue } from '../redaction.js';
import type { ExtensionBase } from './extension.js';

export interface Secrets {
  /**
   * The value a reference stands for.
   * @throws FatalError `config_invalid`, saying what is not there and how to set it.
   */
  resolve(reference: string): Promise<string>;
}

export interface SettingProblem {
  /** What a person calls the setting. */
  field: string;
  message: string;
}

export interface Reading {
  settings: Record<string, unknown>;
  nameOf(field: string): string;
  /** References that the secrets came from. */
  references: string[];
  /** Equal for equal values; tells no value. */
  fingerprint: string;
}

/** One value, where it was set, and whether it is text that stands for something else than text. */
export interface Value {
  value: unknown;
  name: string;
  text: boolean;
  /** Why it cannot be had, though it is set. */
  fault?: string;
}

/** `botToken` of `slate` is `SLATE_BOT_TOKEN`. */
export function settingName(extension: string, field: string): string {
  return `${extension}_${field.replace(/[A-Z]/g, '_$&')}`.replace(/-/g, '_').toUpperCase();
}

export function fieldsOf({ settings }: ExtensionBase): string[] {
  return Object.keys(settings?.shape ?? {});
}

export function secretsOf({ settings }: ExtensionBase): string[] {
  return Object.entries(settings?.shape ?? {}).flatMap(([field, schema]) =>
    isSecret(schema) ? [field] : [],
  );
}

/** Asks the schema itself: another copy of zod keeps its marks elsewhere. */
function isSecret(schema: unknown): boolean {
  for (let at = schema as Partial<z.ZodOptional> | undefined, depth = 0; at && depth < 9; depth++) {
    if ((at.meta?.() as { secret?: unknown } | undefined)?.secret === true) return true;
    at = (at._zod?.def as { innerType?: z.ZodOptional } | undefined)?.innerType;
  }
  return false;
}

/** Where the secrets among the values are. */
export function referencesIn(values: ReadonlyMap<string, Value>): string[] {
  return [...values.values()]
    .map(({ value }) => String(value).trim())
    .filter((text) => secretReference.test(text));
}

/** The hub's own values of an extension's settings: the environment's, else those of `carrier.config.json`. */
export function hubValues(extension: ExtensionBase, given: Given): Map<string, Value> {
  const values = new Map<string, Value>();
  const file = given.ofExtension(extension.name);
  for (const field of fieldsOf(extension)) {
    const name = settingName(extension.name, field);
    let text: string | undefined;
    try {
      text = given.text(name);
    } catch (error) {
      values.set(field, { value: undefined, name, text: true, fault: (error as Error).message });
      continue;
    }
    if (text !== undefined) values.set(field, { value: text, name, text: true });
    else if (file[field] !== undefined)
      values.set(field, { value: file[field], name: `settings.${extension.name}.${field}`, text: false });
  }
  return values;
}

/** @param usualName what a setting without a value would be called. */
export async function readSettings(
  extension: ExtensionBase,
  values: ReadonlyMap<string, Value>,
  secrets: Secrets,
  usualName: (field: string) => string = (field) => settingName(extension.name, field),
): Promise<Reading | { problems: SettingProblem[] }> {
  const { settings: schema } = extension;
  const nameOf = (field: string) => values.get(field)?.name ?? usualName(field);
  const problems: SettingProblem[] = [];
  const references: string[] = [];
  const raw: Record<string, unknown> = {};
  const hidden = new Set(secretsOf(extension));
  for (const [field, { value, text, name, fault }] of values) {
    try {
      if (fault) throw new Error(fault);
      if (hidden.has(field)) raw[field] = await secretOf(value, text, secrets, references);
      else if (text) raw[field] = fromText(schema?.shape[field] as z.ZodType, String(value));
      else
        raw[field] = await withSecrets(schema?.shape[field], value, name, async (inner, innerName) => {
          try {
            return await secretOf(inner, false, secrets, references);
          } catch (error) {
            if (error instanceof RetryableError) throw error;
            problems.push({ field: innerName, message: (error as Error).message });
            return undefined;
          }
        });
    } catch (error) {
      // The store is away: the setting itself may be right.
      if (error instanceof RetryableError) throw error;
      problems.push({ field: name, message: (error as Error).message });
    }
  }
  const parsed = schema?.safeParse(raw);
  // A value that could not be had is told already.
  const told = new Set(problems.map(({ field }) => field));
  for (const { field: path, message } of schema && parsed?.error ? problemsOf(parsed.error, schema) : []) {
    const [top = ''] = path.split(/[.[]/);
    // Values of a file have names within them; what the environment says is one value.
    const within = values.get(top)?.text === false ? path.slice(top.length) : '';
    const field = path ? nameOf(top) + within : extension.name;
    if (!told.has(field)) problems.push({ field, message });
  }
  if (problems.length > 0) return { problems };
  const settings = (parsed?.data ?? {}) as Record<string, unknown>;
  const fingerprint = createHash('sha256').update(JSON.stringify(settings)).digest('hex');
  return { settings, nameOf, references, fingerprint };
}

/** The value with the secrets in it, however deep they are: `settings.pager.lines[0].token`. */
async function withSecrets(
  schema: unknown,
  value: unknown,
  name: string,
  secretAt: (value: unknown, name: string) => Promise<unknown>,
): Promise<unknown> {
  if (typeof value !== 'object' || value === null)
    return value !== undefined && isSecret(schema) ? secretAt(value, name) : value;
  const { element, shape, valueType } = withoutWrappers(schema);
  if (Array.isArray(value))
    return Promise.all(value.map((item, at) => withSecrets(element, item, `${name}[${at}]`, secretAt)));
  const entries = Object.entries(value).map(async ([key, item]) => {
    const inner = shape && Object.hasOwn(shape, key) ? shape[key] : valueType;
    return [key, await withSecrets(inner, item, `${name}.${key}`, secretAt)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** What zod says of a list, an object or a record. */
interface Inside {
  element?: unknown;
  shape?: Record<string, unknown>;
  valueType?: unknown;
}

function withoutWrappers(schema: unknown): Inside {
  let def = (schema as z.ZodType | undefined)?._zod?.def as (Inside & { innerType?: z.ZodType }) | undefined;
  while (def?.innerType) def = def.innerType._zod.def as typeof def;
  return def ?? {};
}

async function secretOf(
  value: unknown,
  text: boolean,
  secrets: Secrets,
  references: string[],
): Promise<string> {
  const said = String(value).trim();
  if (!secretReference.test(said)) {
    if (!text)
      throw new Error('must be env:NAME, file:PATH or secret:NAME; a secret itself does not stand here');
    hideValue(said);
    return said;
  }
  references.push(said);
  const resolved = await secrets.resolve(said);
  hideValue(resolved);
  return resolved;
}

/** The environment has text alone; what the schema takes decides what it stands for. */
function fromText(schema: z.ZodType, text: string): unknown {
  const plain = text.trim();
  const forms: unknown[] = [plain];
  if (/^-?\d+(\.\d+)?$/.test(plain)) forms.push(Number(plain));
  if (/^(true|yes|1)$/i.test(plain)) forms.push(true);
  if (/^(false|no|0)$/i.test(plain)) forms.push(false);
  forms.push(
    plain
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );
  // Of the right kind and out of range is told as such, not as being of the wrong kind.
  const isOfItsKind = (form: unknown) =>
    schema
      .safeParse(form)
      .error?.issues.every(({ code }) => code !== 'invalid_type' && code !== 'invalid_union');
  return forms.find((form) => schema.safeParse(form).success) ?? forms.find(isOfItsKind) ?? plain;
}
