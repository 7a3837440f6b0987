/** A room of the console's own: the hub's HTTP routes, under the session of whoever is signed in. */
import { addressOf, get, path, post, request } from '../api.js';
import type { HistoryPage, Transport, TurnShown } from '../conversation/transport.js';
import { linkTo } from '../route.js';
import { may, me } from './me.js';

/** @param room by the name that its writers give it */
export function talkTransport(agent: { id: string; name: string }, room: string): Transport {
  const { user, name } = me.value!;
  const messages = path(agent.id, 'rooms', room, 'messages');
  return {
    user: { id: user, name },
    agent,
    async send({ messageId, text, files }) {
      const fields = { text, userId: user, roomId: room, messageId };
      await request('POST', path(agent.id, 'message'), {
        headers: { prefer: 'respond-async' },
        body: files.length === 0 ? fields : formOf(fields, files),
      });
    },
    history: (cursor) => get<HistoryPage>(messages, { order: 'newest', limit: 50, cursor }),
    fileAddress: (messageId, index) => addressOf(`${messages}/${path(messageId, 'files', String(index))}`),
    turn: (turnId) => get<TurnShown>(path(agent.id, 'turns', turnId)),
    ...(may('turns.read') && { turnAddress: (turnId: string) => linkTo(['turns', turnId]) }),
    ...(may('turns.stop') && {
      async stop(roomId: string) {
        return (await post<{ turnId: string | null }>(path('rooms', roomId, 'stop'))).turnId;
      },
    }),
    ...(may('turns.rate') && {
      async rate(turnId: string, rating: number) {
        await post(path('turns', turnId, 'rate'), { rating });
      },
    }),
  };
}

function formOf(fields: Record<string, string>, files: File[]): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const file of files) form.append('file', file, file.name);
  return form;
}
