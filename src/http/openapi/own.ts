/** What the HTTP server answers itself, as the document shows it. */
import type { RouteAbout } from '../../connector/kit/route-about.js';

const text = { schema: { type: 'string' } };
const readiness = {
  description: 'what it can do, and what it cannot',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: {
          ready: { type: 'boolean' },
          checks: { type: 'object', additionalProperties: { type: 'string' } },
          connections: { type: 'object', additionalProperties: { type: 'string' } },
          notes: { type: 'array', items: { type: 'string' } },
        },
        required: ['ready', 'checks', 'connections', 'notes'],
      },
      example: { ready: true, checks: { store: 'ok' }, connections: {}, notes: [] },
    },
  },
};

export const ownRoutes: readonly RouteAbout[] = [
  {
    ...{ method: 'GET', path: '/healthz', name: 'hub.alive', about: 'the process is alive', open: true },
    answers: {
      200: {
        description: 'it is',
        content: {
          'application/json': {
            schema: { type: 'object', properties: { alive: { const: true } }, required: ['alive'] },
            example: { alive: true },
          },
        },
      },
    },
  },
  {
    ...{
      method: 'GET',
      path: '/readyz',
      name: 'hub.ready',
      about: 'whether messages can be taken now',
      open: true,
    },
    answers: { 200: readiness, 503: readiness },
  },
  {
    ...{ method: 'GET', path: '/metrics', name: 'hub.metrics', about: "figures in Prometheus' text format" },
    answers: {
      200: {
        description: 'figures',
        content: { 'text/plain': { ...text, example: 'carrier_turns_total 1\n' } },
      },
    },
  },
  {
    ...{ method: 'GET', path: '/openapi.json', name: 'hub.openapi', about: 'this document', open: true },
    answers: {
      200: {
        description: 'OpenAPI 3.1',
        content: { 'application/json': { schema: { type: 'object' }, example: { openapi: '3.1.0' } } },
      },
    },
  },
  {
    ...{ method: 'GET', path: '/.well-known/oauth-protected-resource', name: 'hub.resource', open: true },
    about: 'where clients sign in, as RFC 9728 has it; of `/mcp` and `/v1` with these at its end',
    answers: {
      200: {
        description: 'protected-resource metadata',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              properties: {
                resource: { type: 'string', format: 'uri' },
                authorization_servers: { type: 'array', items: { type: 'string', format: 'uri' } },
                bearer_methods_supported: { type: 'array', items: { const: 'header' } },
                resource_name: { type: 'string' },
              },
              required: ['resource', 'authorization_servers', 'bearer_methods_supported'],
            },
            example: {
              resource: 'https://carrier.example.com/',
              authorization_servers: ['https://login.example.com'],
              bearer_methods_supported: ['header'],
              resource_name: 'Carrier',
            },
          },
        },
      },
      404: {
        description: '`not_found`: nobody signs in anywhere, CARRIER_JWT_ISSUER is not set',
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Error' },
            example: { error: { code: 'not_found', message: 'This hub has no identity provider.' } },
          },
        },
      },
    },
  },
  {
    ...{ method: 'GET', path: '/docs', name: 'hub.docs', about: 'this document as a page', open: true },
    answers: {
      200: { description: 'HTML', content: { 'text/html': { ...text, example: '<!doctype html>' } } },
    },
  },
];
