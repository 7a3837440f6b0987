import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Helmet's headers for an API that serves no pages. They depend on nothing in the request, so they are asked
 * for once: asking helmet each time costs more than the rest of the way to the connector.
 */
function securityHeaders(): Map<string, string> {
  const headers = new Map<string, string>();
  const response = {
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: () => undefined,
  };
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
  })({} as IncomingMessage, response as unknown as ServerResponse, (error) => {
    if (error) throw error;
  });
  return headers;
}

export function setSecurityHeaders(): RequestHandler {
  const headers = securityHeaders();
  return (_req, res, next) => {
    res.setHeaders(headers);
    next();
  };
}
