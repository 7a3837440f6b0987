/** A document as multipart form data: its fields as text parts, its bytes as the part `file`. */
import type { Request, RequestHandler } from 'express';
import multer, { type MulterError } from 'multer';
import { FatalError } from '../errors.js';

const maxBytes = 32 * 1024 * 1024;

const form = multer({
  storage: multer.memoryStorage(),
  defParamCharset: 'utf8',
  limits: { fieldNameSize: 100, fieldSize: 65_536, fields: 8, fileSize: maxBytes, files: 1, headerPairs: 32 },
}).single('file');

/** Leaves a body for the operation; other types of content it passes over. */
export const documentUpload: RequestHandler = (req, res, next) => {
  if (!req.is('multipart/form-data') || req.body) return next();
  form(req, res, (error: unknown) => {
    if (error) return next(failureOf(error as MulterError));
    const { body, file } = req as Request;
    // The part's name is often all that says what it is.
    req.body = {
      ...(file && {
        name: file.originalname.slice(0, 250),
        mediaType: file.mimetype.slice(0, 127),
        content: file.buffer.toString('base64'),
      }),
      ...body,
    };
    next();
  });
};

function failureOf(cause: MulterError): FatalError {
  if (cause.code === 'LIMIT_FILE_SIZE') {
    const problem = `A document is larger than ${maxBytes} bytes. Split it.`;
    return new FatalError('body_too_large', problem, { field: 'file', cause });
  }
  const problem = `The multipart body cannot be read: ${cause.message}. A document is one part named "file".`;
  return new FatalError('invalid_upload', problem, { field: cause.field?.slice(0, 100), cause });
}
