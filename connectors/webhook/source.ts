/** A source: whoever posts to an agent, how that is proved, and what message their JSON becomes. */
import { z } from 'zod';
import { secret } from '../../src/extension-api.js';
import { unknownPlace } from './template.js';

const Template = z
  .string()
  .min(1)
  .max(8000)
  .superRefine((template, context) => {
    const place = unknownPlace(template);
    if (place !== undefined)
      context.addIssue({
        code: 'custom',
        message: `{${place}} is no place: write {path.to.field}, {/json/pointer}, {header:NAME} or {.}`,
      });
  });

const HeaderName = z.string().regex(/^[A-Za-z\d-]{1,100}$/, 'must be the name of a header');

export const WebhookSource = z
  .strictObject({
    /** How posts are signed. `standard`: Standard Webhooks; `header`: the secret itself stands in a header. */
    signature: z.enum(['standard', 'github', 'stripe', 'hmac', 'header']),
    secret: secret(),
    /** Taken, too, while the sender changes to the new one. */
    formerSecret: secret().optional(),
    /** Where the signature or the secret is; for `hmac` and `header`. */
    header: HeaderName.optional(),
    algorithm: z.enum(['sha256', 'sha1', 'sha512']).default('sha256'),
    encoding: z.enum(['hex', 'base64']).default('hex'),
    /** What stands before it in the header, such as `sha256=` or `Bearer `. */
    prefix: z.string().max(100).default(''),
    /** Names one delivery; default: what the signature's style has for it, else a hash of the body. */
    id: Template.optional(),
    /** The message. */
    text: Template,
    /** Whose words they are; default: the source. */
    author: z.strictObject({ id: Template.optional(), name: Template.optional() }).prefault({}),
    /** One room for each value; default: one for the source. */
    room: Template.optional(),
    thread: Template.optional(),
    /** Posts of which all of this is so become messages; others are answered, and ignored. */
    only: z
      .array(z.strictObject({ value: Template, in: z.array(z.string().max(200)).min(1).max(200) }))
      .max(20)
      .default([]),
  })
  .superRefine(({ signature, header, ...source }, context) => {
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    const ofOwnMaking = signature === 'hmac' || signature === 'header';
    if (ofOwnMaking && header === undefined)
      wrong('header', `is missing: "${signature}" needs the header's name`);
    if (!ofOwnMaking && header !== undefined)
      wrong('header', `is given by the signature "${signature}"; leave it out, or choose "hmac" or "header"`);
    if (signature !== 'standard') return;
    for (const field of ['secret', 'formerSecret'] as const) {
      const value = source[field];
      if (value !== undefined && !isStandardSecret(value))
        wrong(field, 'must be "whsec_" and base64 of at least 16 bytes, as Standard Webhooks have it');
    }
  });
export type WebhookSource = z.output<typeof WebhookSource>;

/** The key of a secret as Standard Webhooks write it: base64, as a rule after `whsec_`. */
export function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}

function isStandardSecret(value: string): boolean {
  return /^(whsec_)?[A-Za-z\d+/]+={0,2}$/.test(value) && keyOf(value).length >= 16;
}
