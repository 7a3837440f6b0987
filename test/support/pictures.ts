import { randomFillSync } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

/** A picture of noise as PNG, about so many bytes long: noise cannot be packed. */
export function noise(bytes: number): Uint8Array<ArrayBuffer> {
  const side = Math.floor(Math.sqrt(bytes / 3));
  const rows = randomFillSync(Buffer.alloc(side * (side * 3 + 1)));
  for (let row = 0; row < side; row++) rows[row * (side * 3 + 1)] = 0;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  // 8 bits each of red, green and blue.
  head.set([8, 2], 8);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const packed = deflateSync(rows, { level: 1 });
  return new Uint8Array(
    Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', packed), chunk('IEND', Buffer.alloc(0))]),
  );
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
