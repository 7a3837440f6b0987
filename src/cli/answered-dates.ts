import { subscribe } from 'node:diagnostics_channel';

interface Answer {
  request: { origin?: string | URL };
  response: { headers: Buffer[] };
}

/**
 * Reads the time that other machines say (the Date of answers) off requests that are made anyway, by Node's `fetch`.
 * An answer of this machine itself tells nothing.
 */
export function watchDates(): { ahead(): { of: string; ms: number } | undefined } {
  const seen = new Map<string, number>();
  subscribe('undici:request:headers', (message) => {
    const { request, response } = message as Answer;
    const { hostname } = new URL(String(request.origin));
    if (isHere(hostname)) return;
    const at = response.headers.findIndex((name, i) => i % 2 === 0 && String(name).toLowerCase() === 'date');
    const said = at < 0 ? Number.NaN : Date.parse(String(response.headers[at + 1]));
    // It carries whole seconds, cut off.
    if (!Number.isNaN(said)) seen.set(hostname, said + 500 - Date.now());
  });
  return {
    /** Of the machine whose clock differs least: one that is wrong itself says nothing about this one. */
    ahead() {
      const [nearest] = [...seen].sort(([, one], [, other]) => Math.abs(one) - Math.abs(other));
      return nearest && { of: nearest[0], ms: nearest[1] };
    },
  };
}

function isHere(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
