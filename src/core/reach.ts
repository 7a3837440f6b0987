/**
 * What definitions of agents in the store may be allowed to reach on the machine: variables of its environment, files of the
 * folders that character files may name, and tool sources of their own.
 */
export const reaches = ['env', 'files', 'tool-sources'] as const;
export type Reach = (typeof reaches)[number];
