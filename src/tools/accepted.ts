/**
 * Accepted tools: what people have seen of a tool that its source describes. One that is described otherwise later, or takes
 * other arguments, is asked for until somebody accepts it as it is then. What is seen first counts as accepted: rules are
 * written about that.
 */
import { z } from 'zod';
import type { Logger } from '../logger.js';
import { defineRecord, type TypedRecords } from '../store/record.js';
import type { RecordStore } from '../store/record-store.js';
import type { OfferedTool } from './tool.js';

const Shape = z.looseObject({
  digest: z.string(),
  description: z.string(),
  /** JSON text. */
  parameters: z.string(),
});
type Shape = z.infer<typeof Shape>;

const Seen = z.looseObject({
  key: z.string(),
  agentId: z.string(),
  accepted: Shape,
  /** What it is now, where that differs. */
  offered: Shape.optional(),
  /** Unix ms, as of the accepted one. */
  at: z.number(),
  /** Who accepted it; absent: it was seen first. */
  by: z.string().optional(),
});
export type SeenTool = z.infer<typeof Seen>;

const seenRecord = defineRecord({ kind: 'tool-seen', schema: Seen, group: ({ agentId }) => agentId });

/** A longer description or schema is compared by its digest, and shown as far as this. */
const mostShown = 20_000;
const mostAtOnce = 10;

export interface AcceptedToolsParts {
  records: RecordStore;
  /** Called for a tool that is not any more what was accepted; by several processes, or again, where they come together. */
  changed(tool: SeenTool): Promise<void>;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export class AcceptedTools {
  readonly #parts: AcceptedToolsParts;
  readonly #records: TypedRecords<SeenTool>;

  constructor(parts: AcceptedToolsParts) {
    this.#parts = parts;
    this.#records = seenRecord.in(parts.records, parts.log);
  }

  /** Call it with whatever sources offer, whenever that changes. */
  async note(agentId: string, tools: readonly OfferedTool[]): Promise<void> {
    const left = tools.filter(({ source }) => !source.startsWith('plugin:'));
    while (left.length > 0)
      await Promise.all(left.splice(0, mostAtOnce).map((tool) => this.#note(agentId, tool)));
  }

  async isAccepted(agentId: string, tool: OfferedTool): Promise<boolean> {
    const seen =
      (await this.#records.get(idOf(agentId, tool.key)))?.value ?? (await this.#note(agentId, tool));
    return seen?.accepted.digest === tool.digest;
  }

  /** Null: no agent was ever offered it. */
  async get(agentId: string, key: string): Promise<SeenTool | null> {
    return (await this.#records.get(idOf(agentId, key)))?.value ?? null;
  }

  /** Null: it is not any more as it was shown, or there is nothing to accept. @param digest of what was shown */
  async accept(agentId: string, key: string, digest: string, by: string): Promise<SeenTool | null> {
    let accepted: SeenTool | undefined;
    await this.#records.change(idOf(agentId, key), (seen) => {
      accepted = undefined;
      if (seen?.offered?.digest !== digest) return undefined;
      const { offered, ...rest } = seen;
      accepted = { ...rest, accepted: offered, at: this.#parts.now(), by };
      return accepted;
    });
    return accepted ?? null;
  }

  async #note(agentId: string, tool: OfferedTool): Promise<SeenTool | null> {
    const id = idOf(agentId, tool.key);
    const offered = shapeOf(tool);
    const before = await this.get(agentId, tool.key);
    // One that changes all the time is told of once. Told before it is noted, it is told of whatever dies.
    if (before && !before.offered && before.accepted.digest !== offered.digest)
      await this.#parts.changed({ ...before, offered });
    return this.#records.change(id, (known) => {
      if (!known) return { key: tool.key, agentId, accepted: offered, at: this.#parts.now() };
      if (known.accepted.digest !== offered.digest)
        return known.offered?.digest === offered.digest ? undefined : { ...known, offered };
      if (!known.offered) return undefined;
      const { offered: _, ...rest } = known;
      return rest;
    });
  }
}

/** Two agents may have sources of one name that are not the same. */
function idOf(agentId: string, key: string): string {
  return `${agentId}/${key}`;
}

function shapeOf({ digest, description, parameters }: OfferedTool): Shape {
  return {
    ...{ digest, description: description.slice(0, mostShown) },
    parameters: JSON.stringify(parameters).slice(0, mostShown),
  };
}

/** What differs, for people, the longest way round: old and new, a line each. */
export function differenceOf({ accepted, offered }: SeenTool): string[] {
  if (!offered) return [];
  const lines: string[] = [];
  if (accepted.description !== offered.description)
    lines.push(`- description: ${accepted.description}`, `+ description: ${offered.description}`);
  if (accepted.parameters !== offered.parameters)
    lines.push(`- parameters: ${accepted.parameters}`, `+ parameters: ${offered.parameters}`);
  return lines.length > 0 ? lines : ['What it is bound to has changed, such as the address that it calls.'];
}
