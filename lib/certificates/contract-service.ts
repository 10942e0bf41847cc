import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Log } from '../log.js'
import { post } from './http.js'

/** The request of a car for a contract certificate, and the charge point that passed it on. */
export interface ContractRequest {
  chargePoint: string
  iso15118SchemaVersion: string
  action: string
  exiRequest: string
  /** OCPP 2.1 only. */
  maximumContractCertificateChains?: number
  /** OCPP 2.1 only. */
  prioritizedEMAIDs?: string[]
}

const Answer = Type.Object({
  status: Type.Union([Type.Literal('Accepted'), Type.Literal('Failed')]),
  exiResponse: Type.String({ maxLength: 17_000 }),
  remainingContracts: Type.Optional(Type.Integer({ minimum: 0 }))
})
export type ContractAnswer = Static<typeof Answer>

export interface ContractServiceOptions {
  /** Address of the service. `undefined`: there is none. */
  url: string | undefined
  token: string | undefined
  log: Pick<Log, 'warn'>
  /** Timeout in milliseconds. Default: 20 000, because the charge point waits 30 seconds. */
  timeout?: number
}

const TIMEOUT_MS = 20_000
const MAX_BYTES = 64 * 1024
const FAILED: ContractAnswer = { status: 'Failed', exiResponse: '' }

/** Forwards requests of cars for contract certificates to a service of the operator. [2.x M01, M02] */
export class ContractService {
  readonly #options: ContractServiceOptions

  constructor(options: ContractServiceOptions) {
    this.#options = options
  }

  /** Never throws. */
  async ask(request: ContractRequest): Promise<ContractAnswer> {
    const { url, token, log, timeout = TIMEOUT_MS } = this.#options
    if (url === undefined) return FAILED
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const headers = { 'content-type': 'application/json', accept: 'application/json', ...authorization }
    try {
      const body = await post({ url, headers, body: JSON.stringify(request), maxBytes: MAX_BYTES, timeout })
      const answer: unknown = JSON.parse(body.toString('utf8'))
      if (!Value.Check(Answer, answer)) throw new Error('the answer has an unexpected form')
      return answer
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'could not get a contract certificate for a car')
      return FAILED
    }
  }
}
