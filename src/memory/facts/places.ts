/** In which groups somebody has facts of their own: read where an agent is to know persons in direct rooms. */
import { z } from 'zod';
import type { Account } from '../../access/account.js';
import { derivedId } from '../../core/ids.js';
import { isDirect, type Memory } from '../../core/memory.js';
import type { Logger } from '../../logger.js';
import { defineRecord, type TypedRecords } from '../../store/record.js';
import type { RecordStore } from '../../store/record-store.js';

/** Groups of one account that are known; of more, the newest. */
const mostPlaces = 100;

const FactPlaces = z.looseObject({ agentId: z.string(), scopes: z.array(z.string()) });
type FactPlaces = z.infer<typeof FactPlaces>;

const placesRecord = defineRecord<FactPlaces>({
  kind: 'fact-places',
  schema: FactPlaces,
  group: ({ agentId }) => agentId,
});

export class Places {
  readonly #records: TypedRecords<FactPlaces>;

  constructor(records: RecordStore, log: Logger) {
    this.#records = placesRecord.in(records, log);
  }

  async add({ agentId, scope, author, source }: Memory): Promise<void> {
    if (isDirect(scope) !== false) return;
    await this.#records.change(placesId(agentId, { ...source, userId: author.id }), (places) => {
      if (places?.scopes.includes(scope)) return undefined;
      const scopes = [...(places?.scopes ?? []), scope].slice(-mostPlaces);
      return { ...(places ?? { agentId }), agentId, scopes };
    });
  }

  async of(agentId: string, accounts: readonly Account[]): Promise<string[]> {
    const found = await Promise.all(accounts.map((account) => this.#records.get(placesId(agentId, account))));
    return [...new Set(found.flatMap((places) => places?.value.scopes ?? []))];
  }
}

/** Of the record that says so. */
export function placesId(agentId: string, { connector, tenant, userId }: Account): string {
  return derivedId('places', agentId, connector, tenant, userId);
}
