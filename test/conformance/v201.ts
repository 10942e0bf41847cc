import assert from 'node:assert/strict'
import type * as v201 from 'fastify-ocpp/v201'
import { type Station, soon } from './station.js'

export type Station2 = Station<'ocpp2.0.1'>
export type IdToken = v201.IdTokenType
export type Event = Omit<Partial<v201.TransactionEventRequest>, 'transactionInfo'> & Partial<v201.TransactionType>

export const ACCEPTED = { status: 'Accepted' } as const
export const EVSE = { id: 1, connectorId: 1 }
export const DRIVER = card('DRIVER')

export function card(idToken: string): IdToken {
  return { idToken, type: 'ISO14443' }
}

export async function status(
  station: Station2,
  connectorStatus: v201.StatusNotificationRequest['connectorStatus'],
  evseId = 1
): Promise<void> {
  const answer = await station.says('StatusNotification', {
    evseId,
    connectorId: 1,
    connectorStatus,
    timestamp: soon()
  })
  assert.deepEqual(answer, {})
}

export async function authorize(station: Station2, idToken = DRIVER) {
  const { idTokenInfo } = await station.says('Authorize', { idToken })
  return idTokenInfo
}

export async function isAuthorized(station: Station2, idToken = DRIVER): Promise<void> {
  assert.equal((await authorize(station, idToken)).status, 'Accepted')
}

/** The transaction of a charging station, told event by event. */
export class Session {
  readonly transactionId: string
  readonly #station: Station2
  #seqNo = 0

  constructor(station: Station2, transactionId = `${station.identity}-1`) {
    this.#station = station
    this.transactionId = transactionId
  }

  async tells(
    eventType: v201.TransactionEventRequest['eventType'],
    triggerReason: v201.TransactionEventRequest['triggerReason'],
    { chargingState, stoppedReason, remoteStartId, timeSpentCharging, ...more }: Event = {}
  ): Promise<v201.TransactionEventResponse> {
    const info = { chargingState, stoppedReason, remoteStartId, timeSpentCharging }
    const known = Object.entries(info).filter(([, value]) => value !== undefined)
    return this.#station.says('TransactionEvent', {
      eventType,
      triggerReason,
      timestamp: soon(),
      seqNo: this.#seqNo++,
      transactionInfo: { transactionId: this.transactionId, ...Object.fromEntries(known) },
      ...more
    })
  }

  /** Goes on, with a cable and an id token. */
  async charges(more: Event = {}): Promise<this> {
    const started = { evse: EVSE, chargingState: 'Charging', ...more } as const
    const { idTokenInfo } = await this.tells('Started', 'Authorized', { idToken: DRIVER, ...started })
    assert.equal(idTokenInfo?.status, 'Accepted')
    return this
  }

  async ends(stoppedReason: v201.TransactionType['stoppedReason'], more: Event = {}): Promise<void> {
    const idle = { chargingState: 'Idle' as const, ...(stoppedReason !== undefined && { stoppedReason }) }
    await this.tells('Ended', 'StopAuthorized', { ...idle, ...more })
  }
}

export async function charging(station: Station2, more: Event = {}): Promise<Session> {
  return new Session(station).charges(more)
}

export const parked = { evse: { id: 1 } }
export const plugged = { evse: EVSE, chargingState: 'EVConnected' } as const

export function value(context: v201.SampledValueType['context'] = 'Trigger', of: number = 100): v201.MeterValueType {
  const sample = { value: of, measurand: 'Energy.Active.Import.Register' as const, unitOfMeasure: { unit: 'Wh' } }
  return { timestamp: '2026-01-01T00:00:00.000Z', sampledValue: [{ ...sample, ...(context && { context }) }] }
}

export function signedValue(context: v201.SampledValueType['context']): v201.MeterValueType {
  const signedMeterValue = {
    signedMeterData: 'ZGF0YQ==',
    signingMethod: 'ECDSA',
    encodingMethod: 'OCMF',
    publicKey: 'a2V5'
  }
  const { timestamp, sampledValue } = value(context)
  return { timestamp, sampledValue: sampledValue.map((sample) => ({ ...sample, signedMeterValue })) }
}
