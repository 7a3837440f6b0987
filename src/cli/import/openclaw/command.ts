/** `carrier import openclaw …` */
import { type Account, readAccount } from '../../../access/account.js';
import type { Config } from '../../../config.js';
import { FatalError } from '../../../errors.js';
import { type Brought, openPast } from '../../../importing.js';
import { createLogger } from '../../../logger.js';
import { paint, print } from '../../output.js';
import { checked, type ImportOptions, targetOf } from '../command.js';
import type { Remark } from '../plan.js';
import { remarkLine, reportAgent, reportWritten, said } from '../report.js';
import { type Target, writeAgent, writeAll, writeSecrets } from '../writing.js';
import { type Job, typedOf } from './jobs.js';
import { type MovedAgent, type OpenClaw, readOpenClaw } from './openclaw.js';

export interface OpenClawFlags extends ImportOptions {
  owner?: string;
  zone?: string;
}

/**
 * All of it is read before anything is written, and the source is changed in no case.
 * @throws FatalError `invalid_field` when nothing can be read there, `store_locked` while a hub runs on the data folder
 */
export async function importOpenclaw(source: string, config: Config, flags: OpenClawFlags): Promise<void> {
  const owner = ownerOf(flags.owner);
  if (flags.zone !== undefined) checkZone(flags.zone);
  const found = await readOpenClaw(source, {
    ...(owner && { owner }),
    ...(flags.zone !== undefined && { zone: flags.zone }),
    now: Date.now(),
  });
  const agents = found.agents.map(checked);
  const target = targetOf(config.charactersDir, flags);
  const rooms = agents.flatMap(({ past }) => past);
  // Opened first: where a hub has the store, nothing is written at all.
  const past =
    rooms.length > 0 && !target.dryRun
      ? await openPast(config, createLogger(config.logLevel), 'openclaw')
      : null;
  try {
    await writeTogether(found, agents, target);
    for (const room of rooms) {
      const title = `${room.agentId}: ${room.said.length} texts of ${room.channel}`;
      if (past) reportBrought(title, await past.bring(room));
      else print(`  would be  ${said(title)}`);
    }
  } finally {
    await past?.close();
  }
  reportJobs(found.jobs);
  reportLeft(found, agents);
}

/** Files and settings: all of them, or none. */
async function writeTogether({ secrets }: OpenClaw, agents: MovedAgent[], target: Target): Promise<void> {
  const together: Target = target.dryRun ? target : { ...target, waiting: [] };
  if (target.dryRun) print('A dry run: nothing is written. This is what would be:');
  const all = Object.assign({}, secrets, ...agents.map((agent) => agent.secrets));
  const settings = await writeSecrets(all, together);
  const written = [];
  for (const agent of agents) written.push({ agent, files: await writeAgent(agent, together) });
  if (!target.dryRun) writeAll(together);
  for (const { agent, files } of written) reportAgent(agent, files);
  if (settings.length > 0) print(paint.bold('Settings'));
  reportWritten(settings);
  if ([...settings, ...written.flatMap(({ files }) => files)].some(({ outcome }) => outcome === 'refused'))
    process.exitCode = 1;
}

function ownerOf(said: string | undefined): Account | undefined {
  if (said === undefined) return undefined;
  const owner = readAccount(said);
  if (owner) return owner;
  throw new FatalError(
    'invalid_field',
    '--owner takes CONNECTOR:USER or CONNECTOR/TENANT:USER, such as telegram:123456.',
    {
      field: 'owner',
    },
  );
}

function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw new FatalError('invalid_field', `--zone: "${zone}" is no time zone. Write one as Europe/Berlin.`, {
      field: 'zone',
    });
  }
}

function reportBrought(title: string, brought: Brought): void {
  const { roomId, made, same, facts, factsRefused, blanked, cut } = brought;
  const more = [
    `${made} new`,
    `${same} as they were`,
    facts > 0 && `${facts} of them facts`,
    factsRefused > 0 && `${factsRefused} no facts, since there are too many`,
    blanked > 0 && `in ${blanked} a password or key was blanked out`,
    cut > 0 && `${cut} too long, and cut`,
  ].filter((one) => one !== false);
  print(`  ${(made > 0 ? 'made' : 'as it was').padEnd(9)} ${said(title)} (${more.join(', ')})`);
  print(paint.dim(`            takes it back: carrier rooms forget ${roomId}`));
}

function reportJobs(jobs: readonly Job[]): void {
  if (jobs.length === 0) return;
  print(
    `\nJobs (${jobs.length}). None is taken over by itself: look at the next times, and accept those that are right,`,
  );
  print('with the id of a room (carrier rooms list) where ROOM stands:');
  for (const { name, agentId, times, command } of jobs) {
    print(`  ${said(name)} of ${agentId}: ${said(times)}`);
    print(`    ${said(typedOf(command))}`);
  }
}

function reportLeft({ from, remarks, jobs }: OpenClaw, agents: readonly MovedAgent[]): void {
  if (remarks.length > 0) {
    print(`\nOf ${said(from)} not taken over, or not as it was (${remarks.length}):`);
    for (const remark of remarks) print(`  ${remarkLine(remark)}`);
  }
  const left = [...remarks, ...agents.flatMap((agent): Remark[] => agent.remarks)].length + jobs.length;
  if (left === 0) return;
  print(paint.red(`\n${left} things were not taken over, or not as they were (see above).`));
  process.exitCode = 1;
}
