import { isAtLeast, type Role } from '../access/role.js';
import type { Memory } from '../core/memory.js';
import { triggerMemory } from '../core/memory.js';
import type { History } from '../store/history.js';
import type { Schedule } from './schedule.js';
import type { Made } from './schedules.js';
import { timesText } from './words.js';

/** What is said in a room; once for `once`, however often it is called. */
type Say = (to: Schedule, text: string, once: string) => Promise<void>;

export interface RunsParts {
  memories: Pick<History, 'append'>;
  say: Say;
  /** What whoever made it is now, where it is for. @throws FatalError `agent_unknown` while the agent does not run. */
  roleOf(made: Made): Promise<Role>;
  /** A room has something to do. */
  schedule(trigger: Memory): Promise<void>;
}

/** What a slot does: a reminder is said, work becomes a turn. Each once, by the schedule's id and the slot. */
export class Runs {
  readonly #parts: RunsParts;

  constructor(parts: RunsParts) {
    this.#parts = parts;
  }

  async run(id: string, schedule: Schedule, slot: number): Promise<'done' | 'refused'> {
    const { say, roleOf, memories } = this.#parts;
    const now = await roleOf(schedule);
    if (!isAtLeast(now, schedule.role)) {
      const text = `I do not do this any more: "${shortened(schedule.text)}". Whoever asked for it was ${schedule.role} here, and is not now.`;
      await say(schedule, text, `schedule:${id}:refused`);
      return 'refused';
    }
    if (schedule.kind === 'reminder') {
      await say(schedule, `Reminder: ${schedule.text}`, `schedule:${id}:${slot}`);
      return 'done';
    }
    const trigger = { kind: 'schedule' as const, scheduleId: id };
    const text = `Do now what was asked for this time (${timesText(schedule.when)}): ${schedule.text}`;
    const { memory } = await memories.append(
      triggerMemory(schedule, { trigger, key: `schedule:${id}:${slot}`, text }),
    );
    if (memory.status === 'pending') await this.#parts.schedule(memory);
    return 'done';
  }

  async tellMissed(id: string, schedule: Schedule, slot: number): Promise<void> {
    const at = new Date(slot).toISOString().replace('T', ' ').slice(0, 16);
    const text = `I was not there at ${at} UTC, so this was not done: "${shortened(schedule.text)}".`;
    await this.#parts.say(schedule, text, `schedule:${id}:${slot}:missed`);
  }
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
