/** What a character says about one platform: who may talk to it there, how often, and under which bot. */
import { z } from 'zod';

const ids = z.array(z.string().min(1).max(512)).max(10_000).default([]);

/** Platform ids: of people, of their roles or groups, of channels or threads, of guilds or workspaces. */
const Lists = z.strictObject({ users: ids, roles: ids, channels: ids, tenants: ids }).prefault({});

const rate = z.number().int().min(0).max(1_000_000).default(0);

function settings(usual: { dm: 'open' | 'pairing'; commands: boolean }) {
  return z.strictObject({
    /** `env:NAME`: the setting that holds this agent's own bot token. The token itself never stands here. */
    token: z
      .string()
      .regex(
        /^env:(DISCORD|TELEGRAM|SLACK)_[A-Z0-9_]+$/,
        'must be env: and the name of a setting that begins with DISCORD_, TELEGRAM_ or SLACK_',
      )
      .optional(),
    /** Direct messages: from everyone, from those on `allow`, or from those who were let in by a code. */
    dm: z.enum(['open', 'allowlist', 'pairing']).default(usual.dm),
    /** Groups: answers when named or answered, always, also when a keyword is said, or never. */
    groups: z.enum(['mention', 'always', 'keyword', 'off']).default('mention'),
    keywords: z.array(z.string().trim().min(1).max(100)).max(200).default([]),
    allow: Lists,
    deny: Lists,
    /** Users who may approve pairings and choose models, and need no pairing themselves. */
    operators: ids,
    /** Whether talk it is not asked to answer is kept, so that it knows what is spoken about. */
    context: z.boolean().default(false),
    /** Whether messages such as `/new` are commands. */
    commands: z.boolean().default(usual.commands),
    /** Messages it takes within a window, in seconds; 0 is no limit. */
    rate: z
      .strictObject({
        perUser: rate,
        perRoom: rate,
        windowSeconds: z.number().int().min(1).max(86_400).default(60),
      })
      .prefault({}),
  });
}

/** Whoever calls over HTTP has a token already. */
const trusted = settings({ dm: 'open', commands: false });
const platform = settings({ dm: 'pairing', commands: true });

/** By the connector's name; a connector that is not one of the hub's own is a platform like the others. */
export const ConnectorsSettings = z
  .object({
    discord: platform.optional(),
    telegram: platform.optional(),
    slack: platform.optional(),
    http: trusted.optional(),
  })
  .catchall(platform);

export type ConnectorSettings = z.infer<typeof platform>;

const usualPlatform = platform.parse({});
const usualTrusted = trusted.parse({});

/** What counts for a connector: what the character says, or else what is usual there. */
export function settingsFor(
  { connectors }: { connectors: z.infer<typeof ConnectorsSettings> },
  name: string,
): ConnectorSettings {
  const said = Object.hasOwn(connectors, name) ? connectors[name] : undefined;
  return said ?? (name === 'http' ? usualTrusted : usualPlatform);
}
