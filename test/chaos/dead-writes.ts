import { Socket } from 'node:net';
import { note, now } from './journal.js';

/**
 * Writes down what a MongoDB driver may wait on for ever: a command that is written to a socket which is gone, or was
 * not written whole when its socket went without an error. Nothing is changed; only the connections to this port count.
 */
export function noteDeadWrites(journal: string, port: number): void {
  const write = Socket.prototype.write;
  const ours = new WeakSet<Socket>();
  const dead = () => note(journal, { type: 'dead write', at: now() });
  Socket.prototype.write = function (this: Socket, ...args: Parameters<Socket['write']>) {
    if (this.remotePort === port) ours.add(this);
    const taken = write.apply(this, args);
    if (taken || !ours.has(this)) return taken;
    if (this.destroyed) dead();
    else {
      const gone = (hadError: boolean) => {
        if (!hadError) dead();
      };
      this.once('close', gone);
      this.once('drain', () => this.off('close', gone));
    }
    return taken;
  } as Socket['write'];
}
