/**
 * Kubernetes puts variables for each Service of a namespace into every pod: with one named `carrier`, CARRIER_PORT is
 * `tcp://10.0.0.7:3000`. They are known by one another, so that a mistyped setting is never taken for one.
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */

type Variables = Record<string, string | undefined>;

export interface WithoutServiceLinks {
  env: Variables;
  /** What was left out. */
  left: string[];
}

export function withoutServiceLinks(env: Variables): WithoutServiceLinks {
  const services = Object.keys(env).flatMap((name) => {
    const service = /^([A-Z0-9_]+)_SERVICE_HOST$/.exec(name)?.[1];
    return service && isService(env, service) ? [service] : [];
  });
  const left = Object.keys(env).filter((name) =>
    services.some((service) => isOf(service, name, env[name] ?? '')),
  );
  return { env: Object.fromEntries(Object.entries(env).filter(([name]) => !left.includes(name))), left };
}

/**
 * Its host and its port stand in its address, too: under its port's own name where somebody has set what the first is
 * called, as CARRIER_PORT.
 */
function isService(env: Variables, service: string): boolean {
  const [host = '', port = ''] = ['SERVICE_HOST', 'SERVICE_PORT'].map((name) => env[`${service}_${name}`]);
  const all = ['', `_${port}_TCP`, `_${port}_UDP`, `_${port}_SCTP`].map(
    (name) => env[`${service}_PORT${name}`],
  );
  const [first] = all.filter((value) => value !== undefined && address.test(value));
  return first?.endsWith(`//${inUrl(host)}:${port}`) === true;
}

const address = /^(tcp|udp|sctp):\/\//;

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function isOf(service: string, name: string, value: string): boolean {
  if (!name.startsWith(`${service}_`)) return false;
  const rest = name.slice(service.length + 1);
  if (rest === 'PORT') return address.test(value);
  return /^(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/.test(
    rest,
  );
}
