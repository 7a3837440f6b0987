/** The commands of the hub, and after them those of an agent's plugins. */
import type { Logger } from '../logger.js';
import type { Caller } from '../operations/operations.js';
import type { PluginDesk } from '../plugin/plugin.js';
import type { Buttons } from './buttons.js';
import { answer } from './commands/answer.js';
import { approve } from './commands/approve.js';
import { Commands } from './commands/command.js';
import { consoleLink } from './commands/console.js';
import { deny } from './commands/deny.js';
import { documents } from './commands/documents.js';
import { exported, type SendFile } from './commands/export.js';
import { forget } from './commands/forget.js';
import { handback } from './commands/handback.js';
import { help } from './commands/help.js';
import { link } from './commands/link.js';
import { memory } from './commands/memory.js';
import { model } from './commands/model.js';
import { beginAnew } from './commands/new.js';
import { note } from './commands/note.js';
import { pause } from './commands/pause.js';
import { resume } from './commands/resume.js';
import { role } from './commands/role.js';
import { schedules } from './commands/schedules.js';
import { status } from './commands/status.js';
import { stop } from './commands/stop.js';
import { summary } from './commands/summary.js';
import { takeover } from './commands/takeover.js';
import { task, tasks } from './commands/tasks.js';
import { unlink } from './commands/unlink.js';
import { whoami } from './commands/whoami.js';
import type { Roles } from './grants.js';
import { commandsOfPlugins } from './plugin-commands.js';
import type { KnownPeople } from './switch-subject.js';

interface Parts {
  buttons: Buttons;
  roles: Roles;
  people: KnownPeople;
  plugins: PluginDesk;
  sendFile: SendFile;
  log: Logger;
}

export function hubCommands(
  operations: Caller,
  { buttons, roles, people, plugins, sendFile, log }: Parts,
): Commands {
  const own = [
    help((principal, agent) => commands.list(principal, agent)),
    beginAnew(operations),
    status(operations),
    summary(operations),
    memory(operations),
    forget(operations, buttons),
    exported(operations, sendFile),
    model(operations),
    stop(operations),
    ...[tasks(operations), task(operations)],
    ...[schedules(operations), documents(operations), approve(operations), deny(operations)],
    ...[whoami(operations), link(operations), unlink(operations), role(operations)],
    consoleLink(operations),
    ...[pause(operations, people), resume(operations, people)],
    ...[takeover(operations), handback(operations), answer(operations), note(operations)],
  ];
  const commands = new Commands(own, (agent) => commandsOfPlugins(plugins, agent, log), roles);
  return commands;
}
