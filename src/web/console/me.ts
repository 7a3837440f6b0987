/** Who is signed in, and what they may. Pages leave out what they may not; the hub refuses it besides. */
import { signal } from '@preact/signals';
import { get, post } from '../api.js';

export interface Me {
  name: string;
  role: string;
  tenant: string;
  /** As whom they chat. */
  user: string;
  permissions: Record<string, boolean>;
  /** Whom they can chat with. */
  agents: { id: string; name: string; avatar?: string | null }[];
  /** Of the hub. */
  version: string;
}

/** Undefined: not known yet; null: nobody. */
export const me = signal<Me | null | undefined>(undefined);

export async function readMe(): Promise<void> {
  try {
    const read = await get<Me>('console/me');
    me.value = {
      ...read,
      agents: read.agents.map((agent, _, all) => ({ ...agent, name: toldApart(agent, all) })),
    };
  } catch (error) {
    if ((error as { status?: number }).status !== 401) throw error;
    me.value = null;
  }
}

/** Two agents may have one name. */
function toldApart({ id, name }: Me['agents'][number], all: Me['agents']): string {
  return all.some((other) => other.id !== id && other.name === name) ? `${name} (${id})` : name;
}

export function may(permission: string): boolean {
  return me.value?.permissions[permission] === true;
}

export async function signOut(): Promise<void> {
  await post('console/sign-out');
  me.value = null;
}
