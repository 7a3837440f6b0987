#!/usr/bin/env node
/**
 * The program's entry. It is kept to what an old Node can load, and imports the rest only when this Node is new enough:
 * an old one would end with a SyntaxError of some file deep inside.
 */
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  engines: { node: string };
};
const needed = engines.node.replace(/[^\d.]/g, '');
const [major = 0, minor = 0] = numbers(process.versions.node);
const [neededMajor = 0, neededMinor = 0] = numbers(needed);

if (major < neededMajor || (major === neededMajor && minor < neededMinor))
  end(`needs Node ${needed} or newer; this is Node ${process.versions.node}. See https://nodejs.org.`);
else
  import('./main.js').catch((error: Error) =>
    end(`the program cannot be loaded by Node ${process.versions.node}: ${error.message.split('\n')[0]}`),
  );

function numbers(version: string): number[] {
  return version.split('.').map(Number);
}

function end(problem: string): void {
  process.stderr.write(`carrier: ${problem}\n`);
  process.exitCode = 1;
}
