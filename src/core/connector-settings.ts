/** What a character says about one platform: who may talk to it there, how often, and under which account. */
import { z } from 'zod';
import { webChatFields } from './web-chat-settings.js';

/** Its visitors are let in by the section itself: there is nobody to ask for a code. */
const webChat = 'webchat';

/** Where tokens' tenants have their rooms. */
export const tokenConnector = 'http';

const ids = z.array(z.string().min(1).max(512)).max(10_000).default([]);

/** Platform ids: of people, of their roles or groups, of channels or threads, of servers or workspaces. */
const Lists = z.strictObject({ users: ids, roles: ids, channels: ids, tenants: ids }).prefault({});

const rate = z.number().int().min(0).max(1_000_000).optional();

/** Where a secret is; the secret itself never stands in a character. */
const Reference = z
  .string()
  .regex(
    /^(env:[A-Z][A-Z0-9_]*|file:\S.*|secret:[\w.-]{1,64})$/,
    'must be env:NAME, file:PATH or secret:NAME, and never the secret itself',
  );

const Gate = z.object({
  /** This agent's own account there. */
  token: Reference.optional(),
  /** Direct messages: from everyone, from those on `allow`, or from those who were let in by a code. */
  dm: z.enum(['open', 'allowlist', 'pairing']).optional(),
  /**
   * Servers, workspaces and groups that are served: all, those on `allow` and the operator's own, or those that were let
   * in by a code, too.
   */
  places: z.enum(['open', 'allowlist', 'pairing']).optional(),
  /** Groups: answers when named or answered, always, also when a keyword is said, or never. */
  groups: z.enum(['mention', 'always', 'keyword', 'off']).default('mention'),
  /** A thread in which it was addressed: answers all that is not said to somebody else, or only when named again. */
  threads: z.enum(['joined', 'mention']).default('joined'),
  keywords: z.array(z.string().trim().min(1).max(100)).max(200).default([]),
  allow: Lists,
  deny: Lists,
  /** Users who may approve pairings and choose models, and need no pairing themselves. */
  operators: ids,
  /** Whether talk it is not asked to answer is kept, so that it knows what is spoken about. */
  context: z.boolean().default(false),
  /** Whether messages such as `/new` are commands. */
  commands: z.boolean().default(true),
  /** Messages it takes within a window, in seconds; 0 is no limit. Absent: `usualRate`. */
  rate: z
    .strictObject({
      perUser: rate,
      perRoom: rate,
      perPlace: rate,
      windowSeconds: z.number().int().min(1).max(86_400).default(60),
    })
    .prefault({}),
});

/** The web chat's page and widget; the section is what lets visitors in. */
const WebChat = Gate.omit({ token: true }).extend({
  ...webChatFields,
  /** Signs the tokens of a site's users. */
  secret: Reference.optional(),
});

/** What a character says about its web chat: `connectors.webchat`, after defaults. */
export type WebChatSettings = z.infer<typeof WebChat>;

/** By the connector's name. Settings that are not listed are the connector's own secrets: `appToken`. */
export const ConnectorsSettings = z
  .object({ [webChat]: WebChat.strict().optional() })
  .catchall(Gate.catchall(Reference));

type Said = z.infer<typeof Gate>;
export type ConnectorSettings = Said &
  Required<Pick<Said, 'dm' | 'places'>> & { rate: Required<Said['rate']> };

/**
 * Messages a minute. A person who types does not reach 30, and a room of several at once not 120; a script that does
 * would cost whoever pays for the model. How many a place has, nobody can say for all of them.
 */
const usualRate = { perUser: 30, perRoom: 120 };

export const gateSettings: ReadonlySet<string> = new Set(Object.keys(Gate.shape));
const usual = Gate.parse({});

/**
 * What counts for a connector: what the character says, or else what is usual there.
 * @param trusted whoever comes by it has a token of the hub already: they need no letting in, and no rate is usual.
 */
export function settingsFor(
  { connectors }: { connectors: z.infer<typeof ConnectorsSettings> },
  name: string,
  trusted = false,
): ConnectorSettings {
  const said: Said = Object.hasOwn(connectors, name) ? (connectors[name] as Said) : usual;
  const { windowSeconds } = said.rate;
  const usually = (perMinute: number) => (trusted ? 0 : Math.ceil((perMinute * windowSeconds) / 60));
  const { perPlace = 0 } = said.rate;
  const { perUser = usually(usualRate.perUser), perRoom = usually(usualRate.perRoom) } = said.rate;
  const entry = trusted || name === webChat ? 'open' : 'pairing';
  return {
    ...said,
    ...{ dm: said.dm ?? entry, places: said.places ?? entry },
    rate: { perUser, perRoom, perPlace, windowSeconds },
  };
}

/** References to an agent's own secrets for a connector, by the setting's name; `token` is the connector's main one. */
export function referencesFor(
  { connectors }: { connectors: z.infer<typeof ConnectorsSettings> },
  name: string,
): Record<string, string> {
  const said: object = Object.hasOwn(connectors, name) ? connectors[name]! : {};
  const plain = new Set([...gateSettings, ...(name === webChat ? Object.keys(webChatFields) : [])]);
  return Object.fromEntries(
    Object.entries(said).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === 'string' && (entry[0] === 'token' || !plain.has(entry[0])),
    ),
  );
}

/** References to secrets that a character has, of all its connectors. */
export function allReferences(character: { connectors: z.infer<typeof ConnectorsSettings> }): string[] {
  return Object.keys(character.connectors).flatMap((name) => Object.values(referencesFor(character, name)));
}
