/** What was imported, and what is told of it, without secrets: in no character, no skill, no statement, no report. */
import { clean } from '../../importing.js';
import { hideValue } from '../../redaction.js';
import { isFields } from './fields.js';
import type { Document, ImportedAgent, Remark } from './plan.js';

const secretName =
  /token|secret|passw|passphrase|pwd|pw$|api_?key|access_?key|private_?key|auth(?!or)|credential/i;
const deepest = 60;
const why =
  'looks like it holds a password or a key: that is blanked out; what the agent needs of it belongs in .env';

/** The text without secrets, of which it is told that they were there. */
export function cleaned(text: string, path: string, remarks: Remark[]): string {
  const kept = clean(text);
  if (kept !== text) remarks.push({ path, why });
  return kept;
}

/** The beginning of a text that is too long. A secret that the cut goes through would be none that anybody finds. */
export function beginningOf(text: string, longest: number): string {
  return text.length <= longest ? text : clean(text).slice(0, longest);
}

/** Values that go by the name of a secret are known from now on, wherever else they stand. */
export function hideSecretsIn(value: unknown, key = '', depth = 0): void {
  if (depth > deepest) return;
  if (Array.isArray(value)) for (const one of value) hideSecretsIn(one, key, depth + 1);
  else if (isFields(value))
    for (const [name, one] of Object.entries(value)) hideSecretsIn(one, name, depth + 1);
  // A word is no secret, and neither is the name of a variable.
  else if (typeof value === 'string' && secretName.test(key) && /^(?=.*\d)[^\s$]+$/.test(value.trim()))
    hideValue(value.trim());
}

/** Each place is told; a model whose name is one is left out. */
export function discreet<A extends ImportedAgent>(agent: A): A {
  const { connectors, knowledge, skills, models, ...words } = agent.character;
  const remarks: Remark[] = [];
  const text = (said: string, path: string) => cleaned(said, path, remarks);
  const deep = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') return text(value, path);
    if (Array.isArray(value)) return value.map((one, at) => deep(one, `${path}[${at}]`));
    if (!isFields(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, deep(one, path ? `${path}.${key}` : key)]),
    );
  };
  const documents = (all: Document[]) =>
    all.map(({ name, content }) =>
      'text' in content ? { name, content: { text: text(content.text, name) } } : { name, content },
    );
  const usable = models?.filter(
    (model, at) => text(JSON.stringify(model), `models[${at}]`) === JSON.stringify(model),
  );
  const character = {
    ...(deep(words, '') as typeof words),
    ...(usable && usable.length > 0 && { models: usable }),
    ...(skills && { skills }),
    ...(knowledge && { knowledge }),
    ...(connectors && { connectors }),
  };
  const known = documents(agent.documents);
  const learned = agent.skills && documents(agent.skills);
  return {
    ...agent,
    character,
    documents: known,
    ...(learned && { skills: learned }),
    remarks: [...agent.remarks, ...remarks],
  };
}
