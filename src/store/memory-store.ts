import type { Expiry } from './expiry.js';
import type { Facts } from './facts.js';
import type { History } from './history.js';
import type { Search } from './search.js';
import type { Vectors } from './vectors.js';

/** All that a store does with memories. Its users take the part that they need. */
export interface MemoryStore extends History, Search, Facts, Vectors, Expiry {}
