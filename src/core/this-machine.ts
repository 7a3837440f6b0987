/** Whether what goes there never leaves this machine: loopback, or a Unix socket. By the name alone; nothing is resolved. */
export function isThisMachine(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (name === '' || name.includes('%2f') || name.startsWith('/')) return true;
  return /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|::1|::ffff:(?:127(?:\.\d{1,3}){3}|7f[\da-f]{2}:[\da-f]{1,4}))$/.test(
    name,
  );
}
