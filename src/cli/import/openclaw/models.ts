/** The models of an OpenClaw installation, as a chain of ours, and the keys for them. */
import { beginningOf } from '../discreet.js';
import { type Fields, fieldsOf, isFields, listIn, textIn } from '../fields.js';
import type { Remark } from '../plan.js';
import type { OpenFolder } from './folder.js';
import { secretAt } from './secrets.js';

const providers = new Set(['openai', 'anthropic', 'ollama']);
const keys: Record<string, string> = { openai: 'OPENAI_API_KEY', anthropic: 'ANTHROPIC_API_KEY' };
/** What a model without a provider's name is of, there. */
const usualProvider = 'anthropic';

/** @param said `"provider/model"`, an alias, or `{primary, fallbacks}` */
export function modelsOf(said: unknown, path: string, config: Fields, remarks: Remark[]): string[] {
  if (said === undefined) return [];
  const { primary, fallbacks } = isFields(said) ? said : { primary: said, fallbacks: [] };
  const known = fieldsOf(fieldsOf(fieldsOf(config.agents).defaults).models);
  const aliases = new Map(
    Object.entries(known).flatMap(([ref, one]) => {
      const alias = textIn(fieldsOf(one).alias);
      return alias === undefined ? [] : [[alias.toLowerCase(), ref] as const];
    }),
  );
  const found: string[] = [];
  for (const one of [primary, ...listIn(fallbacks)]) {
    const text = textIn(one);
    if (text === undefined) continue;
    const ref = aliases.get(text.toLowerCase()) ?? text;
    const [provider, model] = ref.includes('/') ? halves(ref) : [usualProvider, ref];
    if (!providers.has(provider) || /\s/.test(model))
      remarks.push({
        path,
        why: `${beginningOf(ref, 100)}: there is no such provider here; an endpoint of your own may do (docs/providers.md)`,
      });
    else if (!found.includes(`${provider}:${model}`)) found.push(`${provider}:${model}`);
  }
  return found;
}

/** Keys of the hub for all of its agents. Addresses are not taken: a stranger's file may lead words astray. */
export async function modelKeysOf(
  config: Fields,
  environment: Readonly<Record<string, string>>,
  folder: OpenFolder,
  remarks: Remark[],
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [provider, name] of Object.entries(keys)) {
    const value = environment[name];
    if (value !== undefined && !/\p{Cc}|\$\{/u.test(value)) found[name] = value;
    const holder = fieldsOf(fieldsOf(fieldsOf(config.models).providers)[provider]);
    const secret = await secretAt(holder, 'apiKey', environment, folder);
    if (secret && 'value' in secret) found[name] ??= secret.value;
    if (secret && 'missing' in secret)
      remarks.push({ path: `models.providers.${provider}.apiKey`, why: secret.missing });
  }
  for (const [name, said] of Object.entries(fieldsOf(fieldsOf(config.models).providers))) {
    const path = `models.providers.${name}`;
    if (!Object.hasOwn(keys, name))
      remarks.push({
        path,
        why: 'no address of a model is taken from a file: docs/providers.md says how to name it',
      });
    else if (fieldsOf(said).baseUrl !== undefined)
      remarks.push({
        path: `${path}.baseUrl`,
        why: 'no address is taken from a file: set it in .env if it is yours',
      });
  }
  return found;
}

function halves(ref: string): [string, string] {
  const at = ref.indexOf('/');
  return [ref.slice(0, at).toLowerCase(), ref.slice(at + 1)];
}
