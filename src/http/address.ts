/** Where requests come from. */
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import type { Request } from 'express';

/**
 * The address of the client: of the connection, or what proxies say that CARRIER_TRUSTED_PROXIES names, the right-most
 * hop that is not one of them. IPv6 in its short form; IPv4 within IPv6 as IPv4.
 */
export function addressOf(req: Request): string {
  // What a trusted proxy forwards may be no address.
  return canonical(req.ip ?? '') ?? canonical(req.socket.remoteAddress ?? '') ?? 'unknown';
}

/** Some proxies write the port, too. */
const withPort = /^(?:\[([^\]]+)\](?::\d{1,5})?|(\d+\.\d+\.\d+\.\d+):\d{1,5})$/;

function canonical(said: string): string | null {
  const [, bracketed, plain] = withPort.exec(said) ?? [];
  const address = (bracketed ?? plain ?? said).replace(/%.*$/, '');
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return null;
  const short = new SocketAddress({ address, family: 'ipv6' }).address;
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(short)?.[1] ?? short;
}
