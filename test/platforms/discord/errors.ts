/** What Discord answers when it refuses: status, its own code, and its words. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: object | undefined;

  constructor(status: number, code: number, message: string, errors?: object) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }

  get body(): object {
    return { message: this.message, code: this.code, ...(this.errors && { errors: this.errors }) };
  }
}

// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
export const refusals = {
  unauthorized: () => new ApiError(401, 0, '401: Unauthorized'),
  notFound: () => new ApiError(404, 0, '404: Not Found'),
  unknownChannel: () => new ApiError(404, 10003, 'Unknown Channel'),
  unknownGuild: () => new ApiError(404, 10004, 'Unknown Guild'),
  unknownMember: () => new ApiError(404, 10007, 'Unknown Member'),
  unknownMessage: () => new ApiError(404, 10008, 'Unknown Message'),
  unknownUser: () => new ApiError(404, 10013, 'Unknown User'),
  unknownWebhook: () => new ApiError(404, 10015, 'Unknown Webhook'),
  unknownInteraction: () => new ApiError(404, 10062, 'Unknown interaction'),
  tooLarge: () => new ApiError(413, 40005, 'Request entity too large'),
  acknowledged: () => new ApiError(400, 40060, 'Interaction has already been acknowledged.'),
  missingAccess: () => new ApiError(403, 50001, 'Missing Access'),
  notYours: () => new ApiError(403, 50005, 'Cannot edit a message authored by another user'),
  empty: () => new ApiError(400, 50006, 'Cannot send an empty message'),
  closedDm: () => new ApiError(403, 50007, 'Cannot send messages to this user'),
  missingPermissions: () => new ApiError(403, 50013, 'Missing Permissions'),
  wrongChannelType: () => new ApiError(400, 50024, 'Cannot execute action on this channel type'),
  archived: () => new ApiError(400, 50083, 'Thread is archived'),
  noHistory: () => new ApiError(403, 160002, 'Cannot reply without permission to read message history'),
  blocked: () =>
    new ApiError(400, 200000, 'Message was blocked by AutoMod. This content is not allowed in this server.'),
  entryPoint: () =>
    new ApiError(
      400,
      50240,
      "You cannot remove this app's Entry Point command in a bulk update operation. Please include the Entry Point command in your update request or delete it separately.",
    ),
  malformed: () => new ApiError(400, 50109, 'The request body contains invalid JSON.'),
};

/** 50035, with the path of the field at fault: `content`, or `components.0.components.1.label`. */
export function invalid(path: string, code: string, message: string): ApiError {
  const leaf: object = { _errors: [{ code, message }] };
  const errors = path.split('.').reduceRight((inner, key) => ({ [key]: inner }), leaf);
  return new ApiError(400, 50035, 'Invalid Form Body', errors);
}
