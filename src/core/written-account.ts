/** Accounts as people write them: `CONNECTOR:USER`, or `CONNECTOR/TENANT:USER`. */

export function writtenAccount({
  connector,
  tenant,
  userId,
}: {
  connector: string;
  tenant: string;
  userId: string;
}): string {
  return `${connector}${tenant === 'default' ? '' : `/${writtenTenant(tenant)}`}:${userId}`;
}

/** Its own colons are `%3A`, so that the first ends it; and what would be read as such an escape has its `%` as `%25`. */
export function writtenTenant(tenant: string): string {
  return tenant.replace(/:|%(?=25|3a)/gi, (found) => (found === ':' ? '%3A' : '%25'));
}

export function readTenant(written: string): string {
  return written.replace(/%(25|3a)/gi, (_, code: string) => (code === '25' ? '%' : ':'));
}
