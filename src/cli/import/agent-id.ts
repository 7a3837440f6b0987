/** What an agent of another program is called here. */
import { AgentId, reservedIds } from '../../core/character.js';

/** @param names the first that can be an id is */
export function agentIdOf(...names: string[]): string {
  for (const one of [...names, 'imported']) {
    const plain = one
      .normalize('NFKD')
      .toLowerCase()
      .replace(/\p{M}/gu, '')
      .replace(/[^a-z0-9_]+/g, '-')
      .replace(/^[-_]+|[-_]+$/g, '')
      .slice(0, 56);
    const id = reservedIds.has(plain) ? `${plain}-agent` : plain;
    if (AgentId.safeParse(id).success) return id;
  }
  return 'imported';
}
