import type { Character } from '../../core/character.js';
import type { OfferedTool } from '../tool.js';
import { matchesAny } from './pattern.js';

/** Whether a character's `tools` let it use a tool; they can only take away. */
export function isListed(
  { allow, deny }: Character['tools'],
  tool: Pick<OfferedTool, 'key' | 'name' | 'source'>,
): boolean {
  return (
    !deny.some((rule) => namesTool(rule, tool, true)) && allow.some((rule) => namesTool(rule, tool, false))
  );
}

/** A bare name is an action of a plugin: what comes from elsewhere cannot take it over. */
function namesTool(
  rule: string,
  { key, name, source }: Pick<OfferedTool, 'key' | 'name' | 'source'>,
  loosely: boolean,
): boolean {
  if (rule === '*') return true;
  if (!rule.includes(':')) return source.startsWith('plugin:') && rule === name;
  return matchesAny(rule, key, loosely);
}
