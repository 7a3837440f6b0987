import type { Config } from '../config.js';
import { runningHub } from '../running-hub.js';
import { print } from './output.js';

/** Longer than a hub waits for its engines before it says that it is not ready. */
const patienceMs = 7000;

/**
 * Asks the hub of this machine how it is, for health checks of containers: their images have no curl, `localhost` may be
 * an address that nobody listens on, and the port is a setting.
 * @param live asks only whether the process is alive, whatever its engines do.
 * @returns whether it is well.
 */
export async function probe(
  { http, dataDir }: Pick<Config, 'http' | 'dataDir'>,
  { live = false }: { live?: boolean } = {},
): Promise<boolean> {
  // Where it says that it is; it may have been started on another port.
  const url = announced(dataDir) ?? (http.port > 0 ? `http://${reached(http.host)}:${http.port}` : undefined);
  if (!url) {
    print(`no hub runs on ${dataDir}`);
    return false;
  }
  try {
    const response = await fetch(`${url}/${live ? 'healthz' : 'readyz'}`, {
      signal: AbortSignal.timeout(patienceMs),
    });
    print(await response.text());
    return response.ok;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    print(`${url} does not answer: ${cause?.message ?? message}`);
    return false;
  }
}

/** A data folder that cannot be read says nothing of where a hub is. */
function announced(dataDir: string): string | undefined {
  try {
    return runningHub(dataDir)?.url;
  } catch {
    return undefined;
  }
}

/** Where a hub that listens there is reached from its own machine. */
function reached(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
