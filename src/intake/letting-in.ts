/** Who and what is let in by codes: people, and the places in which groups talk. */
import type { Logger } from '../logger.js';
import type { Store } from '../store/store.js';
import type { Notices } from './notices.js';
import { PairedPlaces } from './paired-places.js';
import { Pairings } from './pairings.js';
import { ServedPlaces } from './served-places.js';

interface Parts {
  store: Store;
  notices: Notices;
  /** The same in all processes of a hub. */
  key: () => Uint8Array;
  log: Logger;
}

export function lettingIn({ store, notices, key, log }: Parts) {
  const pairings = new Pairings(
    store.notes,
    async ({ code, agentId, source, ...person }) => {
      const text = 'You are let in. What can I do for you?';
      await notices.tell({ agentId, source, direct: true, author: person }, { text }, `paired:${code}`);
    },
    log,
  );
  const places = new PairedPlaces({
    notes: store.notes,
    key,
    async approved({ code, agentId, source, askedBy }) {
      const text = 'I am let in here. What can I do for you?';
      await notices.tell({ agentId, source, direct: false, author: askedBy }, { text }, `placed:${code}`);
    },
    log,
  });
  return { pairings, places, served: new ServedPlaces(store, places, log) };
}
