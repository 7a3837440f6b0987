/** Holds the code to `src/README.md`: which layer may import which, small files, one contract suite per port. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { permissions } from '../src/access/permissions.js';
import type { Operation } from '../src/operations/operation.js';
import { operations } from '../src/operations/operations.js';
import { allowed, layerOf, portOf } from './support/layers.js';
import { all, importsOf, isOfPages, ofPages, read, sources, tests } from './support/sources.js';

/** Files that are longer than the rest for a reason. */
const longFiles: Record<string, string> = {};

/** Carriers that need more than operations, for a reason. */
const carriesMore: Record<string, string> = {
  'src/http/tokens.ts': 'asks whose token it is before there is a principal',
  'src/cli/hub.ts': 'makes the first token, which nobody could ask for',
};

const suites: { port: string; implementation: RegExp; suite: string }[] = [
  { port: 'RoomQueue', implementation: /class \w+ implements RoomQueue\b/, suite: 'queueContract' },
  {
    port: 'Maintenance',
    implementation: /class \w+ implements Maintenance\b/,
    suite: 'maintenanceContract',
  },
  { port: 'EventBus', implementation: /class \w+ implements EventBus\b/, suite: 'busContract' },
  { port: 'SecretStore', implementation: /class \w+ implements SecretStore\b/, suite: 'secretContract' },
  { port: 'Host', implementation: /class \w+ implements Host\b/, suite: 'hostContract' },
  { port: 'Leases', implementation: /class \w+ implements Leases\b/, suite: 'leaseContract' },
  { port: 'RateCounter', implementation: /class \w+ implements RateCounter\b/, suite: 'rateContract' },
  {
    port: 'Store',
    implementation: /export (async )?function \w+\([^)]*\): Promise<(Libsql)?Store>/,
    suite: 'storeContract',
  },
  {
    port: 'LanguageModel',
    implementation: /export function \w+\([^)]*\): LanguageModel\b/,
    suite: 'languageModelContract',
  },
  { port: 'Embedder', implementation: /export function \w+\([^)]*\): Embedder\b/, suite: 'embedderContract' },
  {
    port: 'Connector',
    implementation: /export function \w+\([^)]*\): Connector\b/,
    suite: 'connectorContract',
  },
  {
    port: 'ToolSource',
    implementation: /class \w+ implements ToolSource\b/,
    suite: 'toolSourceContract',
  },
];

describe('layers', () => {
  it('gives every source file one', () => {
    expect(sources.filter((file) => !layerOf(file))).toEqual([]);
  });

  it('lets imports point one way', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter((imported) => !allowed(file, imported))
        .map((imported) => `${file} must not import ${imported}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps implementations of a port apart from one another', () => {
    const wrong = sources
      .filter((file) => layerOf(file) === 'implementation')
      .flatMap((file) =>
        importsOf(file)
          .filter((imported) => layerOf(imported) === 'implementation' && portOf(file) !== portOf(imported))
          .map((imported) => `${file} must not import ${imported}`),
      );
    expect(wrong).toEqual([]);
  });

  it('lets pages import what runs in browsers alone', () => {
    const reached = new Set(ofPages);
    for (const file of reached) for (const imported of importsOf(file)) reached.add(asIs(imported));
    const wrong = [...reached].filter(
      (file) => !isOfPages(file) && (layerOf(file) !== 'base' || /from 'node:/.test(read(file))),
    );
    expect(ofPages.length).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });

  it('lets nothing of the hub import pages', () => {
    expect(sources.filter((file) => importsOf(file).some(isOfPages))).toEqual([]);
  });

  it('writes no markup of its own into a page: text that people and models wrote would run there', () => {
    const wrong = ofPages.filter((file) =>
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\bstyle=|\beval\(/.test(read(file)),
    );
    expect(wrong).toEqual([]);
  });

  it('reads the environment in the program’s entry alone', () => {
    const readers = sources.filter(
      (file) => /process\.env\b/.test(read(file)) && !file.startsWith('src/cli/'),
    );
    expect(readers).toEqual([]);
  });
});

const operationFiles = sources.filter((file) => file.startsWith('src/operations/'));

describe('operations', () => {
  it('are carried to by HTTP, the command line and chat commands, which do nothing themselves', () => {
    const wrong = sources
      .filter((file) => /^src\/(http|cli|intake\/commands)\//.test(file) && !carriesMore[file])
      .flatMap((file) => importsOf(file).map((imported) => [file, imported] as const))
      .filter(([, imported]) =>
        /^src\/(store|runtime|queue|bus|outbox|agents|secrets|roles)\b/.test(imported),
      )
      .map(([file, imported]) => `${file} must not import ${imported}`);
    expect(wrong).toEqual([]);
  });

  it('lend those their types alone', () => {
    const wrong = sources
      // The document is made of their schemas, and loaded when somebody asks for it.
      .filter((file) => /^src\/(http|cli|intake)\//.test(file) && file !== 'src/http/openapi/document.ts')
      .filter((file) =>
        /^(import|export) (?!type )[^;]*?from '[./]+\/operations\//ms.test(valueImports(file)),
      );
    expect(wrong).toEqual([]);
  });

  it('would be seen to lack one', () => {
    const [good] = operations;
    for (const part of ['permission', 'input', 'output'] as const)
      expect(faultsOf({ ...good, [part]: undefined } as Partial<Operation>)).toHaveLength(1);
    expect(faultsOf({ ...good, input: z.object({}) } as Partial<Operation>)).toHaveLength(1);
  });

  it('[structure.9] and what their carriers share is defined once', () => {
    for (const name of ['PairingDesk', 'PairingRequest', 'Pairing', 'Readiness']) {
      const defining = sources.filter((file) => new RegExp(`\\binterface ${name}\\b`).test(read(file)));
      expect(defining, name).toHaveLength(1);
    }
  });

  it('have a permission, schemas and their place in the list', () => {
    const defined = operationFiles.flatMap((file) =>
      [...read(file).matchAll(/= defineOperation\(\{\n {2}name: '([^']+)'/g)].map(([, name]) => name!),
    );
    expect(operations.map(({ name }) => name).sort()).toEqual(defined.sort());
    expect(operations.flatMap(faultsOf)).toEqual([]);
    const used = new Set<string>(operations.map(({ permission }) => permission));
    const ofRoutes = ['messages.send', 'routes.call', 'metrics.read'];
    // Asked for besides an operation's own.
    const more = ['switches.changeAll'];
    expect(Object.keys(permissions).filter((permission) => !used.has(permission))).toEqual([
      ...ofRoutes,
      ...more,
    ]);
  });
});

/** What an operation lacks. */
function faultsOf({ name, permission, input, output }: Partial<Operation>): string[] {
  const faults = [];
  if (!Object.hasOwn(permissions, permission ?? '')) faults.push(`${name} has no permission of the table`);
  if (!(input instanceof z.ZodType)) faults.push(`${name} has no input schema`);
  // What nobody asked for is refused, not passed over.
  else if (input.safeParse({ __unknown: 1 }).success) faults.push(`${name} takes anything`);
  if (!(output instanceof z.ZodType)) faults.push(`${name} has no output schema`);
  return faults;
}

/** A platform's or a provider's name, also as part of a name in code; `isLacking` has none. */
const brandNames =
  /(?<![A-Za-z])(?:discord|telegram|slack|openai|anthropic|ollama|claude|gpt-\d|groq|gemini|mistral)|Discord|Telegram|(?<!i)Slack|OpenAI|Anthropic|Ollama|DISCORD|TELEGRAM|SLACK|OPENAI|ANTHROPIC|OLLAMA/;
/** Providers' own folders, and importers: they read the files of other programs, which name platforms as those do. */
const namesOthers = /^src\/(?:llm\/[\w-]+|cli\/import)\//;
const namesBrands = (file: string, text: string) =>
  file.startsWith('src/') &&
  !namesOthers.test(file) &&
  file !== 'src/extensions/builtin.ts' &&
  brandNames.test(text);

describe('platforms and providers', () => {
  it('are named in their own folders alone', () => {
    expect(sources.filter((file) => namesBrands(file, read(file)))).toEqual([]);
  });

  it.each(['// as Slack has it', "if (name === 'telegram') {", 'OPENAI_API_KEY', 'const discordToken = 1;'])(
    'would be found anywhere else: %s',
    (planted) => {
      const outside = sources.filter(
        (file) => file.startsWith('src/') && !namesOthers.test(file) && file !== 'src/extensions/builtin.ts',
      );
      expect(outside.length).toBeGreaterThan(100);
      expect(outside.filter((file) => !namesBrands(file, `${read(file)}\n${planted}`))).toEqual([]);
    },
  );
});

describe('imports', () => {
  it('make no circle', () => {
    expect(circleIn(new Map(sources.map((file) => [file, importsOf(file)])))).toEqual([]);
  });

  it('would be seen to make one', () => {
    const circle = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', []],
      ['d', ['a']],
    ]);
    expect(circleIn(circle)).toEqual(['a', 'b', 'd', 'a']);
  });
});

describe('files', () => {
  it('are at most 300 lines, or have a reason', () => {
    const long = all.filter((file) => read(file).split('\n').length > 301 && !longFiles[file]);
    expect(long).toEqual([]);
  });

  it('are named for what they hold', () => {
    const vague = all.filter((file) => /(^|\/)(utils?|helpers?|common|types|misc)(\/|\.ts$)/.test(file));
    expect(vague).toEqual([]);
  });
});

describe('contract suites', () => {
  for (const { port, implementation, suite } of suites) {
    it(`are run by every ${port}`, () => {
      const implementations = sources.filter((file) => implementation.test(read(file)));
      expect(implementations).not.toEqual([]);
      const runners = tests.filter((file) => file.endsWith('.test.ts') && read(file).includes(`${suite}(`));
      const covered = new Set(runners.flatMap((file) => importsOf(file)));
      expect(implementations.filter((file) => !covered.has(file))).toEqual([]);
    });
  }
});

/** The text without its imports of types. */
function valueImports(file: string): string {
  return read(file).replace(/^(import|export) type [^;]*;/gm, '');
}

/** Pages are of two kinds of files, and are imported alike. */
function asIs(file: string): string {
  const tsx = file.replace(/\.ts$/, '.tsx');
  return ofPages.includes(tsx) ? tsx : file;
}

/** The first circle found, from a file back to itself; empty when there is none. */
function circleIn(graph: Map<string, string[]>): string[] {
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const imported of graph.get(file) ?? []) {
      const circle = visit(imported, [...path, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}
