/** Which addresses are of the public internet: the others are this machine, its neighbours, or nobody. */
import { BlockList, isIP } from 'node:net';

/**
 * False for an address that is not public. Names pass, but for this machine's own: what they stand for is judged when it
 * is known.
 * @param hostname of a parsed URL: addresses written as decimal, octal or hex numbers are dotted by then.
 */
export function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');
  if (isIP(host) !== 0) return isPublicAddress(host);
  return host !== 'localhost' && !host.endsWith('.localhost');
}

export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !notPublic.check(address);
  return !address.toLowerCase().startsWith('::ffff:') && !notPublic.check(address, 'ipv6');
}

/** IANA special-purpose address registries, and multicast. IPv4 in IPv6's clothes (`::ffff:`) is refused as such. */
const notPublic = new BlockList();
for (const range of [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24',
  '192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
  '::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16',
  'fc00::/7 fe80::/10 fec0::/10 ff00::/8',
].flatMap((line) => line.split(' '))) {
  const [address = '', bits] = range.split('/');
  notPublic.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
}
