/** Who answers: an agent of a template, or one that is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentId, reservedIds } from '../../core/character.js';
import { FatalError } from '../../errors.js';
import { folderProblem } from '../../folder.js';
import { includedCharacters } from '../../package-folder.js';
import type { Step } from './model-step.js';

const folder = join(includedCharacters, 'templates');
const templates: Record<string, string> = {
  'team-assistant': 'helps a team: questions, notes, reminders',
  helpdesk: 'answers customers, and brings in people',
  'knowledge-bot': 'answers from documents, and cites them',
  'task-runner': 'works on goals by itself, and asks before it goes too far',
};

export async function chooseAgent({ questions, proposal }: Step): Promise<void> {
  const problem = folderProblem(proposal.charactersDir, 'CARRIER_CHARACTERS_DIR');
  if (problem) throw new FatalError('config_invalid', problem, { field: 'CARRIER_CHARACTERS_DIR' });
  const there = agentsIn(proposal.charactersDir);
  const options = [
    ...there.map((id) => ({ value: id, label: `${id}, as it is` })),
    ...Object.entries(templates).map(([name, about]) => ({
      value: name,
      label: `a new ${name.replace('-', ' ')}: ${about}`,
    })),
  ];
  const usual = there.includes(proposal.config().platforms.agent)
    ? proposal.config().platforms.agent
    : (there[0] ?? 'team-assistant');
  const choice = await questions.choose('template', 'Which agent?', options, usual);
  if (there.includes(choice)) {
    proposal.agentId = choice;
    if (questions.has('agent-name'))
      proposal.setCharacter(
        ['name'],
        await questions.text('agent-name', 'What is it called?', '', wrongName),
      );
    proposal.agent();
    return;
  }
  const name = await questions.text(
    'agent-name',
    'What is it called?',
    questions.scripted ? 'Ada' : '',
    wrongName,
  );
  proposal.agentId = await questions.text('agent-id', 'Its id, for addresses and files', idOf(name), (id) => {
    if (!AgentId.safeParse(id).success) return 'must be a-z, 0-9, "-" and "_", at most 64 characters';
    if (reservedIds.has(id)) return `cannot be "${id}": the hub has routes of that name`;
    return existsSync(proposal.characterPath(id)) ? `is taken: ${id} is there already` : undefined;
  });
  proposal.template = textOf(choice).replaceAll('{name}', JSON.stringify(name).slice(1, -1));
  proposal.agent();
}

function wrongName(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (name.length > 80) return 'must have at most 80 characters';
  return /\p{Cc}/u.test(name) ? 'must be one line' : undefined;
}

function agentsIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  const files = readdirSync(dir).filter((file) => file.endsWith('.json') && !file.startsWith('.'));
  return files.map((file) => file.slice(0, -'.json'.length)).filter((id) => !(id in templates));
}

/** `Zoë & Co.` is `zoe-co`; a name without such letters gives none, and the person is asked. */
function idOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const id = plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 64);
  return reservedIds.has(id) ? `${id}-agent` : id || 'assistant';
}

function textOf(template: string): string {
  try {
    return readFileSync(join(folder, `${template}.json`), 'utf8');
  } catch (cause) {
    throw new FatalError('internal', `The template ${template} is missing from the package.`, { cause });
  }
}
