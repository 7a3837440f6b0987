/** What may be answered besides what was asked for: all errors have one shape, and a status those codes. */
import { errorCodes } from '../../errors.js';
import type { Schema } from './schema.js';

const header = (description: string, schema: Schema = { type: 'string' }) => ({ description, schema });
const later = { 'Retry-After': header('seconds after which it may be tried again', { type: 'integer' }) };
const headers: Record<number, object> = {
  401: { 'WWW-Authenticate': { ...header('Bearer, as RFC 6750 has it'), required: true } },
  405: { Allow: { ...header('the methods that there are'), required: true } },
  429: later,
  503: later,
};

/** Of every request: whatever it asks for, it may be cut short by these. */
const ofAll = [400, 401, 403, 404, 405, 422, 429, 431, 500, 503];
/** Of one with a body. */
const ofBodies = [413, 415];
/** Of what changes something, or has others do so. */
const ofChanges = [409, 412, 428, 502, 504];

/** One response per status, as components of the document. */
export function errorAnswers(): Record<string, object> {
  const statuses = [...new Set(Object.values(errorCodes).map(({ status }) => status))].sort();
  return Object.fromEntries(statuses.map((status) => [nameOf(status), answerOf(status)]));
}

/** References to them, by status; where errors have a form of their own, each as a whole. */
export function errorsOf(
  what: { body: boolean; changes: boolean; open?: boolean },
  form?: { schema: object; example: unknown },
): Record<string, object> {
  const statuses = [...ofAll, ...(what.body ? ofBodies : []), ...(what.changes ? ofChanges : [])];
  const asked = what.open ? [400, 405, 408, 431, 500, 503] : statuses;
  return Object.fromEntries(
    asked.map((status) => [
      status,
      form ? answerOf(status, form) : { $ref: `#/components/responses/${nameOf(status)}` },
    ]),
  );
}

export const errorSchema: Schema = {
  type: 'object',
  description: 'Every error of the hub. `message` names the fault and the fix; `field` what of the request.',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string', enum: Object.keys(errorCodes) },
        message: { type: 'string' },
        field: { type: 'string', description: 'the field or setting at fault, where there is one' },
        cause: { type: 'string', description: 'of a turn that failed: what was wrong, for whoever runs it' },
      },
      required: ['code', 'message'],
      additionalProperties: false,
    },
    messageId: { type: 'string', description: 'of a message that was taken and has no answer' },
    roomId: { type: 'string' },
    turnId: { type: ['string', 'null'] },
  },
  required: ['error'],
  additionalProperties: false,
};

function nameOf(status: number): string {
  return `Error${status}`;
}

function answerOf(status: number, form?: { schema: object; example: unknown }): object {
  const codes = Object.entries(errorCodes).filter(([, row]) => row.status === status);
  const [[code, { meaning }] = ['internal', errorCodes.internal]] = codes;
  return {
    description: codes.map(([name, row]) => `\`${name}\`: ${row.meaning}`).join('\n'),
    ...(headers[status] && { headers: headers[status] }),
    content: {
      'application/json': form ?? {
        schema: { $ref: '#/components/schemas/Error' },
        example: { error: { code, message: meaning } },
      },
    },
  };
}
