/** What the hub gives to a `create`, for tests that make a connector, a provider or an embedder themselves. */
import type { Character, ConnectorContext, ProviderContext } from '../extension-api.js';

/** With the settings as the test has them, so that the compiler holds these against the extension's own. */
type Fake<C, S> = Omit<C, 'settings' | 'nameOf'> & { settings: S; nameOf(field: string): string };

const silent = { debug() {}, info() {}, warn() {}, error() {} };
/** A field goes by its own name. */
const nameOf = (field: string) => field;

/**
 * What a connector's `create` is given: the agent `eliza` of `FakeHost`, and the hub's default limits.
 *
 * @param overrides `settings` as the schema gives them, defaults and all; absent: none.
 * @example
 * const connector = await pager.create(fakeConnectorContext({ settings: { token: 't', url: network.url } }));
 */
export function fakeConnectorContext<S extends object = Record<never, never>>(
  overrides: Partial<Fake<ConnectorContext, S>> = {},
): Fake<ConnectorContext, S> {
  return {
    agent: { id: 'eliza', character: { name: 'Eliza' } as Character },
    settings: {} as S,
    nameOf,
    log: silent,
    hub: {
      streaming: true,
      maxBodyBytes: 1_048_576,
      maxFileBytes: 10_485_760,
      maxFiles: 8,
      maxUploadingBytes: 134_217_728,
      maxBacklog: 10_000,
      replyTimeoutMs: 120_000,
      callbackAllowPrivate: false,
    },
    derive: (purpose) => Buffer.from(purpose).toString('hex').padEnd(64, '0'),
    callbackSecret: () => 'callback-secret',
    callbackSecretOf: async (tokenId) => `callback-secret of ${tokenId}`,
    ...overrides,
  };
}

/**
 * What the `create` of a provider or an embedder is given: the endpoint `test`, and no model named.
 *
 * @param overrides `settings` as the schema gives them, defaults and all; absent: none.
 * @example
 * const model = await pebble.create(fakeProviderContext({ settings: { apiKey: 'k', baseUrl: server.url } }));
 */
export function fakeProviderContext<S extends object = Record<never, never>>(
  overrides: Partial<Fake<ProviderContext, S>> = {},
): Fake<ProviderContext, S> {
  return {
    endpoint: 'test',
    model: '',
    abilities: {},
    settings: {} as S,
    nameOf,
    log: silent,
    ...overrides,
  };
}
