/** Keeps secrets out of whatever people read: log lines, errors, the doctor's report. */

/** Slack's tokens (`xoxb-`, `xoxp-`, `xoxe.xoxb-`, `xapp-` …), and what opens a socket. */
const secretShapes = /\b(xox[a-z](?:\.xox[a-z])?-|xapp-)[\w-]+|\b(ticket=)[^&\s"]+/g;

export function scrub(text: string): string {
  return text.replace(secretShapes, (_, token?: string, ticket?: string) => `${token ?? ticket}[redacted]`);
}
