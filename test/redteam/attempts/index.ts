/** All attempts by channel, each with names of its own. */
import type { Make } from '../attempt.js';
import { type Staged, targetOf } from '../stage.js';
import { descriptions } from './descriptions.js';
import { direct } from './direct.js';
import { encoded } from './encoded.js';
import { files } from './files.js';
import { links } from './links.js';
import { mcp } from './mcp.js';
import { memory } from './memory.js';
import { names } from './names.js';
import { pages } from './pages.js';
import { quotes } from './quotes.js';
import { rooms } from './rooms.js';
import { severalSteps } from './several-steps.js';
import { toolResults } from './tool-results.js';

const made: [channel: string, attempts: Make[]][] = [
  ['direct', direct],
  ['file', files],
  ['web page', pages],
  ['tool result', toolResults],
  ['display name', names],
  ['quoted message', quotes],
  ['other room', rooms],
  ['memory', memory],
  ['tool description', descriptions],
  ['MCP result', mcp],
  ['encoded', encoded],
  ['disguised link', links],
  ['several steps', severalSteps],
];

export const attempts: { channel: string; staged: Staged[] }[] = made.map(([channel, makes], at) => ({
  channel,
  staged: makes.map((make, index) => {
    const target = targetOf(`${String.fromCharCode(97 + at)}${index + 10}`);
    return { ...make(target), target };
  }),
}));
