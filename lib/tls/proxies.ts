import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { matcherOf } from '../settings/networks.js'
import type { Config } from '../settings/settings.js'
import { readForwarded, readXForwarded } from './forwarded.js'

/** Whom we believe on whose behalf they connect. */
export class Proxies {
  /** Whether an address is that of one of them. */
  readonly isTrusted: (address: string | undefined) => boolean
  readonly #header: Config['TRUSTED_PROXY_HEADER']

  constructor({ TRUSTED_PROXIES, TRUSTED_PROXY_HEADER }: Pick<Config, 'TRUSTED_PROXIES' | 'TRUSTED_PROXY_HEADER'>) {
    this.isTrusted = matcherOf(TRUSTED_PROXIES)
    this.#header = TRUSTED_PROXY_HEADER
  }

  /**
   * Writes what a proxy tells of its client into the headers that Fastify reads, and nothing else: a proxy sets the
   * one header and may let through the other, which the client wrote. Of whoever is no proxy the headers stay as they
   * are, and Fastify does not read them.
   */
  normalise({ headers, socket }: IncomingMessage): void {
    // A request that is injected has no socket.
    if (!this.isTrusted((socket as Socket | undefined)?.remoteAddress)) return
    const { for: addresses, proto } =
      this.#header === 'forwarded' ? readForwarded(headers.forwarded, this.isTrusted) : readXForwarded(headers)
    if (this.#header === 'forwarded') delete headers['x-forwarded-host']
    if (addresses.length > 0) headers['x-forwarded-for'] = addresses.join(', ')
    else delete headers['x-forwarded-for']
    if (proto === undefined) delete headers['x-forwarded-proto']
    // Some say that it is a WebSocket.
    else headers['x-forwarded-proto'] = proto === 'wss' ? 'https' : proto
  }
}
