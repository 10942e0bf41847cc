import type { ChargePoint } from 'fastify-ocpp'

/** How a charge point proved who it is: the `context` of its connection. */
export class ConnectionSecurity {
  /** 0 to 3. [1.6 security whitepaper A00; 2.x A00] */
  readonly profile: number
  /** Of its certificate, in profile 3. */
  readonly commonName: string | undefined
  /** Its certificate is expired; it is let in for a new one, and for nothing else. [A00.FR.429] */
  readonly isRenewing: boolean

  constructor(profile: number, commonName?: string, isRenewing = false) {
    this.profile = profile
    this.commonName = commonName
    this.isRenewing = isRenewing
  }

  /** That of a live connection. */
  static of({ context }: ChargePoint): ConnectionSecurity | undefined {
    return context instanceof ConnectionSecurity ? context : undefined
  }
}
