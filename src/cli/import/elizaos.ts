/** An ElizaOS character, of any of its versions, as one of ours. What is no part of ours is named, never dropped unsaid. */

import { basename, dirname } from 'node:path';
import { jsonFault } from '../../core/json-fault.js';
import { FatalError } from '../../errors.js';
import { agentIdOf } from './agent-id.js';
import { beginningOf, hideSecretsIn } from './discreet.js';
import { examplesOf, named } from './elizaos-examples.js';
import { knowledgeOf } from './elizaos-knowledge.js';
import { isKnownSecret, secretsOf, tokenName } from './elizaos-secrets.js';
import { usesOf, withModel } from './elizaos-uses.js';
import { type Fields, isFields } from './fields.js';
import type { ImportedAgent, Remark } from './plan.js';
import { textOf } from './source.js';

/** Read below; the others are listed. */
const read = new Set(
  'name system bio lore messageExamples adjectives topics style knowledge documents clients modelProvider plugins settings secrets'.split(
    ' ',
  ),
);
const withoutUse: Record<string, string> = {
  postExamples: 'agents here write no posts',
  templates: 'prompts are put together otherwise; see `prompt.template` of characters/README.md',
  people: 'people are known by what they write',
  id: 'the name of the file is the id',
  username: 'the platform says what the account is called',
};
/**
 * @param path a JSON file; whatever else it names must lie in its folder, or in the one around `characters`.
 * @throws FatalError `invalid_field`
 */
export async function readElizaCharacter(path: string): Promise<ImportedAgent> {
  const refuse = (problem: string) =>
    new FatalError('invalid_field', `${path} ${problem}.`, { field: 'source' });
  if (/\.[cm]?[jt]s$/i.test(path))
    throw refuse(
      'is a program, and nothing of a stranger is run here. Export the character as JSON, for example with ' +
        '`console.log(JSON.stringify(character))` in your project, and import that file',
    );
  const text = (await textOf(path)).replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`is no JSON: ${jsonFault(text, error as SyntaxError)}`);
  }
  const fields = isFields(value) && isFields(value.character) ? value.character : value;
  if (!isFields(fields) || typeof fields.name !== 'string' || fields.name.trim() === '')
    throw refuse('is no ElizaOS character: it has no `name`');
  hideSecretsIn(fields);
  return agentOf(fields, path);
}

async function agentOf(fields: Fields, path: string): Promise<ImportedAgent> {
  const remarks: Remark[] = [];
  const full = (fields.name as string).trim();
  const name = beginningOf(full, 80);
  if (name !== full) remarks.push({ path: 'name', why: 'is longer than 80 characters, and was cut' });
  const id = agentIdOf(basename(path).replace(/(\.character)?\.json$/i, ''), name);
  const text = (key: string) => textsOf(fields, key, remarks).map((one) => named(one, name));
  const folder = dirname(path);
  const roots = basename(folder) === 'characters' ? [folder, dirname(folder)] : [folder];
  const settings = isFields(fields.settings) ? fields.settings : {};
  const loose = Object.fromEntries(Object.entries(settings).filter(([key]) => isKnownSecret(key)));
  const secrets = secretsOf(
    { secrets: fields.secrets, 'settings.secrets': settings.secrets, settings: loose },
    id,
  );
  const uses = usesOf(namedIn(fields, remarks), remarks);
  const models = withModel(uses.models, settings.model, remarks);
  const connectors: Record<string, Record<string, string>> = { ...secrets.connectors };
  for (const platform of uses.platforms) connectors[platform] ??= { token: `env:${tokenName(platform, id)}` };
  const { examples, remarks: ofExamples } = examplesOf(fields.messageExamples, name);
  const { knowledge, documents } = fields;
  const known = await knowledgeOf({ knowledge, documents }, roots);
  for (const key of Object.keys(settings))
    if (key !== 'secrets' && key !== 'model' && !isKnownSecret(key))
      remarks.push({ path: `settings.${key}`, why: 'there is no setting like it' });
  if (fields.settings !== undefined && !isFields(fields.settings))
    remarks.push({ path: 'settings', why: 'is no object' });
  for (const key of Object.keys(fields).filter((one) => !read.has(one)))
    remarks.push({ path: key, why: withoutUse[key] ?? 'there is no field like it' });

  const [adjectives, topics] = [text('adjectives'), text('topics')];
  const bio = [...text('bio'), ...text('lore')];
  const system = text('system').join('\n');
  return {
    id,
    from: path,
    character: {
      name,
      bio: bio.length > 0 ? bio : '',
      ...(system !== '' && { system }),
      style: [
        ...styleOf(fields.style, remarks).map((one) => named(one, name)),
        ...(adjectives.length > 0 ? [`Be ${adjectives.join(', ')}.`] : []),
        ...(topics.length > 0 ? [`You know about, and like to talk about: ${topics.join(', ')}.`] : []),
      ],
      examples,
      ...(models.length > 0 && { models }),
      ...(known.documents.length > 0 && { knowledge: [{ path: `./knowledge/${id}` }] }),
      ...(Object.keys(connectors).length > 0 && { connectors }),
    },
    documents: known.documents,
    secrets: secrets.values,
    steps: [
      ...(bio.length > 0
        ? []
        : [`say who ${name} is: the character has neither bio nor lore, so its bio is empty`]),
      ...Object.entries(connectors).flatMap(([platform, references]) =>
        Object.values(references)
          .map((reference) => reference.slice('env:'.length))
          .filter((variable) => !Object.hasOwn(secrets.values, variable))
          .map((variable) => `set up ${platform}: put its token into .env as ${variable}`),
      ),
    ],
    remarks: [...remarks, ...ofExamples, ...known.remarks, ...secrets.remarks],
  };
}

function textsOf(fields: Fields, key: string, remarks: Remark[]): string[] {
  const value = fields[key];
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return value.trim() === '' ? [] : [value];
  if (!Array.isArray(value)) {
    remarks.push({ path: key, why: 'is neither a text nor a list of texts' });
    return [];
  }
  return value.filter((one, at): one is string => {
    if (typeof one !== 'string') remarks.push({ path: `${key}[${at}]`, why: 'is no text' });
    return typeof one === 'string' && one.trim() !== '';
  });
}

function styleOf(style: unknown, remarks: Remark[]): string[] {
  if (style === undefined) return [];
  if (!isFields(style)) {
    remarks.push({ path: 'style', why: 'is no object of lists' });
    return [];
  }
  for (const key of Object.keys(style))
    if (key !== 'all' && key !== 'chat')
      remarks.push({
        path: `style.${key}`,
        why: key === 'post' ? withoutUse.postExamples! : 'there is no such style',
      });
  const ofStyle = Object.fromEntries(Object.entries(style).map(([key, value]) => [`style.${key}`, value]));
  return ['style.all', 'style.chat'].flatMap((key) => textsOf(ofStyle, key, remarks));
}

/** What it says it runs on, each with its place. */
function namedIn(fields: Fields, remarks: Remark[]): [path: string, value: string][] {
  return ['clients', 'plugins', 'modelProvider'].flatMap((key) => {
    const value = fields[key];
    const texts = new Set(textsOf(fields, key, remarks));
    if (!Array.isArray(value)) return [...texts].map((one): [string, string] => [key, one]);
    return value.flatMap((one, at): [string, string][] => (texts.has(one) ? [[`${key}[${at}]`, one]] : []));
  });
}
