import { isIPv6 } from 'node:net';

/** Whoever has an IPv6 address has 2^64 of them: they count as one. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = address.split('::');
  const [first, last] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  const all = address.includes('::') ? [...first, ...zeros, ...last] : first;
  return `${all.slice(0, 4).join(':')}::/64`;
}

function groups(part: string): string[] {
  const found = part.split(':').filter(Boolean);
  // IPv4 at the end stands for two.
  return found.flatMap((group) => (group.includes('.') ? [group, group] : [group]));
}
