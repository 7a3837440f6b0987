/** Secrets as OpenClaw writes them. None of them is ever in what is told, and no command is run for one. */
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { type Fields, fieldsOf, isFields, textIn } from '../fields.js';
import type { Remark } from '../plan.js';
import type { OpenFolder } from './folder.js';

/** `${NAME}`, but not `$${NAME}`, which means the text. */
const reference = /^\$\{([A-Z][A-Z0-9_]*)\}$/;

/** Values of the installation's own environment, by name. */
export async function environmentOf(
  config: Fields,
  folder: OpenFolder,
  remarks: Remark[],
): Promise<Record<string, string>> {
  const { vars, shellEnv, ...named } = fieldsOf(config.env);
  const file = await folder.text(join(folder.state, '.env'), remarks);
  const said = { ...named, ...fieldsOf(vars), ...(file === null ? {} : parseEnv(file)) };
  return Object.fromEntries(
    Object.entries(said).filter(
      (one): one is [string, string] => typeof one[1] === 'string' && one[1] !== '',
    ),
  );
}

export type Secret = { value: string } | { missing: string };

/** Undefined: there is none at that place. */
export async function secretAt(
  holder: Fields,
  key: string,
  environment: Readonly<Record<string, string>>,
  folder: OpenFolder,
): Promise<Secret | undefined> {
  const said = holder[key];
  if (isFields(said)) {
    if (said.source === 'env') return named(String(said.id ?? ''), environment);
    return {
      missing: `it is kept elsewhere there (${said.source === 'exec' ? 'by a command' : 'in a file of secrets'})`,
    };
  }
  const text = textIn(said);
  if (text !== undefined) {
    const [, name] = reference.exec(text) ?? [];
    if (name !== undefined) return named(name, environment);
    const value = text.replaceAll('$${', '${');
    const isLine = value.length <= 4096 && !/\p{Cc}|\$\{/u.test(value);
    return isLine ? { value } : { missing: 'it is no line of text' };
  }
  const file = key === 'botToken' || key === 'token' ? textIn(holder.tokenFile) : undefined;
  if (file === undefined) return undefined;
  const place = await folder.place(file);
  const value = place === null ? null : await folder.text(place, [], 4096);
  return value && !/\p{Cc}/u.test(value.trim()) && value.trim() !== ''
    ? { value: value.trim() }
    : { missing: 'its tokenFile is not there, holds more than one line, or lies outside of the folder' };
}

function named(name: string, environment: Readonly<Record<string, string>>): Secret {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  const told = /^[A-Z][A-Z0-9_]{0,63}$/.test(name) ? name : 'a variable';
  if (value === undefined) return { missing: `it was ${told} in the environment there` };
  return /\p{Cc}|\$\{/u.test(value) ? { missing: `${told} is no line of text` } : { value };
}
