/** What `carrier doctor` shows of the audit log. */
import type { Finding } from './connector/connector.js';
import type { Verification } from './store/audit-verification.js';

/** What is wrong with it, at most; `carrier audit verify` tells more. */
const mostAuditFaults = 10;

/** What a look through the whole log has found, here or in a hub that runs. */
export function auditFinding({
  ok,
  rows,
  older,
  missing,
  faults,
  faultCount,
}: Pick<Verification, 'ok' | 'rows' | 'older' | 'missing' | 'faultCount'> & {
  faults: readonly { about: string }[];
}): Finding {
  const count = (number: number) => number.toLocaleString('en');
  const outside = older > 0 ? `; ${count(older)} of older hubs outside of it cannot be checked` : '';
  if (ok) return { check: `its ${count(rows)} rows are one unbroken chain${outside}`, ok };
  const told = faults.slice(0, mostAuditFaults).map(({ about }) => about);
  const more = faultCount - told.length;
  return {
    check: `its ${count(rows)} rows are one unbroken chain${missing > 0 ? `; ${count(missing)} are missing` : ''}`,
    ok,
    fix: [
      ...told,
      ...(more > 0 ? [`And ${count(more)} more faults: carrier audit verify lists them.`] : []),
      'Somebody changed the database behind the hub; or an older backup was put back, or another data folder.',
    ].join('\n      '),
  };
}
