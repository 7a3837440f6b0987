/** mongo-java-server, written by others in another language, and all in memory: a third opinion. `.ci/run` builds it. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listening } from './mongodb/launch.js';

const built = fileURLToPath(new URL('./mongo-java/target/', import.meta.url));

/** Why what needs it is skipped; null where it can run. */
export const noMongoJava = reason();

function reason(): string | null {
  if (spawnSync('java', ['-version']).status !== 0) return 'no java on PATH';
  return existsSync(`${built}classes/MongoJava.class`) && existsSync(`${built}dependency`)
    ? null
    : 'mongo-java-server is not built: mvn -f test/servers/mongo-java compile dependency:copy-dependencies';
}

/** On a free port. It ends with this process, and what it holds is gone then. */
export async function startMongoJava(): Promise<{ url: string; pid: number; stop(): Promise<void> }> {
  const child = spawn(
    'java',
    ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-cp', `${built}classes:${built}dependency/*`, 'MongoJava'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const port = await listening(child);
  return {
    url: `mongodb://127.0.0.1:${port}/`,
    pid: child.pid!,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
}
