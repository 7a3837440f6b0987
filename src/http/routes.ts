/** Which request is carried to which operation. The table of docs/http-api.md and `carrier`'s commands are made of this one. */
import type { OperationName } from '../operations/operations.js';

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Names in it are fields of the input. The others stand in the query of a GET, and else in a JSON body. */
  path: string;
  operation: OperationName;
  /** Fields of the operation that this route does not take. */
  leaves?: readonly string[];
  /** What a stream of it looks like, for those who accept `text/event-stream`. */
  stream?: string;
  /** Its answer has a `version`, which is its ETag; If-Match of a request is the input's `ifVersion`. */
  versioned?: true;
}

/** Bodies are small, but a secret may be a key file, a token may be for many agents, and tools have schemas. */
export function maxBodyBytes(operation: OperationName): number {
  // In Base64: a document has at most 32 MB.
  if (operation === 'documents.add') return 45_000_000;
  if (operation === 'tools.import') return 5_000_000;
  if (operation.startsWith('tools.')) return 524_288;
  if (operation === 'messages.post' || operation === 'rooms.answer') return 262_144;
  if (operation === 'rooms.note') return 16_384;
  if (operation.startsWith('agents.')) return 262_144;
  if (operation.startsWith('schedules.')) return 65_536;
  if (operation.startsWith('secrets.')) return 131_072;
  return operation === 'tokens.issue' ? 65_536 : 4096;
}

export const routes: readonly Route[] = [
  { method: 'GET', path: '/agents', operation: 'agents.list' },
  { method: 'POST', path: '/agents', operation: 'agents.create', versioned: true },
  { method: 'GET', path: '/agents/:agentId', operation: 'agents.show', versioned: true },
  { method: 'PUT', path: '/agents/:agentId', operation: 'agents.replace', versioned: true },
  { method: 'PATCH', path: '/agents/:agentId', operation: 'agents.change', versioned: true },
  { method: 'DELETE', path: '/agents/:agentId', operation: 'agents.remove', versioned: true },
  { method: 'GET', path: '/agents/:agentId/versions', operation: 'agents.versions' },
  { method: 'GET', path: '/agents/:agentId/diff', operation: 'agents.diff' },
  { method: 'POST', path: '/agents/:agentId/roll-back', operation: 'agents.rollBack', versioned: true },
  { method: 'GET', path: '/agents/:agentId/export', operation: 'agents.export' },
  { method: 'POST', path: '/agents/:agentId/check', operation: 'agents.check' },
  { method: 'GET', path: '/agents/:agentId/models', operation: 'models.list' },
  { method: 'GET', path: '/connectors', operation: 'connectors.list' },
  {
    ...{ method: 'POST', path: '/agents/:agentId/connectors/:connector/test', operation: 'connectors.test' },
  },
  { method: 'GET', path: '/agents/:agent/servers', operation: 'tools.servers' },
  { method: 'GET', path: '/pairings', operation: 'pairings.list' },
  { method: 'POST', path: '/pairings/approve', operation: 'pairings.approve' },
  { method: 'POST', path: '/pairings/revoke', operation: 'pairings.revoke' },
  { method: 'GET', path: '/tokens', operation: 'tokens.list' },
  { method: 'POST', path: '/tokens', operation: 'tokens.issue' },
  { method: 'DELETE', path: '/tokens/:token', operation: 'tokens.revoke' },
  { method: 'GET', path: '/secrets', operation: 'secrets.list' },
  { method: 'PUT', path: '/secrets/:name', operation: 'secrets.set' },
  { method: 'POST', path: '/secrets/:name/rotate', operation: 'secrets.rotate' },
  { method: 'DELETE', path: '/secrets/:name', operation: 'secrets.remove' },
  { method: 'GET', path: '/tools', operation: 'tools.registered' },
  { method: 'POST', path: '/tools', operation: 'tools.add' },
  { method: 'POST', path: '/tools/import', operation: 'tools.import' },
  { method: 'GET', path: '/tools/:name', operation: 'tools.show' },
  { method: 'PUT', path: '/tools/:name', operation: 'tools.change' },
  { method: 'DELETE', path: '/tools/:name', operation: 'tools.remove' },
  { method: 'POST', path: '/tools/:key/accept', operation: 'tools.accept' },
  { method: 'GET', path: '/agents/:agent/tools', operation: 'tools.list' },
  { method: 'GET', path: '/agents/:agent/policy', operation: 'policy.show' },
  { method: 'GET', path: '/agents/:agent/policy/explain', operation: 'policy.explain' },
  { method: 'GET', path: '/rooms', operation: 'rooms.list' },
  { method: 'GET', path: '/rooms/own', operation: 'rooms.own' },
  { method: 'GET', path: '/rooms/:roomId/messages', operation: 'rooms.messages' },
  { method: 'GET', path: '/rooms/:roomId/summary', operation: 'rooms.summary' },
  { method: 'POST', path: '/rooms/:roomId/take-over', operation: 'rooms.takeOver' },
  { method: 'POST', path: '/rooms/:roomId/hand-back', operation: 'rooms.handBack' },
  { method: 'POST', path: '/rooms/:roomId/answer', operation: 'rooms.answer' },
  { method: 'GET', path: '/rooms/:roomId/hold', operation: 'rooms.hold' },
  { method: 'POST', path: '/rooms/:roomId/notes', operation: 'rooms.note' },
  { method: 'GET', path: '/rooms/:roomId/notes', operation: 'rooms.notes' },
  { method: 'POST', path: '/rooms/:roomId/forget', operation: 'rooms.forget' },
  { method: 'POST', path: '/rooms/:roomId/stop', operation: 'turns.stop', leaves: ['turnId'] },
  { method: 'GET', path: '/facts', operation: 'facts.list' },
  { method: 'PUT', path: '/facts/:id', operation: 'facts.correct' },
  { method: 'DELETE', path: '/facts/:id', operation: 'facts.remove' },
  { method: 'GET', path: '/turns', operation: 'turns.list' },
  { method: 'GET', path: '/turns/:turnId', operation: 'turns.show' },
  { method: 'POST', path: '/turns/:turnId/stop', operation: 'turns.stop', leaves: ['roomId'] },
  { method: 'POST', path: '/turns/:turnId/run-again', operation: 'turns.runAgain' },
  { method: 'POST', path: '/turns/:turnId/resume', operation: 'turns.resume' },
  { method: 'GET', path: '/schedules', operation: 'schedules.list' },
  { method: 'POST', path: '/schedules', operation: 'schedules.add' },
  { method: 'GET', path: '/schedules/:id', operation: 'schedules.show' },
  { method: 'PUT', path: '/schedules/:id', operation: 'schedules.change' },
  { method: 'DELETE', path: '/schedules/:id', operation: 'schedules.remove' },
  { method: 'POST', path: '/:agentId/rooms/:roomId/messages', operation: 'messages.post' },
  { method: 'GET', path: '/approvals', operation: 'approvals.list' },
  { method: 'GET', path: '/approvals/:id', operation: 'approvals.show' },
  { method: 'POST', path: '/approvals/:id/decide', operation: 'approvals.decide' },
  { method: 'GET', path: '/tasks', operation: 'tasks.list' },
  { method: 'GET', path: '/tasks/:id', operation: 'tasks.show' },
  { method: 'POST', path: '/tasks/:id/pause', operation: 'tasks.pause' },
  { method: 'POST', path: '/tasks/:id/resume', operation: 'tasks.resume' },
  { method: 'POST', path: '/tasks/:id/stop', operation: 'tasks.stop' },
  { method: 'GET', path: '/documents', operation: 'documents.list' },
  { method: 'POST', path: '/documents', operation: 'documents.add' },
  { method: 'GET', path: '/documents/:id', operation: 'documents.get' },
  { method: 'DELETE', path: '/documents/:id', operation: 'documents.remove' },
  { method: 'POST', path: '/documents/:id/reread', operation: 'documents.reread' },
  { method: 'GET', path: '/deliveries', operation: 'deliveries.list' },
  { method: 'POST', path: '/deliveries/:deliveryId/send-again', operation: 'deliveries.sendAgain' },
  { method: 'POST', path: '/agents/:agentId/deliveries/send-again', operation: 'deliveries.sendAllAgain' },
  { method: 'POST', path: '/deliveries/:deliveryId/drop', operation: 'deliveries.drop' },
  { method: 'POST', path: '/people/forget', operation: 'people.forget' },
  { method: 'POST', path: '/memories/preview', operation: 'memories.preview' },
  { method: 'POST', path: '/memories/forget', operation: 'memories.forget' },
  { method: 'GET', path: '/memories/recall', operation: 'memories.recall' },
  { method: 'GET', path: '/switches', operation: 'switches.list' },
  { method: 'POST', path: '/switches/pause', operation: 'switches.pause' },
  { method: 'POST', path: '/switches/resume', operation: 'switches.resume' },
  { method: 'GET', path: '/people', operation: 'people.show' },
  { method: 'POST', path: '/people/link', operation: 'people.link' },
  { method: 'POST', path: '/people/unlink', operation: 'people.unlink' },
  { method: 'GET', path: '/people/export', operation: 'people.export' },
  { method: 'POST', path: '/people/erase/preview', operation: 'people.previewErasure' },
  { method: 'POST', path: '/people/erase', operation: 'people.erase' },
  { method: 'GET', path: '/retention', operation: 'retention.report' },
  { method: 'GET', path: '/roles', operation: 'roles.list' },
  { method: 'POST', path: '/roles/give', operation: 'roles.give' },
  { method: 'POST', path: '/roles/take', operation: 'roles.take' },
  { method: 'GET', path: '/audit', operation: 'audit.list' },
  { method: 'GET', path: '/audit/export', operation: 'audit.export' },
  { method: 'GET', path: '/audit/verify', operation: 'audit.verify' },
  { method: 'GET', path: '/usage', operation: 'usage.list' },
  {
    ...{ method: 'GET', path: '/events', operation: 'events.list' },
    stream:
      'id: 7.0\nevent: turn.ended\ndata: {"id":"7.0","type":"turn.ended","turnId":"t-1","status":"done"}\n\n',
  },
  { method: 'GET', path: '/places', operation: 'places.list' },
  { method: 'GET', path: '/memories', operation: 'memories.search' },
  { method: 'GET', path: '/turns/:turnId/prompt', operation: 'turns.prompt' },
  { method: 'PATCH', path: '/schedules/:id', operation: 'schedules.change' },
  { method: 'GET', path: '/health', operation: 'health.show' },
  { method: 'GET', path: '/scores', operation: 'scores.list' },
  { method: 'POST', path: '/turns/:turnId/rate', operation: 'turns.rate' },
  { method: 'GET', path: '/lessons', operation: 'lessons.list' },
  { method: 'POST', path: '/lessons', operation: 'lessons.propose' },
  { method: 'GET', path: '/lessons/:id', operation: 'lessons.show' },
  { method: 'POST', path: '/lessons/:id/approve', operation: 'lessons.approve' },
  { method: 'POST', path: '/lessons/:id/reject', operation: 'lessons.reject' },
  { method: 'DELETE', path: '/lessons/:id', operation: 'lessons.remove' },
  { method: 'GET', path: '/embeddings', operation: 'embeddings.status' },
  { method: 'GET', path: '/encryption', operation: 'encryption.status' },
  { method: 'POST', path: '/encryption/rotate', operation: 'encryption.rotate' },
  { method: 'POST', path: '/console/links', operation: 'console.link' },
  { method: 'GET', path: '/console/sessions', operation: 'console.sessions' },
  { method: 'DELETE', path: '/console/sessions/:session', operation: 'console.endSession' },
];
