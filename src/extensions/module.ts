/** Finds and loads a module that a setting names: an npm package, or a file. */
import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** An npm package, perhaps scoped, perhaps with a path inside it; no part starts with a dot. */
const packageName = /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*(?:\/[\w~-][\w.~-]*)*$/i;

function isPath(name: string): boolean {
  return /^\.{1,2}[/\\]/.test(name) || isAbsolute(name);
}

/**
 * Where a module is: a path starts from the folder; a package is looked for from the folder, then beside the hub.
 * @throws Error with what is wrong and the fix, to be put behind the module's name.
 */
export async function locate(name: string, folder: string): Promise<string> {
  if (isPath(name)) {
    const path = resolve(folder, name);
    const found = await stat(path).catch(() => null);
    if (found?.isFile()) return pathToFileURL(path).href;
    throw new Error(`was not found: there is no file ${path}. Paths start from ${folder}`);
  }
  if (!packageName.test(name)) throw new Error('is neither an npm package nor a path that starts with "./"');
  // Only here: a hub with extensions of its own alone has no need of it.
  const { resolve: resolvePackage } = await import('import-meta-resolve');
  let fault: unknown;
  for (const from of [pathToFileURL(`${resolve(folder)}/`).href, import.meta.url]) {
    try {
      const url = resolvePackage(name, from);
      // Node's own modules, `fs` say, resolve to themselves.
      if (url.startsWith('file:') && (await stat(fileURLToPath(url))).isFile()) return url;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') fault ??= error;
    }
  }
  if (fault) throw new Error(`cannot be resolved: ${(fault as Error).message}`);
  throw new Error(`was not found. Install it with "npm install ${name}", or name a file: "./${name}.js"`);
}

/** The module's default export; CommonJS compiled from ESM arrives wrapped once more. */
export async function defaultExport(url: string): Promise<unknown> {
  let module: Record<string, unknown>;
  try {
    module = await import(/* @vite-ignore */ url);
  } catch (cause) {
    throw new Error(`could not be loaded: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  const outer = module.default;
  const wrapped = typeof outer === 'object' && outer !== null && '__esModule' in outer && 'default' in outer;
  return wrapped ? outer.default : outer;
}
