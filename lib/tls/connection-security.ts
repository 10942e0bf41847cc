import type { ChargePoint } from 'fastify-ocpp'

/** How a charge point proved its identity: the `context` of its connection. */
export class ConnectionSecurity {
  /** The security profile, 0 to 3. [1.6 security whitepaper A00; 2.x A00] */
  readonly profile: number
  /** The common name of the client certificate, with profile 3. */
  readonly commonName: string | undefined
  /** Whether the certificate is expired, and the connection only serves to renew it. [A00.FR.429] */
  readonly isRenewing: boolean
  /** With several nodes: the order of the connection among those of its charge point to all nodes. */
  epoch: number | undefined
  /** When the charge point sent its last message before the connection. Epoch milliseconds. */
  seenBefore: number | undefined

  constructor(profile: number, commonName?: string, isRenewing = false) {
    this.profile = profile
    this.commonName = commonName
    this.isRenewing = isRenewing
  }

  /** What the ledger has to know of a connection. */
  static senderOf(chargePoint: ChargePoint): { epoch?: number | undefined } {
    return { epoch: ConnectionSecurity.of(chargePoint)?.epoch }
  }

  /** The security of a live connection. */
  static of({ context }: ChargePoint): ConnectionSecurity | undefined {
    return context instanceof ConnectionSecurity ? context : undefined
  }
}
