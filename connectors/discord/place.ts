/** Where a message stands, as far as it matters to a room. */
import type { APIChannel, Channel, Client } from 'discord.js';
import type { Source } from '../../src/extension-api.js';
import { asDeliveryError, Refusal } from './refusal.js';

export interface Place extends Pick<Source, 'tenant' | 'channel' | 'thread'> {
  /** A one-to-one conversation with the bot. */
  direct: boolean;
  /** What a thread is called; a post in a forum is one, and this stands above its first message. */
  title?: string;
}

/** Discord's direct messages belong to no guild. */
export const noGuild = '@me';

/**
 * As far as the SDK knows it at this moment; null: it must be asked for.
 * @param guildId absent: a direct message.
 */
export function knownPlace(client: Client, channelId: string, guildId?: string): Place | null {
  if (guildId === undefined) return { tenant: noGuild, channel: channelId, direct: true };
  const channel = client.channels.cache.get(channelId);
  return channel ? placeIn(guildId, channel) : null;
}

/** Asks Discord where need be. Null: there is no such channel for the bot. */
export async function placeOf(client: Client, channelId: string, guildId?: string): Promise<Place | null> {
  const known = knownPlace(client, channelId, guildId);
  if (known || guildId === undefined) return known;
  const channel = await client.channels.fetch(channelId).catch((error) => {
    const known = asDeliveryError(error);
    if (known instanceof Refusal) return null;
    throw known;
  });
  return channel && placeIn(guildId, channel);
}

function placeIn(guildId: string, channel: Channel): Place {
  const apart = { tenant: guildId, direct: false };
  if (!channel.isThread() || !channel.parentId) return { ...apart, channel: channel.id };
  return { ...apart, channel: channel.parentId, thread: channel.id, title: channel.name };
}

/** From what an interaction tells about its channel: nothing has to be fetched while 3 seconds run. */
export function placeOfInteraction(channel: Partial<APIChannel> & { id: string }, guildId?: string): Place {
  const apart = { tenant: guildId ?? noGuild, direct: guildId === undefined };
  // Types 10 to 12 are threads.
  const isThread = channel.type !== undefined && channel.type >= 10 && channel.type <= 12;
  if (isThread && 'parent_id' in channel && channel.parent_id)
    return { ...apart, channel: channel.parent_id, thread: channel.id };
  return { ...apart, channel: channel.id };
}
