/** Who an agent of OpenClaw is: its workspace and the configuration, as a character. */
import { join } from 'node:path';
import { beginningOf, cleaned } from '../discreet.js';
import { fieldsOf, textIn } from '../fields.js';
import type { Remark } from '../plan.js';
import type { OpenAgent } from './agents.js';
import type { OpenFolder } from './folder.js';
import { hasWords, type Identity, identityFields, identityOf } from './identity.js';

export interface Persona {
  name: string;
  bio: string[];
  system: string;
  style: string[];
  /** What somebody has to do by hand. */
  steps: string[];
}

/** As OpenClaw cuts each file, in characters. */
const longest = 20_000;
const notTaken: Record<string, string> = {
  'TOOLS.md':
    'notes on tools of that machine; tools are set up here as docs/tools.md and docs/tool-sources.md say',
  'HEARTBEAT.md': 'nothing runs unasked here; make schedules of what it says (docs/schedules.md)',
  'BOOT.md': 'nothing of a workspace runs at the start',
  'BOOTSTRAP.md': 'is for the first run of OpenClaw alone',
  canvas: 'there are no pages of agents',
};

export async function personaOf(agent: OpenAgent, folder: OpenFolder, remarks: Remark[]): Promise<Persona> {
  const steps: string[] = [];
  const { workspace, entry, id } = agent;
  const read = async (name: string): Promise<string> => {
    if (workspace === null) return '';
    const path = join(workspace, name);
    const text = (await folder.text(path, remarks)) ?? '';
    if (text.length <= longest) return text.trim();
    const called = folder.nameOf(path);
    remarks.push({ path: called, why: `is longer than ${longest} characters, and was cut` });
    return cleaned(text, called, remarks).slice(0, longest).trim();
  };
  const [soul, rules, card] = [await read('SOUL.md'), await read('AGENTS.md'), await read('IDENTITY.md')];
  if (workspace !== null) {
    const names = new Set(await folder.names(workspace));
    for (const [name, why] of Object.entries(notTaken))
      if (names.has(name)) remarks.push({ path: folder.nameOf(join(workspace, name)), why });
  }
  const who = joined(identityOf(card), agent, remarks);
  const full = who.name ?? textIn(entry.name) ?? id;
  const name = beginningOf(full, 80);
  if (name !== full) remarks.push({ path: 'name', why: 'is longer than 80 characters, and was cut' });
  for (const key of ['emoji', 'avatar'] as const)
    if (who[key] !== undefined)
      remarks.push({ path: `identity.${key}`, why: 'the platform says what the account looks like' });
  const bio = [...(who.creature ? [`${name} is: ${who.creature}`] : []), ...(hasWords(soul) ? [soul] : [])];
  if (bio.length === 0)
    steps.push(`say who ${name} is: SOUL.md and IDENTITY.md say nothing of it, so its bio is empty`);
  if (rules !== '')
    steps.push(
      'read through `system`: it is AGENTS.md word for word, and may speak of files, tools and heartbeats that are not here',
    );
  return { name, bio, system: rules, style: who.vibe ? [who.vibe] : [], steps };
}

/** The file is what the agent itself was told, so it counts where the configuration says otherwise. */
function joined(card: Identity, { entry, path }: OpenAgent, remarks: Remark[]): Identity {
  const said = fieldsOf(entry.identity);
  const configured: Identity = {};
  for (const key of identityFields) {
    const value = textIn(said[key === 'vibe' ? 'theme' : key]);
    if (value !== undefined) configured[key] = value;
  }
  for (const key of identityFields) {
    const [one, other] = [card[key], configured[key]];
    if (one !== undefined && other !== undefined && one !== other)
      remarks.push({
        path: `${path}.identity.${key === 'vibe' ? 'theme' : key}`,
        why: `says "${beginningOf(other, 100)}" where IDENTITY.md says "${beginningOf(one, 100)}", which is taken`,
      });
  }
  return { ...configured, ...card };
}
