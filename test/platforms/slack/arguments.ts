/** Arguments of one API call: form fields, where objects and lists are JSON text, or a JSON body. */
import { Refusal } from './refusal.js';

export class Arguments {
  readonly #values: Record<string, unknown>;

  constructor(values: unknown) {
    this.#values = typeof values === 'object' && values !== null ? (values as Record<string, unknown>) : {};
  }

  /** Refuses with `error`, or as Slack does where it has no error of its own for it. */
  required(name: string, error?: string): string {
    const value = this.optional(name);
    if (value === undefined || value === '') {
      if (error) throw new Refusal(error);
      throw new Refusal('invalid_arguments', {
        response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
      });
    }
    return value;
  }

  optional(name: string): string | undefined {
    const value = this.#values[name];
    return value === undefined || value === null ? undefined : String(value);
  }

  flag(name: string): boolean {
    return ['true', '1'].includes(this.optional(name) ?? '');
  }

  number(name: string, fallback: number): number {
    const value = this.optional(name);
    if (value === undefined) return fallback;
    if (!/^\d+(\.\d+)?$/.test(value)) throw new Refusal('invalid_arguments');
    return Number(value);
  }

  /** Undefined when absent; `error` when it is not JSON. */
  json(name: string, error: string): unknown {
    const value = this.#values[name];
    if (value === undefined || typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch {
      throw new Refusal(error);
    }
  }
}
