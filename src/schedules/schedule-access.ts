import type { Memory } from '../core/memory.js';
import type { Origin } from '../core/origin.js';
import type { ScheduleAccess } from '../plugin/plugin.js';
import type { Versioned } from '../store/record.js';
import type { Schedule } from './schedule.js';
import type { Schedules } from './schedules.js';
import { datesText } from './words.js';

/** Schedules as one person may see them in one room. `first`: the message being answered. */
export function scheduleAccess(
  schedules: Schedules,
  first: Memory,
  taint: readonly Origin[],
): ScheduleAccess {
  const own = async () => (await schedules.inRoom(first)).filter(({ value }) => isOf(value, first));
  return {
    async add({ kind, text, when }) {
      const wanted = { kind, text, when: schedules.whenOf(when), missed: 'run' as const, taint: [...taint] };
      const { id, value } = await schedules.add(first, wanted);
      return { id, times: datesText(value.when, value.madeAt, 'zone' in when ? when.zone : undefined) };
    },
    list: async () => (await own()).map(shown),
    async remove(id) {
      const found = (await own()).find((one) => one.id === id);
      return found ? schedules.remove(found.id) : false;
    },
  };
}

function isOf(
  { author, source }: Schedule,
  { author: { id }, source: { connector, tenant } }: Memory,
): boolean {
  return author.id === id && source.connector === connector && source.tenant === tenant;
}

function shown({ id, value }: Versioned<Schedule>) {
  const { kind, text, when, next, madeAt } = value;
  return { id, kind, text, times: datesText(when, (next ?? madeAt) - 1) };
}
