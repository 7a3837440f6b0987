/** Which agents an OpenClaw installation has, and where each one's workspace is. */

import { join } from 'node:path';
import { beginningOf } from '../discreet.js';
import { type Fields, fieldsOf, isFields, listIn, textIn } from '../fields.js';
import type { Remark } from '../plan.js';
import type { OpenFolder } from './folder.js';

export interface OpenAgent {
  /** As OpenClaw calls it. */
  id: string;
  /** Whoever is bound to nobody else talks to this one. */
  isDefault: boolean;
  /** What the configuration says of it. */
  entry: Fields;
  /** Where it says so. */
  path: string;
  /** Null: there is none. */
  workspace: string | null;
}

const usualId = 'main';

/** The workspaces that the configuration names first, then those of the known names. */
export async function agentsOf(config: Fields, folder: OpenFolder, remarks: Remark[]): Promise<OpenAgent[]> {
  const agents = fieldsOf(config.agents);
  const defaults = { ...fieldsOf(config.agent), ...fieldsOf(agents.defaults) };
  const named = entriesOf(agents, remarks);
  const entries = named.length > 0 ? named : [{ id: usualId, entry: {}, path: 'agents.defaults' }];
  const isDefault = entries.find(({ entry }) => entry.default === true) ?? entries[0]!;
  const taken = new Set<string>();
  const found: OpenAgent[] = [];
  for (const one of entries) {
    const own = textIn(one.entry.workspace);
    const said = own ?? (one === isDefault ? textIn(defaults.workspace) : undefined);
    const where = own !== undefined ? `${one.path}.workspace` : 'agents.defaults.workspace';
    const place = said === undefined ? null : await folder.place(said);
    if (said !== undefined && place === null)
      remarks.push({
        path: where,
        why: `${beginningOf(said, 200)} is not there, or lies outside of ${folder.root}: import the folder around both, or copy it in`,
      });
    const workspace = place ?? (await usualWorkspace(folder, one.id, one === isDefault));
    if (workspace !== null) taken.add(workspace);
    found.push({ ...one, isDefault: one === isDefault, workspace });
  }
  for (const name of await folder.names(folder.state)) {
    const [, id] = /^workspace[-.](.+)$/.exec(name) ?? [];
    const workspace = id === undefined ? null : await folder.folder(join(folder.state, name));
    if (id === undefined || workspace === null || taken.has(workspace)) continue;
    if (named.length === 0)
      found.push({ id, isDefault: false, entry: {}, path: folder.nameOf(workspace), workspace });
    else
      remarks.push({
        path: folder.nameOf(workspace),
        why: 'is the workspace of no agent in the configuration: add it to agents.list to bring it over',
      });
  }
  const nobody = found.filter(
    ({ workspace, entry }) => workspace === null && Object.keys(entry).length === 0,
  );
  for (const { id } of nobody)
    if (found.length > nobody.length || named.length > 0)
      remarks.push({ path: id, why: 'is an agent without a workspace and without a word about it' });
  return found.filter((one) => !nobody.includes(one));
}

/** A list, or in newer versions a map. */
function entriesOf(agents: Fields, remarks: Remark[]): Pick<OpenAgent, 'id' | 'entry' | 'path'>[] {
  const listed = listIn(agents.list).map((entry, at) => [fieldsOf(entry).id, entry, `agents.list[${at}]`]);
  const mapped = Object.entries(fieldsOf(agents.entries)).map(([id, entry]) => [
    ...[id, entry, `agents.entries.${id}`],
  ]);
  const ids = new Set<unknown>();
  return [...listed, ...mapped].flatMap(([id, entry, path]) => {
    const known = typeof id === 'string' && id.trim() !== '' && isFields(entry) && !ids.has(id);
    if (!known) {
      const why = ids.has(id) ? 'is a second agent of this id' : 'is no agent: it has no `id`';
      remarks.push({ path: String(path), why });
      return [];
    }
    ids.add(id);
    return [{ id: id as string, entry: entry as Fields, path: String(path) }];
  });
}

async function usualWorkspace(folder: OpenFolder, id: string, isDefault: boolean): Promise<string | null> {
  const { state } = folder;
  const own = /^[\w.-]+$/.test(id) ? [`workspace-${id}`, `workspace.${id}`] : [];
  const usual = ['workspace-main', 'workspace.default', 'workspace-default', join('..', 'clawd')];
  const names = isDefault ? ['workspace', ...own, ...usual] : own;
  const places = names.map((name) => join(state, name));
  for (const place of places) {
    const found = await folder.folder(place);
    if (found !== null) return found;
  }
  return null;
}
