/** An identity provider on loopback: it says where its keys are, gives them, and signs whatever it is told to. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';

interface Pair {
  kid: string | undefined;
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}

export class IdentityProvider {
  readonly #server: Server;
  readonly #pairs: Pair[] = [];
  /** It answers nothing but this status. */
  failing: number | null = null;
  /** What clients have asked a token for: RFC 8707. */
  readonly resources: (string | null)[] = [];
  /** How often its keys were asked for. */
  asked = 0;

  constructor() {
    this.#server = createServer(async (req, res) => {
      if (this.failing) return res.writeHead(this.failing).end('no');
      if (req.url === '/.well-known/openid-configuration')
        return res.end(JSON.stringify({ issuer: this.url, jwks_uri: `${this.url}/keys` }));
      if (req.url === '/.well-known/oauth-authorization-server')
        return res.end(JSON.stringify(this.#signingIn()));
      if (req.url === '/token') return res.end(JSON.stringify(await this.#tokenFor(await text(req))));
      this.asked += 1;
      res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: await this.#keys() }));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    await this.addKey('one');
    return this;
  }

  async addKey(kid?: string): Promise<Pair> {
    const pair = { kid, ...(await generateKeyPair('RS256', { extractable: true })) };
    this.#pairs.push(pair);
    return pair;
  }

  /** In place of all others. */
  async useKeys(...kids: (string | undefined)[]): Promise<Pair[]> {
    this.#pairs.length = 0;
    for (const kid of kids) await this.addKey(kid);
    return [...this.#pairs];
  }

  publicPem(): Promise<string> {
    return exportSPKI(this.#pairs[0]!.publicKey);
  }

  /** A good access token for `alice`, but for what is given; undefined leaves a claim out. */
  async sign(
    claims: Record<string, unknown> = {},
    { header = {}, pair = this.#pairs[0]! }: { header?: object; pair?: Pair } = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: this.url, aud: 'carrier', sub: 'alice', iat: now, exp: now + 300, ...claims };
    const kid = pair.kid === undefined ? {} : { kid: pair.kid };
    return new SignJWT(payload as JWTPayload)
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', ...kid, ...header })
      .sign(pair.privateKey);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #signingIn(): object {
    return {
      ...{ issuer: this.url, token_endpoint: `${this.url}/token` },
      ...{ authorization_endpoint: `${this.url}/authorize`, response_types_supported: ['code'] },
      ...{ grant_types_supported: ['client_credentials'], code_challenge_methods_supported: ['S256'] },
    };
  }

  async #tokenFor(form: string): Promise<object> {
    const resource = new URLSearchParams(form).get('resource');
    this.resources.push(resource);
    return { access_token: await this.sign({ aud: resource ?? undefined }), token_type: 'Bearer' };
  }

  async #keys(): Promise<JWK[]> {
    return Promise.all(
      this.#pairs.map(async ({ kid, publicKey }) => ({
        ...(await exportJWK(publicKey)),
        ...{ use: 'sig', alg: 'RS256' },
        ...(kid !== undefined && { kid }),
      })),
    );
  }
}
