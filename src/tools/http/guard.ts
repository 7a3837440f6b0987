/** Where HTTP tools may connect to. The address that is checked is the one that is connected to. */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isPublicAddress, isPublicHost } from '../../core/public-host.js';

export interface Guard {
  /** Whether addresses of this machine and its network may be asked. */
  allowPrivate: boolean;
  /** Ports on which the hub itself listens. */
  ownPorts: readonly number[];
  /** How names are resolved; absent: as the system does. */
  lookup?: Lookup;
}

/** As `dns.lookup` with `all`. */
export type Lookup = (
  hostname: string,
  options: { all: true; family?: number },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Nothing was sent: the address is not one that the tool may ask. */
export class RefusedAddress extends Error {}

/** @throws RefusedAddress for what can be told before a name is resolved */
export function checkUrl(url: URL, guard: Guard): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new RefusedAddress(`${url.protocol} is not http: or https:`);
  if (url.username || url.password) throw new RefusedAddress('the address has a user name or password');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host)) checkAddress(host, url, guard);
  else if (!guard.allowPrivate && !isPublicHost(host)) throw notPublic(url);
}

/** For the socket: gives it checked addresses alone, and none where one of them is not allowed. */
export function lookupFor(url: URL, guard: Guard): LookupFunction {
  const resolve: Lookup = guard.lookup ?? systemLookup;
  return (hostname, { all, family }, done) => {
    const asked = typeof family === 'number' ? { family } : {};
    resolve(hostname, { all: true, ...asked }, (error, addresses) => {
      if (error) return done(error, []);
      try {
        for (const { address } of addresses) checkAddress(address, url, guard);
      } catch (refused) {
        return done(refused as Error, []);
      }
      const [first] = addresses;
      if (all || !first) return done(first ? null : new Error(`${hostname} has no address`), addresses);
      done(null, first.address, first.family);
    });
  };
}

function checkAddress(address: string, url: URL, { allowPrivate, ownPorts }: Guard): void {
  if (!allowPrivate && !isPublicAddress(address)) throw notPublic(url);
  if (isLinkLocal(address))
    throw new RefusedAddress(`${url.host} leads to a link-local address, which no tool may ask`);
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  if (ownPorts.includes(port) && isOwn(address))
    throw new RefusedAddress(`${url.host} is the hub itself, which no tool may ask`);
}

function notPublic(url: URL): RefusedAddress {
  return new RefusedAddress(
    `${url.host} leads to an address that is not public; allowPrivate (--allow-private) is not said`,
  );
}

/** Where clouds tell a machine its own secrets; nothing else that a tool could want is there. */
function isLinkLocal(address: string): boolean {
  return /^(169\.254\.|fe[89ab][\da-f]:|fd00:ec2:)/i.test(plainAddress(address));
}

/** Of this machine: loopback, unspecified, or one of its interfaces. IPv4 in IPv6's clothes counts as what it is. */
function isOwn(address: string): boolean {
  const plain = plainAddress(address);
  if (/^(127\.|0\.)/.test(plain) || plain === '::1' || plain === '::') return true;
  return Object.values(networkInterfaces()).some((list) => list?.some((one) => one.address === plain));
}

function plainAddress(address: string): string {
  const host = new URL(`http://${isIP(address) === 6 ? `[${address.replace(/%.*$/, '')}]` : address}`)
    .hostname;
  const inside = host.replace(/^\[|\]$/g, '');
  const [, high, low] = /^(?:::(?:ffff:)?|64:ff9b::)([\da-f]{1,4}):([\da-f]{1,4})$/.exec(inside) ?? [];
  if (high === undefined || low === undefined) return inside;
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}
