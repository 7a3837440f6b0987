import type { Finding } from '../connector/connector.js';
import { harmless } from '../core/harmless.js';
import { toolOfSource } from '../tools/offered.js';
import type { RunningSource, SourceTool } from '../tools/tool-source.js';

/**
 * Tools of one agent that people could take for one another, and those that a model could not tell apart.
 * @param actions names of what its plugins bring
 */
export function clashesOf(
  listed: readonly { source: RunningSource; tools: readonly SourceTool[] }[],
  actions: readonly string[],
): Finding[] {
  const bringing = new Map<string, string[]>(actions.map((name) => [name, ['a plugin']]));
  const calling = new Map<string, string[]>(actions.map((name) => [name, [name]]));
  for (const { source, tools } of listed)
    for (const tool of tools) {
      add(bringing, tool.name, source.name);
      const name = nameOf(source, tool);
      if (name) add(calling, name, `${source.name}:${tool.name}`);
    }
  return [
    ...[...bringing]
      .filter(([, by]) => by.length > 1)
      .map(([name, by]) => ({
        check: harmless(`the tool "${name}" is brought by ${by.join(' and ')}`),
        ok: true,
        fix: 'They are different tools. Rules must name them by their keys, SOURCE:NAME.',
      })),
    ...[...calling]
      .filter(([, keys]) => keys.length > 1)
      .map(([name, keys]) => ({
        check: harmless(`${keys.join(' and ')} have one name for models, "${name}"`),
        ok: false,
        fix: 'The first is used. Give the tool source another name.',
      })),
  ];
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

/** Null: its schema cannot be used, so it is off. */
function nameOf(source: RunningSource, tool: SourceTool): string | null {
  try {
    return toolOfSource(source, tool).name;
  } catch {
    return null;
  }
}
