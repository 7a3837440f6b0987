/** Which sites may embed the chat. */

/**
 * @param origin as the browser says it of the embedding page.
 * @param allowed of the settings, in the form that browsers write: `https://shop.example`, `https://*.shop.example`.
 */
export function isAllowed(origin: string, allowed: readonly string[]): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  // What is no origin as browsers write them (`null`, a path, other letters) is nobody's.
  if (url.origin !== origin || !/^https?:$/.test(url.protocol)) return false;
  return allowed.some((one) => {
    const [, scheme, rest] = /^(https?:\/\/)\*(\..+)$/.exec(one) ?? [];
    if (scheme === undefined || rest === undefined) return one === origin;
    return origin.startsWith(scheme) && url.host.endsWith(rest) && url.host.length > rest.length;
  });
}

/** For the page's policy. */
export function ancestorsOf(allowed: readonly string[]): string {
  return allowed.length === 0 ? "'none'" : allowed.join(' ');
}
