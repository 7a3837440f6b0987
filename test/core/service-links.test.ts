import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { withoutServiceLinks } from '../../src/core/service-links.js';

const links = {
  CARRIER_SERVICE_HOST: '10.0.0.7',
  CARRIER_SERVICE_PORT: '3000',
  CARRIER_SERVICE_PORT_HTTP: '3000',
  CARRIER_PORT: 'tcp://10.0.0.7:3000',
  CARRIER_PORT_3000_TCP: 'tcp://10.0.0.7:3000',
  CARRIER_PORT_3000_TCP_PROTO: 'tcp',
  CARRIER_PORT_3000_TCP_PORT: '3000',
  CARRIER_PORT_3000_TCP_ADDR: '10.0.0.7',
};

describe('[seen.44] variables of Kubernetes Services', () => {
  it('are no settings: a hub starts beside a Service of its own name, and says so', () => {
    const { http, warnings, notes } = readConfig(links);
    expect(http.port).toBe(3000);
    expect(warnings).toEqual([]);
    expect(notes).toHaveLength(Object.keys(links).length);
    expect(notes[0]).toContain('Kubernetes');
  });

  it('leave what else begins alike: of other Services, and settings', () => {
    const gateway = Object.fromEntries(
      Object.entries(links).map(([name, value]) => [name.replace('CARRIER', 'CARRIER_GATEWAY'), value]),
    );
    const settings = { CARRIER_ROLE: 'all', CARRIER_PORT: '8080' };
    expect(withoutServiceLinks({ ...gateway, ...settings }).env).toEqual(settings);
    expect(readConfig({ ...gateway, ...settings })).toMatchObject({ http: { port: 8080 }, warnings: [] });
  });

  it('are known where a setting stands in the place of one', () => {
    for (const port of ['3000', '0', '8080'])
      expect(withoutServiceLinks({ ...links, CARRIER_PORT: port }).env).toEqual({ CARRIER_PORT: port });
  });

  it('are known with addresses of IPv6', () => {
    const six = {
      CARRIER_SERVICE_HOST: 'fd00::7',
      CARRIER_SERVICE_PORT: '3000',
      CARRIER_PORT: 'tcp://[fd00::7]:3000',
    };
    expect(withoutServiceLinks(six).env).toEqual({});
  });

  it.each([
    ['has no companions', { CARRIER_PORT: 'tcp://10.0.0.7:3000' }],
    ['contradicts them', { ...links, CARRIER_PORT: 'tcp://10.0.0.8:3000' }],
  ])('are refused as any setting where one %s', (_, env) => {
    expect(() => readConfig(env)).toThrow(/CARRIER_PORT/);
  });
});
