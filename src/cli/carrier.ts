#!/usr/bin/env node
// What runs first, also on a Node that is too old for the rest: no imports, and no syntax of the last years.
const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`carrier: needs Node 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}

// Resolved at run time, so that an old Node never looks at it.
import('./main.js');

export {};
