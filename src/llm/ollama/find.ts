/** Looks for a running Ollama where one usually is: on this machine, and on the one that this container runs on. */
import type { Search } from '../../extension-api.js';

const usualPort = '11434';
/** Docker's name for the machine that a container runs on. */
const machineOfContainer = 'host.docker.internal';
const usualHosts = ['127.0.0.1', 'localhost', machineOfContainer];
/** How long one address is waited for, in ms: all are on this machine. */
const patienceMs = 2000;

export interface OllamaSearch {
  /** Where it is said to be, with or without `http://` and `/v1`; tried first. */
  host?: string;
  /** Names to try; default those above. */
  hosts?: string[];
  /** Default Ollama's own. */
  port?: string;
  signal: AbortSignal;
}

export async function findOllama({ host, hosts = usualHosts, port, signal }: OllamaSearch): Promise<Search> {
  const said = host ? [originOf(host)] : [];
  const usual = hosts.map((name) => `http://${name}:${port ?? usualPort}`);
  const tried = [...new Set([...said, ...usual])];
  const answers = await Promise.all(
    tried.map(async (origin) => ({ origin, models: await modelsOf(origin, signal) })),
  );
  const found = answers.flatMap(({ origin, models }) =>
    models ? [{ settings: { host: origin }, models }] : [],
  );
  return { found, tried, advice: adviceFor(found[0]?.settings.host) };
}

function originOf(host: string): string {
  return new URL(host.includes('://') ? host : `http://${host}`).origin;
}

/** Null: no Ollama answers there. */
async function modelsOf(origin: string, signal: AbortSignal): Promise<string[] | null> {
  try {
    const response = await fetch(`${origin}/api/tags`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
      redirect: 'error',
    });
    if (!response.ok) return null;
    const { models } = (await response.json()) as { models?: { name?: unknown }[] };
    if (!Array.isArray(models)) return null;
    return models.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  } catch {
    return null;
  }
}

function adviceFor(origin: string | undefined): string {
  const bind = 'Ollama listens on 127.0.0.1 alone unless it is started with OLLAMA_HOST=0.0.0.0';
  if (!origin)
    return `Start it with "ollama serve". From a container it is reached at http://${machineOfContainer}:${usualPort} (Docker on Linux wants --add-host=${machineOfContainer}:host-gateway); ${bind}.`;
  if (new URL(origin).hostname === machineOfContainer)
    return `It is on the machine that this container runs on; ${bind}.`;
  return `A hub in a container reaches it at http://${machineOfContainer}:${new URL(origin).port || usualPort} instead; ${bind}.`;
}
