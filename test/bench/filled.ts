/** Fills a data folder with the memories of a `Shape`, and prints how long that took in ms. */
import type { Shape } from './flat.js';
import { scaled } from './load.js';
import { fill, memory } from './memories.js';
import { openOwnStore } from './own-store.js';

const perSilentRoom = 200;
const shape = JSON.parse(process.argv[2]!) as Shape;
const rooms = scaled(shape.rooms);
const active = rooms * shape.perRoom;
const store = await openOwnStore();
const started = performance.now();
await fill(store, scaled(shape.stored) - active, (n) => memory(n, `silent-${Math.floor(n / perSilentRoom)}`));
await fill(store, active, (n) => memory(Math.floor(n / rooms), `room-${n % rooms}`));
process.stdout.write(JSON.stringify(performance.now() - started));
await store.close();
