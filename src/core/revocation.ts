/** The note that says of a token, by its hash, that it was revoked: its file may still be there. */
export function revocationKey(hash: string): string {
  return `revoked-token:${hash}`;
}
