/** What `carrier doctor` shows of work that waits longer than it should: messages, replies, schedules. */
import type { Finding } from './connector/connector.js';
import { lateMs } from './core/readiness.js';

/** Times are Unix ms. */
export interface Waiting {
  /** Rooms with a message that has waited for longer than `lateMs`. */
  unanswered: number;
  /** Of the oldest of them; null: not known, or none. */
  since: number | null;
  /** Replies that were given up. */
  dead: number;
  /** When schedules were due that nobody has run. */
  late: number[];
  /** The newest message; null: not known, or none. */
  newest: number | null;
  /** Whether a hub runs that ought to have done all this. */
  running: boolean;
}

export function waitingFindings({ unanswered, since, dead, late, newest, running }: Waiting): Finding[] {
  const ahead = (newest ?? 0) - Date.now();
  return [
    {
      check:
        unanswered === 0
          ? 'no message waits for its answer'
          : `${counted(unanswered, 'room')} with a message that waits for its answer${since === null ? '' : `, since ${new Date(since).toISOString()}`}`,
      ok: unanswered === 0 || !running,
      ...(unanswered > 0 && {
        fix: running
          ? 'See what hinders it: carrier turns, carrier switches, and the log of the hub.'
          : 'They are answered once a hub runs: carrier start.',
      }),
    },
    {
      check: dead === 0 ? 'no reply was given up' : `${counted(dead, 'reply', 'replies')} given up`,
      ok: dead === 0,
      ...(dead > 0 && {
        fix: 'carrier deliveries list says why; then send-again, send-all-again AGENT, or drop.',
      }),
    },
    ...(late.length === 0
      ? []
      : [
          {
            check: `${counted(late.length, 'schedule')} not run in time, the first was due ${new Date(Math.min(...late)).toISOString()}`,
            ok: !running,
            fix: running
              ? 'carrier schedules list shows them; the log of the hub says what hinders them.'
              : 'They are run late, skipped or told of once a hub runs, as each of them says.',
          },
        ]),
    ...(ahead <= lateMs
      ? []
      : [
          {
            check: `the newest message is from ${new Date(newest!).toISOString()}, which has not come yet`,
            ok: false,
            fix: "This machine's clock went back, or was ahead: let NTP run (timedatectl set-ntp true).",
          },
        ]),
  ];
}

function counted(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? `one ${one}` : `${count.toLocaleString('en')} ${many}`;
}
