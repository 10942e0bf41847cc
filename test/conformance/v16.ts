import assert from 'node:assert/strict'
import type * as v16 from 'fastify-ocpp/v16'
import { type Station, soon } from './station.js'

export type Station16 = Station<'ocpp1.6'>
export type Status = v16.StatusNotificationRequest['status']

// --- what a charge point does in a session ---------------------------------------------------------------------

export async function status(
  station: Station16,
  status: Status,
  connectorId = 1,
  errorCode: v16.StatusNotificationRequest['errorCode'] = 'NoError'
): Promise<void> {
  const answer = await station.says('StatusNotification', { connectorId, status, errorCode, timestamp: soon() })
  assert.deepEqual(answer, {})
}

export async function statuses(station: Station16, ...all: Status[]): Promise<void> {
  for (const each of all) await status(station, each)
}

export async function authorize(station: Station16, idTag = 'DRIVER'): Promise<void> {
  const { idTagInfo } = await station.says('Authorize', { idTag })
  assert.equal(idTagInfo.status, 'Accepted')
}

export async function start(station: Station16, more: Partial<v16.StartTransactionRequest> = {}): Promise<number> {
  const request = { connectorId: 1, idTag: 'DRIVER', meterStart: 1000, timestamp: soon(), ...more }
  const { idTagInfo, transactionId } = await station.says('StartTransaction', request)
  assert.equal(idTagInfo.status, 'Accepted')
  assert.ok(transactionId > 0)
  return transactionId
}

export async function stop(
  station: Station16,
  transactionId: number,
  more: Partial<v16.StopTransactionRequest> = {}
): Promise<void> {
  const request = { transactionId, meterStop: 4000, timestamp: soon(), ...more }
  const { idTagInfo } = await station.says('StopTransaction', request)
  assert.equal(idTagInfo?.status, request.idTag === undefined ? undefined : 'Accepted')
}

/** A session that goes on. */
export async function charges(station: Station16, more: Partial<v16.StartTransactionRequest> = {}): Promise<number> {
  await status(station, 'Preparing')
  const transactionId = await start(station, more)
  await status(station, 'Charging')
  return transactionId
}

export async function ended(
  station: Station16,
  transactionId: number,
  stopReason: string,
  more: object = {}
): Promise<void> {
  const transaction = { transactionId: String(transactionId), status: 'ended', stopReason, energyWh: 3000, ...more }
  await station.shows({ transactions: [transaction] })
}

/** Nothing of it is under way. */
export async function isIdle(station: Station16): Promise<void> {
  await station.shows({ transactions: [], connectors: [{ connectorId: 1, status: 'Available' }] })
}

export const LIST: v16.SendLocalListRequest = { listVersion: 2, updateType: 'Full', localAuthorizationList: [] }
export const RESERVE = { connectorId: 1, expiryDate: '2099-01-01T00:00:00.000Z', idTag: 'DRIVER', reservationId: 5 }
