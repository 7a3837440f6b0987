/** The layers of `src/README.md`: which file is of which, and which may import which. */
import { dirname } from 'node:path';

/** First match decides a file's layer. */
const layers: [name: string, pattern: RegExp][] = [
  [
    'base',
    /^src\/((core|markdown)\/.*|access\/(permissions|principal|role)|errors|logger|metrics|tracing|config|config-file|environment|given|nearest|problems|redaction|setting|secret-file|shutdown|standard-error|folder|package-folder)\.?/,
  ],
  [
    'port',
    // What all of a port's implementations share stands beside it: an extension may import nothing but the public API.
    /^src\/(connector\/(connector|kit\/[\w-]+)|agents\/agent-type|extensions\/extension|plugin\/(plugin|hooks)|tools\/(tool|tool-source)|queue\/queue|maintenance\/maintenance|llm\/(llm|phrases|pictures|prompt-lines|prompt-text|service|unit-vector)|bus\/bus|lease\/lease|rate\/rate)\.ts$|^src\/store\/[\w-]+\.ts$/,
  ],
  ['public', /^src\/(extension-api|replies)\.ts$/],
  ['package', /^src\/index\.ts$/],
  // Nothing of the hub imports it.
  ['testing', /^src\/testing\//],
  ['extension', /^(connectors|plugins|src\/llm|src\/tools\/mcp)\/|^src\/agents\/(conversational|task)\.ts$/],
  ['extensions', /^src\/extensions\//],
  ['implementation', /^src\/(queue|maintenance|store|bus|lease|rate|plugin)\//],
  // Keys and ciphers; stores and the bus seal with them.
  ['encryption', /^src\/encryption\//],
  ['access', /^src\/access\//],
  // What agents do besides talking, and who allows it.
  ['acting', /^src\/(tools|approvals|budgets|checks|schedules|tasks|takeover)\//],
  // What is held of people: exports and erasures.
  ['governance', /^src\/governance\//],
  // Agents as the store has them.
  ['definitions', /^src\/definitions\//],
  ['operations', /^src\/operations\//],
  ['files', /^src\/files\//],
  // What looks at what agents say: checks before it is sent, scores and lessons after.
  ['evaluation', /^src\/evaluation\//],
  // What an agent remembers: recall, facts, summaries, documents, forgetting.
  ['memory', /^src\/memory\//],
  ['middle', /^src\/(intake|runtime|outbox)\//],
  ['agents', /^src\/(agents|secrets)\//],
  [
    'roles',
    /^src\/(roles|deliveries|turns|tool-desk|host|engines|agent-desk|keep-up|acting|remembering|evaluating|operating|summarising|taking-over)\.ts$/,
  ],
  [
    'carrier',
    /^src\/(carrier|backends|backing-up|copying|defining|importing|running-hub|[\w-]*diagnosis|setting-up|look|plugin-places)\.ts$/,
  ],
  ['http', /^src\/http\//],
  // The console's pages, who is signed in, and what they see as it happens.
  ['console', /^src\/console\//],
  ['program', /^src\/((hub|admin-token|embed|asking)\.ts$|behaviour\/)/],
  ['cli', /^src\/cli\//],
];

/** What each layer may import, besides files of its own folder. */
const mayImport: Record<string, string[]> = {
  base: ['base'],
  port: ['base', 'port'],
  public: ['base', 'port'],
  package: ['base', 'public', 'program'],
  // The contract of connectors runs on the real hub, so it starts one; the one in memory has the real gate's rules.
  testing: ['base', 'port', 'public', 'acting', 'extensions', 'middle', 'carrier', 'http'],
  // One provider may build on another whose protocol it speaks.
  extension: ['public', 'extension'],
  extensions: ['base', 'port', 'extension'],
  implementation: ['base', 'port', 'encryption'],
  encryption: ['base', 'port', 'encryption'],
  access: ['base', 'port'],
  acting: ['base', 'port', 'access', 'acting'],
  evaluation: ['base', 'port', 'access', 'acting'],
  memory: ['base', 'port', 'access', 'acting', 'files', 'memory'],
  governance: ['base', 'port', 'access', 'acting', 'memory', 'governance'],
  definitions: ['base', 'port', 'access', 'definitions'],
  operations: ['base', 'port', 'access', 'acting', 'memory', 'governance', 'evaluation', 'definitions'],
  // Chat commands carry requests there.
  middle: ['base', 'port', 'access', 'acting', 'memory', 'evaluation', 'operations', 'files'],
  files: ['base', 'port', 'files'],
  agents: ['base', 'port', 'acting', 'extensions', 'definitions', 'agents'],
  roles: [
    'base',
    'port',
    'access',
    'acting',
    'memory',
    'governance',
    'evaluation',
    'operations',
    'middle',
    'files',
    'agents',
  ],
  carrier: [
    'base',
    'port',
    'access',
    'acting',
    'memory',
    'extensions',
    'implementation',
    'encryption',
    'middle',
    'agents',
    'definitions',
    'operations',
    'roles',
  ],
  http: ['base', 'port', 'access', 'governance', 'operations', 'http'],
  console: ['base', 'port', 'access', 'governance', 'operations', 'http', 'console'],
  program: ['base', 'port', 'access', 'extensions', 'evaluation', 'carrier', 'http', 'console', 'program'],
  cli: ['base', 'port', 'access', 'operations', 'carrier', 'http', 'program', 'cli'],
};

export function layerOf(file: string): string | undefined {
  return layers.find(([, pattern]) => pattern.test(file))?.[0];
}

export function portOf(file: string): string | undefined {
  return file.split('/')[1];
}

export function allowed(file: string, imported: string): boolean {
  const from = layerOf(file)!;
  const to = layerOf(imported);
  if (dirname(file) === dirname(imported) || imported.startsWith(`${dirname(file)}/`)) return true;
  // A folder within a folder of the middle, such as intake/commands, belongs to it.
  if (from === 'middle' && to === 'middle' && portOf(file) === portOf(imported)) return true;
  // What a port's implementations share stands beside the port.
  if (from === 'implementation' && dirname(imported) === `src/${portOf(file)}`) return true;
  return to !== undefined && mayImport[from]!.includes(to);
}
