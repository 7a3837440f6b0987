/** What is held of people, put together on one store: exports and erasures. */
import type { Access } from '../access/access.js';
import type { PlatformWide } from '../access/account.js';
import type { Switches } from '../access/switches.js';
import type { Tokens } from '../access/tokens.js';
import type { EventBus } from '../bus/bus.js';
import type { Logger } from '../logger.js';
import type { Forgetting } from '../memory/forgetting/forgetting.js';
import type { Knowledge } from '../memory/knowledge/knowledge.js';
import type { Store } from '../store/store.js';
import type { HeldRooms } from '../takeover/held-rooms.js';
import { Erasures } from './erasures.js';
import { type Exporting, exportOf } from './export.js';
import { RetentionReport } from './retention-report.js';
import { Tombstones } from './tombstones.js';

interface Parts {
  config: { dataDir: string };
  engines: { store: Store; bus: EventBus };
  access: Pick<Access, 'people'>;
  forgetting: Forgetting;
  knowledge: Pick<Knowledge, 'documents'>;
  switches: Switches;
  tokens: Tokens;
  heldRooms: HeldRooms;
  platformWide: PlatformWide;
  log: Logger;
}

export interface Governing {
  erasures: Pick<Erasures, 'preview' | 'wanted' | 'isOf' | 'confirm'>;
  report: Pick<RetentionReport, 'list'>;
  /** Lines of JSON. */
  export(wanted: Exporting): AsyncIterable<string>;
  /** Call it before anything is served. */
  takeUp(): Promise<void>;
  sweep(): Promise<void>;
}

export function governingOn({ config, engines, access, knowledge, ...parts }: Parts): Governing {
  const { store, bus } = engines;
  const erasures = new Erasures({
    ...parts,
    ...{ store, bus, people: access.people, documents: knowledge.documents },
    tombstones: new Tombstones(config.dataDir),
  });
  return {
    erasures,
    report: new RetentionReport(store.records, parts.log),
    export: (wanted) => exportOf({ store, platformWide: parts.platformWide }, wanted),
    takeUp: () => erasures.takeUp(),
    sweep: () => erasures.sweep(),
  };
}
