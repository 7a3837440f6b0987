/** Carries what was typed to the hub that runs: finds the operation's route and fills it with the input. */
import type { Config } from '../config.js';
import { FatalError } from '../errors.js';
import { routes } from '../http/routes.js';
import type { OperationName } from '../operations/operations.js';
import { addressOf } from './address.js';
import { call } from './client.js';
import { addressField } from './pages.js';

export type Input = Record<string, string | number | boolean | string[] | undefined>;

/** The operation's answer as the hub gave it. @throws FatalError with the hub's own words. */
export function carry(
  config: Config,
  operation: OperationName,
  input: Input,
  url?: string,
): Promise<unknown> {
  const address = addressOf(config, url);
  if (!address)
    throw new FatalError(
      'not_found',
      `No hub runs on ${config.dataDir}. Start it (carrier start), or name its folder with --data-dir, or its address with --url.`,
      { field: addressField },
    );
  const { method, path, body } = requestOf(operation, input);
  return call(address, method, path, body);
}

function requestOf(operation: OperationName, input: Input) {
  const given = Object.entries(input).filter(([, value]) => value !== undefined) as [string, string][];
  const known = routes.filter((route) => route.operation === operation);
  const lacks = ({ path }: { path: string }) => fieldsOf(path).filter((field) => !input[field]);
  const route = known.find((one) => lacks(one).length === 0);
  if (!route) {
    const missing = known[0] ? lacks(known[0]).join(', ') : 'something';
    throw new FatalError('invalid_field', `${missing}: is missing for ${operation}; see --help.`);
  }
  const inPath = fieldsOf(route.path);
  const path = route.path.replace(/:(\w+)/g, (_, field: string) => encodeURIComponent(String(input[field])));
  const rest = given.filter(([field]) => !inPath.includes(field));
  if (route.method !== 'GET') return { method: route.method, path, body: Object.fromEntries(rest) };
  const query = new URLSearchParams(
    rest.map(([field, value]): [string, string] => [field, String(value)]),
  ).toString();
  return { method: route.method, path: query ? `${path}?${query}` : path };
}

function fieldsOf(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, field]) => field!);
}
