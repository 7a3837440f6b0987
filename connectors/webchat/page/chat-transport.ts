/** The visitor's room with the agent: the web chat's own routes, under the visitor's token. */
import { ApiError, addressOf, path, request } from '../../../src/web/api.js';
import type { HistoryPage, Transport } from '../../../src/web/conversation/transport.js';
import { agentId, lost, type Session } from './session.js';

export function headersOf({ token }: Session): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

export function chatTransport(session: Session): Transport {
  /** Opens the addresses of files, which have no headers; new with each page of the history. */
  let fileKey = '';
  const ask = async <T>(method: string, at: string, asked: { query?: object; body?: unknown } = {}) => {
    try {
      return await request<T>(method, at, { ...asked, headers: headersOf(session) } as Parameters<
        typeof request
      >[2]);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) lost(session);
      throw error;
    }
  };
  return {
    user: session.visitor,
    agent: session.agent,
    greeting: session.greeting ?? undefined,
    takesFiles: session.files,
    async send({ messageId, text, files }) {
      const fields = { text, messageId };
      await ask('POST', path(agentId, 'messages'), {
        body: files.length === 0 ? fields : formOf(fields, files),
      });
    },
    async history(cursor) {
      const page = await ask<HistoryPage & { fileKey: string }>('GET', path(agentId, 'messages'), {
        query: { cursor },
      });
      fileKey = page.fileKey;
      return page;
    },
    fileAddress: (messageId, index) =>
      addressOf(path(agentId, 'messages', messageId, 'files', String(index)), { key: fileKey }),
    // What an agent does for its answers is not for visitors.
    turn: async () => ({ status: 'done', error: null, actions: [] }),
    async stop() {
      await ask('POST', path(agentId, 'stop'), { body: {} });
      return null;
    },
  };
}

function formOf(fields: Record<string, string>, files: File[]): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const file of files) form.append('file', file, file.name);
  return form;
}
