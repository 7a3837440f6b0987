/** What `aside.test.ts` has done in a thread. */
export function sum(a, b) {
  return a + b;
}

export function spin() {
  for (;;);
}

export function backtrack() {
  return /^(a+)+$/.test(`${'a'.repeat(60)}b`);
}

export function fill() {
  const kept = [];
  for (;;) kept.push(new Array(100_000).fill(kept.length));
}

export function fillBuffers() {
  const kept = [];
  for (;;) kept.push(Buffer.alloc(1_000_000, 1));
}

export function fail() {
  throw new Error('no such page');
}

export function leave() {
  process.exit(3);
}

export function hold(shared) {
  Atomics.wait(shared, 0, 0);
}

export function release(shared) {
  Atomics.store(shared, 0, 1);
  Atomics.notify(shared, 0);
}

export async function later(bytes) {
  process.stdout.write('printed');
  await new Promise((resolve) => setTimeout(resolve, 5));
  return { size: bytes.length, secrets: Object.keys(process.env) };
}
