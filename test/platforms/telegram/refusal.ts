/** An answer of the Bot API that is not `ok`, worded as the real server words it. */
export class Refusal extends Error {
  readonly status: number;
  readonly parameters: { retry_after?: number; migrate_to_chat_id?: number } | undefined;

  constructor(status: number, description: string, parameters?: Refusal['parameters']) {
    super(description);
    this.status = status;
    this.parameters = parameters;
  }

  get body(): object {
    return {
      ok: false,
      error_code: this.status,
      description: this.message,
      ...(this.parameters && { parameters: this.parameters }),
    };
  }
}

export function badRequest(problem: string): Refusal {
  return new Refusal(400, `Bad Request: ${problem}`);
}
