/**
 * Requests that come on one connection before those ahead of them are answered. Node tells no response that waits behind
 * another one when the connection breaks off, so whatever is given back at the end of a response would never be.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';

const behind = new WeakMap<Socket, Set<ServerResponse>>();

/** Every response emits `close` in the end. */
export const closePipelined: RequestHandler = (req, res, next) => {
  // One that is its connection's turn has it.
  if (res.socket === null) {
    const waiting = waitingOn(req.socket);
    waiting.add(res);
    res.once('close', () => waiting.delete(res));
  }
  next();
};

function waitingOn(socket: Socket): Set<ServerResponse> {
  const known = behind.get(socket);
  if (known) return known;
  const waiting = new Set<ServerResponse>();
  behind.set(socket, waiting);
  socket.once('close', () => {
    for (const res of waiting) if (res.socket === null) res.destroy().emit('close');
  });
  return waiting;
}
