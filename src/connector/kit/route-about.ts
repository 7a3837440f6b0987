/** A route in the hub's OpenAPI document. Schemas are JSON Schema, draft 2020-12. */
export interface RouteAbout {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As express has it: `/:agentId/message`. */
  path: string;
  /** `subject.verb`: the page lists routes by their subjects. */
  name: string;
  /** Half a sentence. */
  about: string;
  /** It needs no token. */
  open?: true;
  /** Fields of the query; `required` says that one must be there. */
  query?: Record<string, Record<string, unknown>>;
  /** Of the request, by their names. */
  headers?: Record<string, Record<string, unknown>>;
  /** By media type. */
  body?: Record<string, { schema: object; example: unknown }>;
  /** By status. The hub adds the errors that every route may answer. */
  answers: Record<
    number,
    {
      description: string;
      headers?: Record<string, { description: string; schema: object }>;
      content?: Record<string, { schema: object; example: unknown }>;
    }
  >;
  /** How errors look, where the connector answers them in a form of its own (`routes.failures`). */
  failures?: { schema: object; example: unknown };
}
