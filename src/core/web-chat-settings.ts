/** What a character says of its page for visitors of web sites. */
import { z } from 'zod';

/** An origin as browsers write it: scheme and host in small letters, the port if it is not the usual; null: it is none. */
function originOf(said: string): string | null {
  const [, scheme, wild = '', host] = /^(https?):\/\/(\*\.)?([\w.[\]:-]+)\/?$/i.exec(said.trim()) ?? [];
  const text = `${scheme}://${host}`;
  if (host === undefined || !URL.canParse(text)) return null;
  const url = new URL(text);
  return `${url.protocol}//${wild}${url.host}`;
}

const Site = z
  .string()
  .overwrite((said) => originOf(said) ?? said)
  .refine(
    (said) => originOf(said) !== null,
    'must be an origin as "https://shop.example", or "https://*.shop.example" for all below it; a path, "*" and "null" are none',
  );

export const webChatFields = {
  /** Sites that may embed the chat. None: it is a page of its own, and nobody's part. */
  origins: z.array(Site).max(100).default([]),
  /** Above the talk; absent: the agent's name. */
  title: z.string().trim().min(1).max(100).optional(),
  /** Shown before anything was said. It is no message. */
  greeting: z.string().trim().min(1).max(1000).optional(),
  /** Whether visitors may write whom no site has signed in. */
  anonymous: z.boolean().default(true),
  /** Whether visitors may send files. */
  files: z.boolean().default(true),
  /** Messages a minute from one address, and half as many new visitors; 0 is no limit. */
  perAddress: z.number().int().min(0).max(1_000_000).default(60),
};
