/** What Discord accepts as a message, and what it answers to the rest. Its documentation: resources/message. */
import { z } from 'zod';
import { type ApiError, invalid, refusals } from './errors.js';

const Snowflake = z.string().regex(/^\d{1,20}$/);

const Emoji = z.strictObject({ id: Snowflake.nullish(), name: z.string().nullish() });

const ButtonForm = z.strictObject({
  type: z.literal(2),
  id: z.int().optional(),
  style: z.int().min(1).max(4),
  label: z.string().min(1).max(80).optional(),
  emoji: Emoji.optional(),
  custom_id: z.string().min(1).max(100),
  disabled: z.boolean().optional(),
});

const Row = z.strictObject({
  type: z.literal(1),
  id: z.int().optional(),
  components: z.array(ButtonForm).min(1).max(5),
});

const AllowedMentions = z.strictObject({
  parse: z.array(z.enum(['roles', 'users', 'everyone'])).optional(),
  roles: z.array(Snowflake).max(100).optional(),
  users: z.array(Snowflake).max(100).optional(),
  replied_user: z.boolean().optional(),
});

const AttachmentForm = z.strictObject({
  id: z.union([z.int(), Snowflake]),
  filename: z.string().min(1).max(1024).optional(),
  description: z.string().max(1024).optional(),
});

const Edit = z.strictObject({
  // Discord's count is 2,000; in UTF-16 units it is the strictest of its possible meanings.
  content: z.string().max(2000).nullish(),
  flags: z.int().nullish(),
  allowed_mentions: AllowedMentions.nullish(),
  components: z.array(Row).max(5).nullish(),
  attachments: z.array(AttachmentForm).max(10).nullish(),
});

const Create = Edit.extend({
  nonce: z.union([z.int(), z.string().max(25)]).nullish(),
  enforce_nonce: z.boolean().nullish(),
  tts: z.boolean().optional(),
  message_reference: z
    .strictObject({
      type: z.literal(0).optional(),
      message_id: Snowflake,
      channel_id: Snowflake.optional(),
      guild_id: Snowflake.optional(),
      fail_if_not_exists: z.boolean().optional(),
    })
    .nullish(),
});

export type MessageForm = z.infer<typeof Create>;
export type EditForm = z.infer<typeof Edit>;

export interface UploadedFile {
  field: string;
  name: string;
  mediaType: string;
  bytes: Buffer;
}

/** @throws ApiError 50035, 50006 or 40005, as Discord does. */
export function readMessage(body: unknown, files: UploadedFile[]): MessageForm {
  const form = read(Create, body);
  checkFiles(form, files);
  if (!form.content?.trim() && files.length === 0) throw refusals.empty();
  return form;
}

export function readEdit(body: unknown, files: UploadedFile[]): EditForm {
  const form = read(Edit, body);
  checkFiles(form, files);
  return form;
}

function read<T extends typeof Edit | typeof Create>(schema: T, body: unknown): z.infer<T> {
  if (typeof body !== 'object' || body === null) throw refusals.malformed();
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw refusal(parsed.error.issues[0]!);
  const form = parsed.data as z.infer<T>;
  checkMentions(form.allowed_mentions);
  checkCustomIds(form);
  return form;
}

function refusal(issue: z.core.$ZodIssue): ApiError {
  const path = issue.path.join('.') || '_';
  if (issue.code === 'too_big' && issue.origin === 'string')
    return invalid(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${issue.maximum} or fewer in length.`);
  if (issue.code === 'too_small' && issue.origin === 'string')
    return invalid(path, 'BASE_TYPE_BAD_LENGTH', `Must be ${issue.minimum} or more in length.`);
  if (issue.code === 'unrecognized_keys')
    return invalid(issue.keys[0]!, 'UNKNOWN_FIELD', 'This server knows no such field.');
  return invalid(path, 'BASE_TYPE_CHOICES', issue.message);
}

function checkMentions(mentions: MessageForm['allowed_mentions']): void {
  for (const kind of ['users', 'roles'] as const)
    if (mentions?.parse?.includes(kind) && mentions[kind]?.length)
      throw invalid(
        `allowed_mentions`,
        'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      );
}

function checkCustomIds({ components }: EditForm): void {
  const seen = new Set<string>();
  for (const [row, { components: buttons }] of (components ?? []).entries())
    for (const [column, { custom_id }] of buttons.entries()) {
      if (seen.has(custom_id))
        throw invalid(
          `components.${row}.components.${column}.custom_id`,
          'COMPONENT_CUSTOM_ID_DUPLICATED',
          'Component custom id cannot be duplicated',
        );
      seen.add(custom_id);
    }
}

/** The limit of a server without boosts. https://discord.com/developers/docs/reference#uploading-files */
const maxUploadBytes = 10 * 1024 * 1024;

function checkFiles(form: EditForm, files: UploadedFile[]): void {
  if (files.reduce((sum, { bytes }) => sum + bytes.length, 0) > maxUploadBytes) throw refusals.tooLarge();
  if (files.length > 10)
    throw invalid('attachments', 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.');
  const indices = new Set(files.map(({ field }) => /^files\[(\d+)\]$/.exec(field)?.[1]));
  if (indices.has(undefined)) throw invalid('files', 'UNKNOWN_FIELD', 'Files are named files[n].');
  for (const { id } of form.attachments ?? [])
    if (typeof id === 'number' && !indices.has(String(id)))
      throw invalid('attachments', 'ATTACHMENT_NOT_FOUND', `Uploaded attachment ${id} not found.`);
}
