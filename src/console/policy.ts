/** What pages of the console may load, and what they may not: nothing that does not come from the hub. */
import type { RequestHandler } from 'express';
import type { Logger } from '../logger.js';

/** @param report where browsers tell what they refused, seen from the page. */
export function pagePolicy(report: string): string {
  return [
    "default-src 'none'",
    ...["script-src 'self'", "style-src 'self'", "img-src 'self' blob: data:", "connect-src 'self'"],
    ...["worker-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"],
    `report-uri ${report}`,
  ].join('; ');
}

const mostToldAMinute = 10;

/** Writes into the log what a browser refused. Anybody may send that, so it is told seldom, and shortened. */
export function policyReports(log: Pick<Logger, 'warn'>): RequestHandler {
  let minute = 0;
  let told = 0;
  return (req, res) => {
    const now = Math.floor(Date.now() / 60_000);
    if (now !== minute) [minute, told] = [now, 0];
    res.writeHead(204).end();
    if (told >= mostToldAMinute) return;
    const report = (req.body as Record<string, unknown> | undefined)?.['csp-report'];
    if (typeof report !== 'object' || report === null) return;
    told++;
    const said = report as Record<string, unknown>;
    const short = (field: string) => String(said[field] ?? '').slice(0, 200);
    // Of addresses only where they lead: a query may have what is secret.
    const blocked = short('blocked-uri').replace(/[?#].*/, '');
    log.warn(
      { directive: short('violated-directive'), blocked },
      'a page of the console was refused something',
    );
  };
}
