import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClientOptions } from 'ws'
import type {} from '../../plugins/tls.js'
import type {} from '../../plugins/tls-material.js'
import { operate, startBackend, temporaryDirectory } from '../app/support.js'
import { Authority, type Issued } from '../support/authority.js'
import type { TestServer } from '../support/server.js'

export const OPERATOR = 'Test Operator'
export const PASSWORD = 'correct-horse-battery'
const PATIENCE_MS = 10_000

/** Vouches for the server and for the charge points of a test file. */
export const authority = await Authority.create({ O: OPERATOR, CN: 'Test CA' })

/** Of a server, for 127.0.0.1. */
export const serverEc = await authority.issueServer()
export const serverRsa = await authority.issueServer({ kind: 'rsa' })

/** A charge point of this operator: CN is its serial number. */
export function issueClient(CN: string, options: Parameters<Authority['issue']>[0] = {}): Promise<Issued> {
  return authority.issue({ O: OPERATOR, CN, usage: 'client', ...options })
}

/** What a charge point needs to connect with TLS, with or without a certificate of its own. */
export function withTls(client?: Pick<Issued, 'chain' | 'key'>): { ws: ClientOptions } {
  // The level is for keys that are too short.
  return {
    ws: {
      ca: authority.cert,
      ciphers: 'DEFAULT:@SECLEVEL=0',
      ...(client !== undefined && { cert: client.chain, key: client.key })
    }
  }
}

/** Files of a test, by name. */
export class Files {
  readonly directory: string

  private constructor(directory: string) {
    this.directory = directory
  }

  static async create(): Promise<Files> {
    return new Files(await temporaryDirectory())
  }

  /** Writes a file that only its owner can read; answers its path. */
  async write(name: string, text: string): Promise<string> {
    const path = join(this.directory, name)
    await writeFile(path, text)
    await chmod(path, 0o600)
    return path
  }

  /** Writes a certificate and its key; answers the settings for it. */
  async writeServer(...issued: Issued[]): Promise<{ TLS_CERT: string; TLS_KEY: string }> {
    const certs = issued.map(({ chain }, index) => this.write(`server-${index}.pem`, chain))
    const keys = issued.map(({ key }, index) => this.write(`server-${index}.key`, key))
    return { TLS_CERT: (await Promise.all(certs)).join(','), TLS_KEY: (await Promise.all(keys)).join(',') }
  }
}

/** The back-end with both of its listeners. */
export interface TlsBackend extends TestServer {
  /** `wss://127.0.0.1:port` */
  readonly secureUrl: string
  readonly securePort: number
  readonly files: Files
}

/** Starts the back-end with TLS, which asks for client certificates, on free ports. */
export async function startTls(settings: Record<string, string> = {}, material?: Issued[]): Promise<TlsBackend> {
  const files = await Files.create()
  const server = await startBackend({
    OCPP_OPEN_REGISTRATION: 'false',
    TLS_PORT: '0',
    ...(await files.writeServer(...(material ?? [serverEc, serverRsa]))),
    TLS_CLIENT_CA: await files.write('ca.pem', authority.cert),
    TLS_CLIENT_ORGANIZATION: OPERATOR,
    ...settings
  })
  await server.app.tls.listen()
  const securePort = server.app.tls.address?.port ?? 0
  return { ...server, securePort, secureUrl: `wss://127.0.0.1:${securePort}`, files }
}

/** An operator makes a charge point known. */
export async function provision(server: TestServer, identity: string, body: object): Promise<void> {
  const { statusCode, body: text } = await operate(server, 'PUT', `/charge-points/${identity}`, body)
  if (statusCode >= 300) throw new Error(text)
}

/** The highest security profile that a charge point ever logged in with. */
export async function profileOf(server: TlsBackend, identity: string): Promise<number> {
  return (await operate(server, 'GET', `/charge-points/${identity}`)).json().highestSecurityProfile
}

/** The latest security event of a charge point that is written down: that comes after the answer. */
export async function securityEventOf(server: TestServer, identity: string): Promise<Record<string, unknown>> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const { securityEvents = [] } = (await operate(server, 'GET', `/charge-points/${identity}/state`)).json()
    if (securityEvents.length > 0) return securityEvents[0]
    if (performance.now() > deadline) throw new Error(`no security event of ${identity} was written down`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
