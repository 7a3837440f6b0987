import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readConfig } from '../../src/config.js';

interface Manifest {
  kind: string;
  metadata: { name: string };
  data: Record<string, string>;
  spec: { template: { spec: Pod } };
}

interface Pod {
  enableServiceLinks: boolean;
  terminationGracePeriodSeconds: number;
  securityContext: { runAsNonRoot: boolean };
  containers: [Record<'startupProbe' | 'livenessProbe' | 'readinessProbe', Probe> & { args: string[] }];
}

interface Probe {
  httpGet: { path: string };
  periodSeconds: number;
  timeoutSeconds?: number;
  failureThreshold: number;
}

const text = readFileSync(new URL('../../docs/deploy/kubernetes.yaml', import.meta.url), 'utf8');
const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
const pods = manifests
  .filter(({ kind }) => kind === 'Deployment')
  .map(({ metadata, spec }) => [metadata.name, spec.template.spec] as const);

describe('the manifests for Kubernetes', () => {
  it('have a gateway, workers and a Service', () => {
    expect(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      ...['ConfigMap carrier-settings', 'Deployment carrier-gateway', 'Deployment carrier-worker'],
      'Service carrier',
    ]);
  });

  it('name settings that there are', () => {
    const settings = Object.entries(manifests[0]!.data).filter(([name]) => !name.endsWith('_FILE'));
    expect(readConfig(Object.fromEntries(settings)).warnings).toEqual([]);
  });

  it.each(pods)('[seen.44] give %s no variables of Services', (_, pod) => {
    expect(pod.enableServiceLinks).toBe(false);
  });

  it.each(pods)('[seen.46] end %s for nothing that an engine does, and wait for a long start', (_, pod) => {
    const [{ startupProbe, livenessProbe, readinessProbe }] = pod.containers;
    expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path)).toEqual([
      ...['/healthz', '/healthz', '/readyz'],
    ]);
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThanOrEqual(600);
    // A checkpoint or a search may hold a hub's thread for moments, never for as long as this.
    expect(livenessProbe.periodSeconds * livenessProbe.failureThreshold).toBeGreaterThanOrEqual(60);
    // The hub gives its engines 5 s to answer.
    expect(readinessProbe.timeoutSeconds).toBeGreaterThan(5);
    expect(pod.securityContext.runAsNonRoot).toBe(true);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(35);
  });
});
