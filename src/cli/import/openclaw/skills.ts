/** Skills of an OpenClaw installation: text, copied as it is; nothing of it is run or installed. */

import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import JSON5 from 'json5';
import { parse } from 'yaml';
import { beginningOf } from '../discreet.js';
import { type Fields, fieldsOf, listIn, textIn } from '../fields.js';
import type { Document, Remark } from '../plan.js';
import type { OpenAgent } from './agents.js';
import type { OpenFolder } from './folder.js';

/** As OpenClaw looks for them. */
const deepest = 6;
/** As an agent here may have them. */
const mostSkills = 50;
const mostFiles = 50;
const mostBytes = 262_144;
const mostLooked = 5000;
const mainFile = 'SKILL.md';

export interface Skills {
  names: string[];
  /** Below the agent's own folder of skills. */
  files: Document[];
}

/** @param config of which only `skills` is read */
export async function skillsOf(
  agent: OpenAgent,
  config: Fields,
  folder: OpenFolder,
  remarks: Remark[],
): Promise<Skills> {
  const { entries, load } = fieldsOf(config.skills);
  const found: Skills = { names: [], files: [] };
  const wanted = Array.isArray(agent.entry.skills) ? new Set(agent.entry.skills) : null;
  for (const root of await rootsOf(agent, fieldsOf(load), folder))
    for (const place of await skillFolders(root)) {
      const path = folder.nameOf(place);
      const text = await folder.text(join(place, mainFile), remarks, mostBytes);
      if (text === null) continue;
      const name = nameIn(text);
      if (name === null)
        remarks.push({
          path,
          why: `has a ${mainFile} without a name of a-z, 0-9 and "-", or without a description`,
        });
      else if (found.names.includes(name))
        remarks.push({ path, why: `is a second skill called ${name}; the first is used` });
      else if (fieldsOf(fieldsOf(entries)[name]).enabled === false || wanted?.has(name) === false)
        remarks.push({ path, why: 'is not used by this agent there' });
      else if (found.names.length >= mostSkills)
        remarks.push({ path, why: `is one more than ${mostSkills}` });
      else {
        found.names.push(name);
        found.files.push(...(await filesOf(place, name, folder, remarks)));
        const programs = programsIn(text);
        if (programs.length > 0)
          remarks.push({
            path,
            why: `needs ${beginningOf(programs.join(', '), 200)}: it is text here, and nothing is installed or run`,
          });
      }
    }
  return found;
}

async function rootsOf({ id, workspace }: OpenAgent, load: Fields, folder: OpenFolder): Promise<string[]> {
  const { state } = folder;
  const own = workspace === null ? [] : [join(workspace, 'skills'), join(workspace, '.agents', 'skills')];
  const extra = await Promise.all(listIn(load.extraDirs).map((one) => folder.place(String(one))));
  const places = [
    ...own,
    join(state, 'agents', id, 'agent', 'workshop-skills'),
    join(state, 'skills'),
    ...extra,
  ];
  const real = await Promise.all(places.map((place) => (place === null ? null : folder.folder(place))));
  return [...new Set(real.filter((place) => place !== null))];
}

/** Links are not followed. */
async function skillFolders(root: string): Promise<string[]> {
  const found: string[] = [];
  let looked = 0;
  const walk = async (place: string, depth: number): Promise<void> => {
    const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
    if (entries.some((one) => one.name === mainFile && one.isFile())) {
      found.push(place);
      return;
    }
    if (depth >= deepest) return;
    for (const one of entries.sort((a, b) => (a.name < b.name ? -1 : 1)))
      if (one.isDirectory() && !/^(?:\.|node_modules$)/.test(one.name) && ++looked <= mostLooked)
        await walk(join(place, one.name), depth + 1);
  };
  await walk(root, 0);
  return found;
}

const head = /^---[ \t]*\n([\s\S]*?)\n---[ \t]*(?:\n|$)/;

function headIn(text: string): Fields {
  try {
    return fieldsOf(parse(head.exec(text)?.[1] ?? '', { maxAliasCount: 10 }));
  } catch {
    return {};
  }
}

/** Null: an agent here could not use it. */
function nameIn(text: string): string | null {
  const { name, description } = headIn(text);
  const known = textIn(name);
  const says = (textIn(description)?.length ?? 0) > 0 && (textIn(description)?.length ?? 0) <= 1024;
  return known && says && known.length <= 64 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(known) ? known : null;
}

function programsIn(text: string): string[] {
  const metadata = metadataOf(headIn(text).metadata);
  const said = fieldsOf(fieldsOf(metadata.openclaw ?? metadata.clawdbot).requires);
  return [...listIn(said.bins), ...listIn(said.anyBins), ...listIn(said.env)].map(String);
}

/** A map, or one as JSON5 in a text. */
function metadataOf(said: unknown): Fields {
  if (typeof said !== 'string') return fieldsOf(said);
  try {
    return fieldsOf(JSON5.parse(said));
  } catch {
    return {};
  }
}

/** Texts alone: an agent here reads nothing else of a skill. */
async function filesOf(
  place: string,
  name: string,
  folder: OpenFolder,
  remarks: Remark[],
): Promise<Document[]> {
  const found: Document[] = [];
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  for (const entry of entries.sort((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )) {
    const path = join(entry.parentPath, entry.name);
    const own = relative(place, path).split(sep);
    if (own.some((part) => part.startsWith('.') || part === 'node_modules') || entry.isDirectory()) continue;
    const refuse = (why: string) => remarks.push({ path: folder.nameOf(path), why });
    if (!entry.isFile()) refuse('is a link or no file, and is not followed');
    else if (found.length >= mostFiles)
      refuse(`is one more than the ${mostFiles} files that a skill may have`);
    else if ((await stat(path)).size > mostBytes) refuse(`is larger than ${mostBytes} bytes`);
    else {
      const text = await folder.text(path, remarks, mostBytes);
      if (text !== null) found.push({ name: [name, ...own].join('/'), content: { text } });
    }
  }
  return found;
}
