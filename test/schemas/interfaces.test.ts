import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '@sinclair/typebox'
import { interfaces } from '../../scripts/interfaces.js'
import { closed, dateTime, decimal, literals, withDefault } from '../../src/schema.js'

test('interfaces are derived from schemas', () => {
  const Status = withDefault(literals('Accepted', 'Rejected'), 'Accepted')
  const Extension = Type.Unsafe<unknown>(Type.Object({ vendorId: Type.String({ maxLength: 255 }) }))
  const PingRequest = closed<unknown>({
    at: dateTime(),
    limit: Type.Optional(decimal()),
    numbers: Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 }),
    statuses: Type.Optional(Type.Array(Status)),
    data: Type.Optional(Type.Unknown()),
    extension: Type.Optional(Extension)
  })
  const PingResponse = closed<unknown>({})
  const StreamRequest = closed<unknown>({ status: Status })

  const text = interfaces({
    version: '0.0',
    types: { Status, Extension },
    messages: { PingRequest, PingResponse, StreamRequest },
    actions: {
      Ping: { direction: 'both', messageType: 'CALL', block: 'Core', request: PingRequest, response: PingResponse },
      Stream: { direction: 'chargePoint', messageType: 'SEND', block: 'Core', request: StreamRequest }
    }
  })

  assert.equal(
    text,
    `// OCPP 0.0. Generated from types.ts, messages.ts and actions.ts by \`npm run generate\`; do not edit.

export interface Extension {
  /** maxLength 255 */
  vendorId: string
  [member: string]: unknown
}

export type Status = 'Accepted' | 'Rejected'

/** CALL from either side, Core */
export interface PingRequest {
  /** date-time, RFC 3339 */
  at: string
  /** multipleOf 0.1 */
  limit?: number
  /** minItems 1, each integer, minimum 0 */
  numbers: number[]
  statuses?: Status[]
  data?: unknown
  extension?: Extension
}

/** CALLRESULT to either side, Core */
export type PingResponse = Record<string, never>

/** SEND from the charge point, Core */
export interface StreamRequest {
  /** default Accepted */
  status: Status
}

/** The payloads of every action, and who may send it. */
export interface Actions {
  Ping: {
    request: PingRequest
    response: PingResponse
    direction: 'both'
    messageType: 'CALL'
  }
  Stream: {
    request: StreamRequest
    response: never
    direction: 'chargePoint'
    messageType: 'SEND'
  }
}

export type ActionName = 'Ping' | 'Stream'

/** The actions a charge point may send as CALL. */
export type ChargePointAction = 'Ping'

/** The actions a CSMS may send as CALL. */
export type CsmsAction = 'Ping'

/** The actions sent as SEND, which have no answer. */
export type SendAction = 'Stream'
`
  )
})

test('a datatype without a name of its own is refused', () => {
  const PingRequest = closed<unknown>({ inline: closed<unknown>({}) })
  assert.throws(() => interfaces({ version: '0.0', types: {}, messages: { PingRequest }, actions: {} }), /no name for/)
})
