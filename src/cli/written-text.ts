/** What people write into files: text in UTF-8 or as PowerShell has it, and YAML, which JSON is, too. */
import { yaml } from '../core/yaml.js';
import { encodingOf } from './environment-file.js';

/** Null: it is no text; another encoding would be stored with wrong letters. */
export function writtenText(bytes: Buffer): string | null {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** As it could stand in JSON. @throws Error whose message is one line */
export function readYaml(text: string): unknown {
  const document = yaml().parseDocument(text, { logLevel: 'error', stringKeys: true });
  // What it only warns of, such as a tag that it does not know, it leaves out.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw new Error(problem.message.split('\n')[0]);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  try {
    JSON.stringify(value);
  } catch {
    throw new Error('an alias (*NAME) stands inside of what it stands for');
  }
  return value;
}
