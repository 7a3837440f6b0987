import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** Whatever JSON there is. */
export type Json = ReturnType<typeof JSON.parse>;

/** An operation of the document. */
export interface Documented {
  path: string;
  method: string;
  operation: Json;
}

export interface Sent {
  in?: (name: string, example: unknown) => unknown;
  query?: Record<string, string>;
  body?: unknown;
  type?: string;
  authorization?: string | undefined;
}

/** A hub's OpenAPI document, and the hub's answers held to it. */
export class OpenApi {
  readonly url: string;
  readonly token: string;
  readonly document: Json;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(url: string, token: string, document: Json) {
    this.url = url;
    this.token = token;
    this.document = document;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ $id: 'hub', components: document.components });
  }

  /** Fetches the document of a hub. */
  static async of(url: string, token: string): Promise<OpenApi> {
    return new OpenApi(url, token, await (await fetch(`${url}/openapi.json`)).json());
  }

  resolved(part: Json): Json {
    if (!part?.$ref) return part;
    const keys: string[] = part.$ref.slice(2).split('/');
    return keys.reduce((at: Json, key) => at[key], this.document);
  }

  /** How a value is not as its schema says; null when it fits. */
  problems(schema: Json, value: unknown): unknown {
    const key = JSON.stringify(schema);
    const whole = JSON.parse(key.replaceAll('"#/', '"hub#/'));
    const validate = this.#validators.get(key) ?? this.#ajv.compile(whole);
    this.#validators.set(key, validate);
    return validate(value) ? null : validate.errors;
  }

  all(): Documented[] {
    return Object.entries<Json>(this.document.paths).flatMap(([path, methods]) =>
      Object.entries<Json>(methods).map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        operation,
      })),
    );
  }

  /** Asks as it was said, and gives back what of the answer is not as documented. */
  async ask({ path, method, operation }: Documented, sent: Sent = {}): Promise<string | null> {
    const at = path.replace(/\{(\w+)\}/g, (_, name) => {
      const { example } = operation.parameters.find((one: Json) => one.in === 'path' && one.name === name);
      return encodeURIComponent(String(sent.in?.(name, example) ?? example));
    });
    const asked = (operation.parameters ?? []).filter(
      (one: Json) => one.in === 'query' && one.example !== undefined,
    );
    const query =
      sent.query ?? Object.fromEntries(asked.map(({ name, example }: Json) => [name, String(example)]));
    const hasBody = method !== 'GET' && sent.body !== undefined;
    const authorization = 'authorization' in sent ? sent.authorization : `Bearer ${this.token}`;
    const response = await fetch(`${this.url}${at}?${new URLSearchParams(query)}`, {
      method,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(hasBody && { 'content-type': sent.type ?? 'application/json' }),
      },
      signal: AbortSignal.timeout(20_000),
      ...(hasBody && { body: typeof sent.body === 'string' ? sent.body : JSON.stringify(sent.body) }),
    });
    return this.#problemOf(response, operation, `${method} ${at} ${JSON.stringify(sent)}`);
  }

  async #problemOf(response: Response, operation: Json, what: string): Promise<string | null> {
    const { status, headers } = response;
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    if (type === 'text/event-stream') await response.body!.cancel();
    const text = type === 'text/event-stream' ? '' : await response.text();
    const told = `${what}: ${status} ${text.slice(0, 300)}`;
    const documented = this.resolved(operation.responses[status]);
    if (!documented || (status >= 500 && status !== 503)) return told;
    const media = documented.content?.[type] ?? documented.content?.['*/*'];
    if (!media) return `${told} has type ${type}`;
    const lacking = Object.keys(documented.headers ?? {}).filter(
      (name) => documented.headers[name].required && !headers.has(name),
    );
    if (lacking.length > 0) return `${told} lacks ${lacking}`;
    const wrong = type === 'application/json' && this.problems(media.schema, JSON.parse(text));
    return wrong ? `${told} ${JSON.stringify(wrong)}` : null;
  }
}
