/** Messages a second in the rooms of a `Shape`, which the data folder has; the same number for each shape. */
import type { Shape } from './flat.js';
import { carrier, sendTo } from './hub.js';
import { scaled } from './load.js';

const count = 5000;
const shape = JSON.parse(process.argv[2]!) as Shape;
const names = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}-${i}`);
const rooms = names('room', scaled(shape.rooms));
// The program first, then each room once.
await sendTo(names('warm', 50), scaled(2000));
await sendTo(rooms, rooms.length);
process.stdout.write(JSON.stringify(await sendTo(rooms, scaled(count))));
await carrier.stop();
process.exit(0);
