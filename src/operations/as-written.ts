import { z } from 'zod';
import { Account, Group, readAccount, readGroup } from '../access/account.js';
import { readTenant } from '../core/written-account.js';

/** An object, or what people write for it; `form` says how. */
function asWritten<S extends z.ZodType>(
  schema: S,
  read: (text: string) => z.output<S> | null,
  form: string,
): z.ZodType<z.output<S>, string | z.input<S>> {
  const told = { anyOf: [{ type: 'string', description: form }, z.toJSONSchema(schema, { io: 'input' })] };
  return z
    .custom<string | z.input<S>>()
    .meta(told)
    .transform((given, context) => {
      const known = typeof given === 'string' ? read(given) : schema.safeParse(given).data;
      if (known && (typeof given !== 'string' || isMeant(known))) return known;
      context.addIssue({ code: 'custom', message: `must be ${form}, or an object of these parts` });
      return z.NEVER;
    });
}

/** A space at an end, or a line's end, came along with what somebody pasted: nobody else may be meant by it. */
function isMeant(known: object): boolean {
  return Object.values(known).every((part: string | undefined) => !/^\s|\s$|\p{Cc}/u.test(part ?? ''));
}

export const AccountInput = asWritten(Account, readAccount, 'CONNECTOR:USER or CONNECTOR/TENANT:USER');
export const GroupInput = asWritten(Group, readGroup, 'CONNECTOR:GROUP or CONNECTOR/TENANT:GROUP');

const id = z.string().min(1).max(512);
const Place = z
  .strictObject({ connector: id, tenant: id.optional(), channel: id.optional() })
  .refine(({ tenant, channel }) => channel === undefined || tenant !== undefined);

export const PlaceInput = asWritten(
  Place,
  readPlace,
  'CONNECTOR, CONNECTOR/TENANT or CONNECTOR/TENANT:CHANNEL',
);

function readPlace(text: string): z.output<typeof Place> | null {
  const [, connector, tenant, channel] = /^([^/:\s]+)(?:\/([^:]+)(?::(.+))?)?$/s.exec(text) ?? [];
  return Place.safeParse({ connector, tenant: tenant && readTenant(tenant), channel }).data ?? null;
}
