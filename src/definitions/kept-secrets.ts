/**
 * Secrets of definitions. Values that come with one are kept in the vault, each under a name of its own that is never used
 * again, so that a change that is refused leaves the earlier secret as it was; the definition has the reference, and
 * whoever reads it sees a mask.
 */
import { createHash } from 'node:crypto';
import { newId } from '../core/ids.js';
import { FatalError } from '../errors.js';
import { redact } from '../redaction.js';
import type { Definition } from './definition.js';
import { isFields } from './merge-patch.js';

/** What is shown of a secret that is kept; sent back, it keeps it. No secret can be this. */
const mask = '***';

const reference = /^\s*(env|file|secret):/i;
const ofVault = /^\s*secret:[\w.-]{1,64}\s*$/;
/** What names an agent in the names of its secrets. */
const longestId = 40;

/** Where a secret stands: `connectors.NAME.KEY`. */
interface Place {
  field: string;
  connector: string;
  key: string;
  value: string;
}

/** Which settings of a connector are secrets, besides `token`; none of a connector that there is not. */
export type SecretSettings = (connector: string) => readonly string[];

/** Its definition with references alone, and the values that are to be kept for it, by their names. */
export interface Sealed {
  definition: Definition;
  values: Map<string, { value: string; field: string }>;
}

/**
 * @param before what counts now: masks keep what stands there
 * @throws FatalError `secret_missing` for a mask where nothing is kept
 */
export function sealed(
  agentId: string,
  definition: Definition,
  before: Definition,
  secretsOf: SecretSettings,
): Sealed {
  const values: Sealed['values'] = new Map();
  const kept = new Map(placesIn(before, secretsOf).map(({ field, value }) => [field, value]));
  const replaced = withPlaces(definition, secretsOf, ({ field, value }) => {
    if (value.trim() === mask) {
      const old = kept.get(field);
      if (old !== undefined && isOwn(agentId, old)) return old;
      throw new FatalError(
        'secret_missing',
        `${field}: ${mask} keeps a secret, and none is kept there; send the secret, or a reference to one.`,
        { field },
      );
    }
    // What was meant as a reference is told to be a wrong one.
    if (value.trim() === '' || reference.test(value)) return value;
    const name = newName(agentId);
    values.set(name, { value, field });
    return `secret:${name}`;
  });
  return { definition: replaced, values };
}

/** As it is shown. */
export function masked(agentId: string, definition: Definition): Definition {
  return withReferences(definition, (value) => (isOwn(agentId, value) ? mask : value));
}

/** Names of the vault that only this agent's definition has. */
export function ownSecrets(agentId: string, definition: Definition): string[] {
  const found: string[] = [];
  withReferences(definition, (value) => {
    if (isOwn(agentId, value)) found.push(value.slice('secret:'.length));
    return value;
  });
  return found;
}

/** References to secrets that others than this agent may have, by where they stand. */
export function othersSecrets(
  agentId: string,
  definition: Definition,
): { field: string; reference: string }[] {
  return textsIn(definition)
    .filter(({ text }) => ofVault.test(text) && !isOwn(agentId, text))
    .map(({ field, text }) => ({ field, reference: text }));
}

/** A text that has a secret in it, where none is kept safe; null: there is none. */
export function exposed(definition: Definition): string | null {
  return textsIn(definition).find(({ text }) => redact(text) !== text)?.field ?? null;
}

/** An older version, with the secrets that count now. @throws FatalError `secret_missing` */
export function withCurrent(agentId: string, older: Definition, now: Definition): Definition {
  const kept = new Set(ownSecrets(agentId, now));
  const current = new Map(textsIn(now).map(({ field, text }) => [field, text]));
  const connectors = isFields(older.connectors) ? older.connectors : {};
  return {
    ...older,
    ...(older.connectors !== undefined && {
      connectors: mapTexts(connectors, 'connectors', ({ field, text }) => {
        if (!isOwn(agentId, text) || kept.has(text.slice('secret:'.length))) return text;
        const there = current.get(field);
        if (there !== undefined && isOwn(agentId, there)) return there;
        throw new FatalError(
          'secret_missing',
          `${field}: the secret of that version is not kept any more; send that definition anew, with the secret.`,
          { field },
        );
      }),
    }),
  };
}

function isOwn(agentId: string, value: string): boolean {
  return value.startsWith(`secret:${prefixOf(agentId)}`);
}

function newName(agentId: string): string {
  return prefixOf(agentId) + createHash('sha256').update(newId()).digest('hex').slice(0, 12);
}

/** No id has a dot, so no agent's names begin as another's do. */
function prefixOf(agentId: string): string {
  if (agentId.length <= longestId) return `agent.${agentId}.`;
  const digest = createHash('sha256').update(agentId).digest('hex').slice(0, 8);
  return `agent.${agentId.slice(0, longestId - 9)}.${digest}.`;
}

function withPlaces(
  definition: Definition,
  secretsOf: SecretSettings,
  replace: (place: Place) => string,
): Definition {
  if (!isFields(definition.connectors)) return definition;
  const connectors = Object.entries(definition.connectors).map(([connector, settings]) => {
    if (!isFields(settings)) return [connector, settings];
    const secrets = ['token', ...secretsOf(connector)];
    const entries = Object.entries(settings).map(([key, value]) => {
      const field = `connectors.${connector}.${key}`;
      const isSecret = typeof value === 'string' && secrets.includes(key);
      return [key, isSecret ? replace({ field, connector, key, value }) : value];
    });
    return [connector, Object.fromEntries(entries)];
  });
  return { ...definition, connectors: Object.fromEntries(connectors) };
}

function placesIn(definition: Definition, secretsOf: SecretSettings): Place[] {
  const found: Place[] = [];
  withPlaces(definition, secretsOf, (place) => {
    found.push(place);
    return place.value;
  });
  return found;
}

function withReferences(definition: Definition, replace: (value: string) => string): Definition {
  return mapTexts(definition, '', ({ text }) => replace(text)) as Definition;
}

interface Text {
  field: string;
  text: string;
}

function textsIn(definition: Definition): Text[] {
  const found: Text[] = [];
  mapTexts(definition, '', (one) => {
    found.push(one);
    return one.text;
  });
  return found;
}

function mapTexts(value: unknown, field: string, replace: (text: Text) => string): unknown {
  if (typeof value === 'string') return replace({ field, text: value });
  if (Array.isArray(value)) return value.map((one, at) => mapTexts(one, `${field}[${at}]`, replace));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, mapTexts(one, field ? `${field}.${key}` : key, replace)]),
  );
}
