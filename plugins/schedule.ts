/** Schedule: reminders, and work that is done later or again and again, because someone asked for it. */
import { z } from 'zod';
import { defineAction, type Plugin, type WhenWished } from '../src/extension-api.js';
import { closeTo, zoneOf } from './time/zones.js';

const days: Record<string, string> = {
  ...{ day: '*', weekday: '1-5', weekend: '0,6', monday: '1', tuesday: '2', wednesday: '3' },
  ...{ thursday: '4', friday: '5', saturday: '6', sunday: '0' },
};
const dayNames = Object.keys(days).join('|');
const minuteMs = 60_000;
/** The hub's own zone: what it was started under. */
const hubZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
/** What may follow `to` or `that`: something with a word in it. */
const said = '(?=[^]*[\\p{L}\\p{N}]).+?';
const number = '\\d{1,5}';
const clock = '\\d{1,2}(?::\\d{2})?';
const zone = "[\\p{L}_/+ .'-]{2,40}?";

const parameters = z.object({
  text: z.string().min(1).max(4000).describe('What to remind of, or what to do, in the words of who asks'),
  work: z
    .boolean()
    .optional()
    .describe('True: at that time you do it, with your tools. Absent: its text is sent as a reminder.'),
  inMinutes: z.coerce.number().min(0).max(1e6).optional().describe('So long from now; the hub counts'),
  inHours: z.coerce.number().min(0).max(1e5).optional(),
  inDays: z.coerce.number().min(0).max(1e4).optional(),
  at: z
    .string()
    .max(40)
    .optional()
    .describe('Local time in the zone: 2026-12-24 18:30, or 18:30 for the next one'),
  every: z.string().max(20).optional().describe(`Again and again: ${dayNames}; with at as HH:MM`),
  cron: z
    .string()
    .max(120)
    .optional()
    .describe(
      'Other rhythms, five fields: 0 9 * * 1#1 is the first Monday of each month, 0 9 L * * the last day',
    ),
  zone: z
    .string()
    .max(64)
    .optional()
    .describe('Time zone or city, such as Europe/Berlin; absent: ask, or the hub’s'),
});

const schedule = defineAction({
  name: 'schedule',
  description:
    'Sets a reminder, or work for later or again and again. Give a time from now, or a local time with its zone; never compute a date yourself. Tell the person the dates that it answers with.',
  parameters,
  timeoutMs: 10_000,
  phrases: [
    {
      say: '[(set|make|create)] (remind me|a reminder) in {inMinutes} (minutes|minute|min) (to|that|about|of) {text}',
      where: { inMinutes: number, text: said },
    },
    {
      say: '[(set|make|create)] (remind me|a reminder) in {inHours} (hours|hour) (to|that|about|of) {text}',
      where: { inHours: number, text: said },
    },
    {
      say: '[(set|make|create)] (remind me|a reminder) in {inDays} (days|day) (to|that|about|of) {text}',
      where: { inDays: number, text: said },
    },
    {
      say: 'remind me every {every} at {at} [in {zone}] (to|that|about|of) {text}',
      where: { every: dayNames, at: clock, zone, text: said },
    },
    {
      say: 'remind me at {at} [in {zone}] (to|that|about|of) {text}',
      where: { at: clock, zone, text: said },
    },
  ],
  async run(wanted, { schedules, signal }) {
    signal.throwIfAborted();
    const { id, times } = await schedules.add({
      kind: wanted.work ? 'work' : 'reminder',
      text: wanted.text,
      when: whenOf(wanted),
    });
    return `Scheduled (${id}): ${times}`;
  },
});

const scheduled = defineAction({
  name: 'scheduled',
  description: 'Lists the reminders and the scheduled work of the person who asks, with their ids.',
  parameters: z.object({}),
  repeatable: true,
  hints: { readOnly: true },
  phrases: [
    '(what|which) (reminders|schedules) (do I have|are there)',
    '(list|show) [my] (reminders|schedules)',
  ],
  async run(_, { schedules, signal }) {
    signal.throwIfAborted();
    const all = await schedules.list();
    if (all.length === 0) return 'Nothing is scheduled.';
    return all.map(({ id, kind, text, times }) => `- ${id} (${kind}): ${text}\n  ${times}`).join('\n');
  },
});

const unschedule = defineAction({
  name: 'unschedule',
  description: 'Ends a reminder or scheduled work of the person who asks, by its id.',
  parameters: z.object({ id: z.string().min(1).max(64) }),
  repeatable: true,
  async run({ id }, { schedules, signal }) {
    signal.throwIfAborted();
    return (await schedules.remove(id)) ? 'It is off.' : 'They have nothing of that id here.';
  },
});

function whenOf({
  inMinutes = 0,
  inHours = 0,
  inDays = 0,
  at,
  every,
  cron,
  zone: place,
}: z.output<typeof parameters>): WhenWished {
  const inMs = ((inDays * 24 + inHours) * 60 + inMinutes) * minuteMs;
  const said = [inMs > 0, cron !== undefined, at !== undefined || every !== undefined].filter(Boolean).length;
  if (said !== 1) throw new Error('Say when in one way: a time from now, at (perhaps with every), or cron.');
  if (inMs > 0) return { inMs };
  const zone = zoneNamed(place);
  if (cron !== undefined) return { cron, zone };
  if (every === undefined) return { local: at!, zone };
  const [, hour, minute = '0'] = /^(\d{1,2})(?::(\d{2}))?$/.exec((at ?? '9').trim()) ?? [];
  if (hour === undefined) throw new Error('With every, at is a time of day: 09:00.');
  const day = days[every.trim().toLowerCase()];
  if (day === undefined) throw new Error(`every must be one of ${dayNames.replaceAll('|', ', ')}.`);
  return { cron: `${Number(minute)} ${Number(hour)} * * ${day}`, zone };
}

function zoneNamed(place: string | undefined): string {
  if (place === undefined) return hubZone;
  const found = zoneOf(place);
  if (found) return found;
  const close = closeTo(place);
  throw new Error(
    `There is no time zone "${place}"${close.length > 0 ? `; perhaps ${close.join(' or ')}` : ''}.`,
  );
}

const plugin: Plugin = { name: 'schedule', actions: [schedule, scheduled, unschedule] };
export default plugin;
