/** Runs the suites of hubs that share a database on mongo-java-server: `tsx test/servers/on-mongo-java.ts [REPORT]`. */
import { spawnSync } from 'node:child_process';
import { noMongoJava, startMongoJava } from './mongo-java.js';

const suites = ['shared', 'roles', 'secrets-shared', 'gate-shared', 'frozen', 'standby', 'tracing'];

if (noMongoJava) process.stdout.write(`hubs on mongo-java-server: skipped, ${noMongoJava}\n`);
else {
  const server = await startMongoJava();
  const [, , report] = process.argv;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = spawnSync(
    'npx',
    [
      ...['vitest', 'run', '--mode', 'compiled', ...suites.map((suite) => `test/hub/${suite}.test.ts`)],
      ...(report ? reporters : []),
    ],
    { stdio: 'inherit', env: { ...process.env, MONGODB_URL: server.url } },
  );
  await server.stop();
  process.exitCode = status ?? 1;
}
