/** Messages with files: multipart form data, the fields as text parts and `file` parts beside them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import multer, { type MulterError } from 'multer';
import { FatalError, InFlight, tokenOwner } from '../../src/extension-api.js';
import { bodyTooLarge } from './body.js';

export interface UploadLimits {
  maxBodyBytes: number;
  maxFileBytes: number;
  maxFiles: number;
  maxUploadingBytes: number;
}

interface UploadedFile {
  name: string;
  mediaType: string;
  bytes: Buffer;
}

interface Upload {
  /** The text parts, `metadata` parsed. */
  fields: Record<string, unknown>;
  files: UploadedFile[];
  /** To be called when the files lie in memory no more; the end of the request does it, too. */
  release(): void;
}

export type UploadReader = (req: IncomingMessage, res: ServerResponse) => Promise<Upload>;

/** More text parts than there are fields, so that a wrong one is named rather than counted. */
const maxTextParts = 16;

/** @param ownerOf whose bytes they are. The reader throws FatalError `invalid_upload`, `body_too_large`, `invalid_field`; RetryableError `uploads_full`. */
export function uploadReader(
  limits: UploadLimits,
  ownerOf: (req: IncomingMessage) => string = tokenOwner,
): UploadReader {
  const { maxBodyBytes, maxFileBytes, maxFiles } = limits;
  const form = multer({
    storage: multer.memoryStorage(),
    defParamCharset: 'utf8',
    limits: {
      fieldNameSize: 100,
      fieldSize: maxBodyBytes,
      fields: maxTextParts,
      fieldNestingDepth: 0,
      fileSize: maxFileBytes,
      files: maxFiles,
      parts: maxTextParts + maxFiles,
      headerPairs: 32,
    },
  }).array('file', maxFiles);
  const maxBytes = maxBodyBytes + maxFiles * (maxFileBytes + 1024);

  const inFlight = new InFlight(limits.maxUploadingBytes);

  return async (req, res) => {
    const said = Number(req.headers['content-length'] ?? maxBytes);
    if (said > maxBytes)
      throw new FatalError(
        'body_too_large',
        `The upload is larger than all its limits together (${maxBytes} bytes).`,
      );
    const release = inFlight.take(ownerOf(req), said);
    res.once('close', release);
    await new Promise<void>((resolve, reject) => {
      form(req as Request, res as Response, (error: unknown) => {
        if (error) reject(uploadFailure(error, limits));
        else resolve();
      });
    });
    const { body, files } = req as Request;
    // Multer passes over what it does not take for multipart.
    if (!body)
      throw new FatalError('invalid_upload', 'There is no body, or its Content-Type has no usable boundary.');
    const uploaded = ((files ?? []) as Express.Multer.File[]).map(toFile);
    return { fields: formFields(body), files: uploaded, release };
  };
}

function formFields(body: Record<string, unknown>): Record<string, unknown> {
  const fields = { text: '', ...body };
  if (typeof body.metadata !== 'string') return fields;
  try {
    return { ...fields, metadata: JSON.parse(body.metadata) };
  } catch {
    // Left as it came, so that it is named together with the other fields at fault.
    return fields;
  }
}

function toFile({ originalname, mimetype, buffer }: Express.Multer.File): UploadedFile {
  const name = originalname.slice(0, 255).replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, '');
  const mediaType = /^[\w.+-]{1,63}\/[\w.+-]{1,63}$/.test(mimetype)
    ? mimetype.toLowerCase()
    : 'application/octet-stream';
  return { name: name || 'file', mediaType, bytes: buffer };
}

/** Memory storage cannot fail, so whatever goes wrong is the request's fault. */
function uploadFailure(cause: unknown, { maxFileBytes, maxFiles, maxBodyBytes }: UploadLimits): FatalError {
  const { message, code, field } = cause as MulterError;
  if (code === 'LIMIT_FIELD_VALUE') return bodyTooLarge(maxBodyBytes);
  if (code === 'LIMIT_FILE_SIZE') {
    const problem = `A file is larger than ${maxFileBytes} bytes (CARRIER_MAX_FILE_BYTES).`;
    return new FatalError('body_too_large', problem, { field: 'file', cause });
  }
  if (code === 'LIMIT_UNEXPECTED_FILE' || code === 'LIMIT_FILE_COUNT') {
    const problem = `Files go into at most ${maxFiles} parts named "file" (CARRIER_MAX_FILES).`;
    return new FatalError('invalid_upload', problem, { field: field?.slice(0, 100) ?? 'file', cause });
  }
  const problem = `The multipart body cannot be read: ${message}.`;
  return new FatalError('invalid_upload', problem, { field: field?.slice(0, 100), cause });
}
