/** An answer Slack gives with status 200 and `ok: false`. */
export class Refusal extends Error {
  readonly details: Record<string, unknown>;

  constructor(error: string, details: Record<string, unknown> = {}) {
    super(error);
    this.details = details;
  }
}
