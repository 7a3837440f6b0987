import type { Finding } from './connector/connector.js';
import { atMost } from './core/deadline.js';

export interface Diagnosis {
  subject: string;
  findings: Finding[];
}

/** How long a platform or a model service is waited for, in ms. */
export const patienceMs = 10_000;

/** What fails or takes too long is a finding like any other. */
export async function look(
  subject: string,
  work: () => Promise<Finding[]>,
  mostMs = 2 * patienceMs,
): Promise<Diagnosis> {
  const unusable = (fix: string) => [{ check: 'it can be used', ok: false, fix }];
  const findings = await atMost(mostMs, work()).catch(({ message }: Error) => unusable(message));
  return { subject, findings: findings ?? unusable(`No answer within ${mostMs / 1000} s.`) };
}
