/** Which connections that leave this machine can be read, and changed, on their way. */
import type { Config } from '../config.js';
import type { Agent } from '../core/character.js';
import type { ExtensionBase } from '../extensions/extension.js';
import { hubValues } from '../extensions/settings.js';

export interface PlaintextLink {
  /** What a person would change. */
  field: string;
  message: string;
}

/** Of an `otlp` exporter, which reads its own settings. */
const traces = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
/** Deeper than any settings are. */
const mostDepth = 8;

/** Links over TLS, to this machine, and over Unix sockets are none of them. Each setting is named once. */
export function plaintextLinks(
  config: Pick<Config, 'cluster' | 'endpoints' | 'toolSources' | 'given'>,
  extensions: readonly ExtensionBase[],
  agents: readonly Agent[],
): PlaintextLink[] {
  const { cluster, endpoints, toolSources, given } = config;
  const settings = [
    ...extensions.flatMap((extension) => [...hubValues(extension, given).values()]),
    ...traces.map((name) => ({ name, value: given.has(name) ? given.text(name) : undefined })),
    ...Object.entries(endpoints).map(([name, { settings: value }]) => ({ name: `endpoints.${name}`, value })),
    ...Object.entries(toolSources).map(([name, value]) => ({ name: `toolSources.${name}`, value })),
    ...agents.map(({ id, character }) => ({ name: `the character ${id}`, value: character })),
  ];
  const links = [
    ...(cluster ? [...redisLinks(cluster.redis), ...mongodbLinks(cluster.mongodbUrl)] : []),
    ...settings.flatMap(({ name, value }) => {
      const hosts = [...new Set(httpHosts(value))];
      return hosts.map((host) => link(name, host, 'an https:// address'));
    }),
  ];
  return [...new Map(links.map((one) => [`${one.field} ${one.message}`, one])).values()];
}

/** Whether it never leaves this machine: loopback, or a Unix socket. */
export function staysHere(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (name === '' || name.includes('%2f') || name.startsWith('/')) return true;
  return /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|::1|::ffff:(?:127(?:\.\d{1,3}){3}|7f[\da-f]{2}:[\da-f]{1,4}))$/.test(
    name,
  );
}

function redisLinks({
  url,
  sentinels,
}: Pick<NonNullable<Config['cluster']>['redis'], 'url' | 'sentinels'>): PlaintextLink[] {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'rediss:') return [];
  const hosts = sentinels.length > 0 ? sentinels.map(({ host }) => host) : [hostname];
  const found = hosts.find((host) => !staysHere(host));
  return found === undefined ? [] : [link('REDIS_URL', found, 'rediss:// (REDIS_CA for a CA of your own)')];
}

/** Not by `URL`, which takes no list of hosts. */
function mongodbLinks(url: string): PlaintextLink[] {
  const [, srv, hosts = '', query = ''] =
    /^mongodb(\+srv)?:\/\/(?:[^@/?]*@)?([^/?]*)[^?]*(?:\?(.*))?$/i.exec(url) ?? [];
  const options = new Map(
    [...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase(), value]),
  );
  // The driver's rule: on with `+srv`, and either option turns it on or off.
  const tls = options.get('tls') ?? options.get('ssl') ?? String(srv !== undefined);
  if (tls === 'true') return [];
  const found = hosts.split(',').find((host) => !staysHere(host.replace(/:\d+$/, '')));
  return found === undefined
    ? []
    : [link('MONGODB_URL', found, 'tls=true (and tlsCAFile for a CA of your own)')];
}

/** Of all http:// addresses in it that lead elsewhere. */
function httpHosts(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') {
    const text = value.trim();
    if (!/^http:\/\/\S+$/i.test(text) || !URL.canParse(text)) return [];
    const { hostname, host } = new URL(text);
    return staysHere(hostname) ? [] : [host];
  }
  if (typeof value !== 'object' || value === null || depth > mostDepth) return [];
  return Object.values(value).flatMap((one) => httpHosts(one, depth + 1));
}

function link(field: string, host: string, instead: string): PlaintextLink {
  return {
    field,
    message: `what goes to ${host} can be read on its way; use ${instead} if it leaves your own network`,
  };
}
