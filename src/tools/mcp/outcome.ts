/** What the failure of a call means: whether it took effect, and whether the server is still there. */
import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { streamEnded } from './http.js';

export interface Outcome {
  /**
   * - `refused`: it did not run.
   * - `failed`: the server answered that it failed, or with what is no result.
   * - `unknown`: nobody knows.
   */
  kind: 'refused' | 'failed' | 'unknown';
  /** A sentence for the model. */
  text: string;
  /** The connection is of no more use. */
  lost?: true;
  /** The server does not know the session: it was never asked. */
  sessionGone?: true;
}

/** Errors of the system that come before a connection is there. */
const neverConnected =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;
const longestText = 2000;

export function outcomeOf(error: unknown): Outcome {
  const text = textOf(error);
  if (error instanceof SdkHttpError) return ofStatus(error.status ?? 0, text);
  if (error instanceof ProtocolError)
    return error.data === streamEnded
      ? { kind: 'unknown', text: 'The server ended before it answered.', lost: true }
      : { kind: 'failed', text };
  if (error instanceof SdkError) return ofSdk(error, text);
  const code = String((error as { cause?: { code?: unknown } }).cause?.code ?? '');
  if (neverConnected.test(code) || text === 'Not connected.')
    return { kind: 'refused', text: `The server cannot be reached: ${code || text}.`, lost: true };
  return { kind: 'unknown', text: `The connection broke before the server answered (${text}).`, lost: true };
}

/** Why there is no connection, half a sentence for whoever runs the hub. */
export function whyNotConnected(error: unknown): string {
  const causes = causesOf(error);
  const http = causes.find((one) => one instanceof SdkHttpError);
  if (http?.status === 401 || http?.status === 403)
    return `the server wants other credentials (HTTP ${http.status}): see secretHeaders`;
  if (http?.status) return `HTTP ${http.status}: ${cutText(http)}`;
  if (causes.some(({ name }) => name === 'ZodError'))
    return 'what answers there does not speak the protocol: see the path of its url';
  const last = causes.at(-1)!;
  const { code } = last as { code?: unknown };
  if (causes.some(({ message }) => message === 'fetch failed'))
    return `nothing can be reached there (${code ?? cutText(last)}): see its url`;
  return cutText(causes[0]!);
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let at = error; at instanceof Error && causes.length < 10; at = at.cause) causes.push(at);
  return causes.length > 0 ? causes : [new Error(String(error))];
}

function cutText({ message }: Error): string {
  return message.slice(0, longestText).replace(/\s+/g, ' ').replace(/\.$/, '').trim();
}

function ofStatus(status: number, said: string): Outcome {
  const text = `HTTP ${status}: ${said}`;
  if (status === 404) return { kind: 'refused', text, sessionGone: true };
  if (status === 401 || status === 403)
    return { kind: 'refused', text: `The server wants other credentials (HTTP ${status}).` };
  return status >= 500 ? { kind: 'unknown', text } : { kind: 'refused', text };
}

function ofSdk({ code }: SdkError, text: string): Outcome {
  switch (code) {
    case SdkErrorCode.NotConnected:
    case SdkErrorCode.SendFailed:
      return { kind: 'refused', text, lost: true };
    case SdkErrorCode.ConnectionClosed:
      return { kind: 'unknown', text: 'The server ended before it answered.', lost: true };
    case SdkErrorCode.InputRequiredRoundsExceeded:
    case SdkErrorCode.UnsupportedResultType:
    case SdkErrorCode.CapabilityNotSupported:
      return {
        kind: 'failed',
        text: `The server asks for input of a person or a model, which it is not given here (${text})`,
      };
    case SdkErrorCode.InvalidResult:
      return { kind: 'unknown', text: 'The server answered with what is no result of the protocol.' };
    default:
      return { kind: 'unknown', text };
  }
}

function textOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  const cut = said.slice(0, longestText).trim();
  return /[.?!)]$/.test(cut) ? cut : `${cut}.`;
}
