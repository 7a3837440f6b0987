/** What `clients`, `plugins`, `modelProvider` and `settings.model` of an ElizaOS character come to. */
import { beginningOf } from './discreet.js';
import type { Remark } from './plan.js';

const platforms = new Set(['discord', 'telegram', 'slack']);
const providers = new Set(['openai', 'anthropic', 'ollama']);
/** What the hub does without being told. */
const builtIn: Record<string, string> = {
  direct: 'needs nothing: every agent answers over HTTP, in the console and in the terminal',
  sql: 'needs nothing: the hub keeps what its agents remember',
  bootstrap: 'needs nothing: what it does, the hub does by itself',
};
/** Whose a model is that is named without its provider. */
const ofName: [provider: string, name: RegExp][] = [
  ['openai', /^(?:gpt-|chatgpt-|o\d)/],
  ['anthropic', /^claude-/],
];

export interface Uses {
  platforms: Set<string>;
  models: string[];
}

/** @param named values by the place at which they stand */
export function usesOf(named: readonly [path: string, value: string][], remarks: Remark[]): Uses {
  const uses: Uses = { platforms: new Set(), models: [] };
  for (const [path, value] of named) {
    const name = value.toLowerCase().replace(/^.*?(?:plugin|client|adapter)-/, '');
    const shown = beginningOf(value, 100);
    if (platforms.has(name)) uses.platforms.add(name);
    else if (providers.has(name)) {
      if (!uses.models.includes(name)) uses.models.push(name);
    } else if (Object.hasOwn(builtIn, name)) remarks.push({ path, why: `${shown} ${builtIn[name]}` });
    else remarks.push({ path, why: `${shown}: there is nothing like it here` });
  }
  return uses;
}

/** The chain with the model that the character names in front, where it is known whose it is. */
export function withModel(models: string[], named: unknown, remarks: Remark[]): string[] {
  if (named === undefined || named === null || named === '') return models;
  const path = 'settings.model';
  if (typeof named !== 'string' || /\s/.test(named.trim())) {
    remarks.push({ path, why: 'is no name of a model' });
    return models;
  }
  const [, before = '', rest = named.trim()] = /^([a-z]+)[/:](.+)$/i.exec(named.trim()) ?? [];
  const said = before.toLowerCase();
  const name = providers.has(said) ? rest : named.trim();
  const provider = providers.has(said)
    ? said
    : (ofName.find(([, form]) => form.test(name))?.[0] ?? (models.length === 1 ? models[0] : undefined));
  if (provider === undefined || (before !== '' && !providers.has(said) && provider !== 'ollama')) {
    remarks.push({
      path,
      why: `${beginningOf(named, 100)}: it is not said whose model it is; name it in \`models\` as provider:model`,
    });
    return models;
  }
  return [`${provider}:${name}`, ...models.filter((one) => one !== provider)];
}
