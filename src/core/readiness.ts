/** Whether a process can do its part for a message now. Shown to anyone: no secrets, no addresses. */
export interface Readiness {
  ready: boolean;
  /** `ok`, or in a few words what is wrong. */
  checks: Record<string, string>;
  /** How the platforms' connections are; one that is down does not make the hub unready. */
  connections: Record<string, string>;
  /** What the engines lack, and what that costs. */
  notes: string[];
}

/** What has waited for its answer, or its time, for longer than this is late, in ms: a model that is away may come back. */
export const lateMs = 10 * 60_000;
