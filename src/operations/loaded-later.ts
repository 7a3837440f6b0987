import type { Caller } from './operations.js';

/** Most starts are followed by messages, not by operations: a hub is ready sooner without them. */
export function loadedLater(load: () => Promise<Caller>): Caller {
  let loaded: Promise<Caller> | undefined;
  return {
    async call(...what) {
      loaded ??= load();
      return (await loaded).call(...what);
    },
  };
}
