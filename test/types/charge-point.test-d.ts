import { Type } from '@sinclair/typebox'
import { expectTypeOf } from 'expect-type'
import type { FastifyInstance } from 'fastify'
import type { Protocol, RegistrationStatus } from 'fastify-ocpp'
import { CallError, type ChargePointClient, connect, createChargePoint } from 'fastify-ocpp/charge-point'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import type * as v201 from 'fastify-ocpp/v201'

// Code that must compile, and code that must not. Nothing here runs: `npm test` type-checks it.

declare const app: FastifyInstance
const target = { url: 'ws://127.0.0.1/ocpp', identity: 'CP-1' }
const timestamp = '2026-01-01T00:00:00Z'

// --- the versions on offer are the type of the charge point

expectTypeOf(connect({ ...target, protocols: ['ocpp1.6'] })).resolves.toEqualTypeOf<ChargePointClient<'ocpp1.6'>>()
expectTypeOf(createChargePoint({ ...target, protocols: ['ocpp2.1', 'ocpp2.0.1'] })).toEqualTypeOf<
  ChargePointClient<'ocpp2.1' | 'ocpp2.0.1'>
>()
expectTypeOf(createChargePoint(target)).toEqualTypeOf<ChargePointClient<Protocol>>()
expectTypeOf(app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp2.0.1' })).resolves.toEqualTypeOf<
  ChargePointClient<'ocpp2.0.1'>
>()
// @ts-expect-error a version there is not
createChargePoint({ ...target, protocols: ['ocpp1.5'] })
// @ts-expect-error an injected charge point speaks one version
app.ocpp.inject({ identity: 'CP-1', protocols: ['ocpp1.6'] })
// @ts-expect-error an injected charge point does not connect again by itself
app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6', reconnect: {} })

// --- one version: payloads are exact

const old = createChargePoint({ ...target, protocols: ['ocpp1.6'] })
expectTypeOf(old.protocol).toEqualTypeOf<'ocpp1.6' | undefined>()
expectTypeOf(old.registration).toEqualTypeOf<RegistrationStatus | undefined>()

old.on('Reset', (request, { client, messageId, signal, log }) => {
  expectTypeOf(request).toEqualTypeOf<v16.ResetRequest>()
  expectTypeOf(client).toEqualTypeOf<ChargePointClient<'ocpp1.6'>>()
  expectTypeOf(messageId).toBeString()
  expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
  log.info(request.type)
  return { status: 'Accepted' }
})
old
  .on('ClearCache', async () => {
    throw new CallError('InternalError')
  })
  .after('ClearCache', async (request, response, { client }) => {
    expectTypeOf(request).toEqualTypeOf<v16.ClearCacheRequest>()
    expectTypeOf(response).toEqualTypeOf<v16.ClearCacheResponse>()
    await client.call('Heartbeat', {})
  })
  .fallback((action, request) => {
    expectTypeOf(action).toExtend<string>()
    expectTypeOf(request).toBeUnknown()
    return {}
  })
expectTypeOf(old.call('Authorize', { idTag: 'A' })).resolves.toEqualTypeOf<v16.AuthorizeResponse>()

// @ts-expect-error a literal that the standard does not know
old.on('Reset', () => ({ status: 'Acepted' }))
// @ts-expect-error a literal that the standard does not know, of an async handler
old.on('Reset', async () => ({ status: 'Acepted' }))
// @ts-expect-error a member is missing
old.on('Reset', () => ({}))
// @ts-expect-error a charge point sends this action, it does not receive it
old.on('Heartbeat', () => ({ currentTime: timestamp }))
// @ts-expect-error an action of another version
old.on('GetBaseReport', () => ({ status: 'Accepted' }))
// @ts-expect-error an action that no version has
old.on('reset', () => ({ status: 'Accepted' }))
// @ts-expect-error a CSMS sends this action
old.call('Reset', { type: 'Soft' })
// @ts-expect-error an action of another version
old.call('TransactionEvent', {})
// @ts-expect-error the type of a member is wrong
old.call('Authorize', { idTag: 1 })
// @ts-expect-error a member that is not defined
old.call('Authorize', { idTag: 'A', when: 'now' })
// @ts-expect-error 1.6 has no SEND
old.send('NotifyPeriodicEventStream', {})

// --- several versions: what any of them has, with the payloads of all

const any = createChargePoint({ ...target, protocols: ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'] })
any.on('Reset', (request) => {
  expectTypeOf(request).toEqualTypeOf<v16.ResetRequest | v201.ResetRequest | v21.ResetRequest>()
  return { status: 'Rejected' }
})
any.on('GetBaseReport', (request) => {
  expectTypeOf(request).toEqualTypeOf<v201.GetBaseReportRequest | v21.GetBaseReportRequest>()
  return { status: 'Accepted' }
})
any.after('ClearCache', (_request, response) => {
  expectTypeOf(response).toEqualTypeOf<v16.ClearCacheResponse | v201.ClearCacheResponse | v21.ClearCacheResponse>()
})
expectTypeOf(any.call('Heartbeat', {})).resolves.toEqualTypeOf<
  v16.HeartbeatResponse | v201.HeartbeatResponse | v21.HeartbeatResponse
>()
// @ts-expect-error a literal of no version
any.on('Reset', () => ({ status: 'Perhaps' }))
// @ts-expect-error a charge point sends this action in every version
any.on('Heartbeat', () => ({ currentTime: timestamp }))

// --- a SEND is of 2.1

const stream = { id: 1, pending: 0, basetime: timestamp, data: [{ t: 0, v: '1' }] }
const latest = createChargePoint({ ...target, protocols: ['ocpp2.1'] })
expectTypeOf(latest.send('NotifyPeriodicEventStream', stream)).toBeVoid()
// @ts-expect-error it is no CALL
latest.call('NotifyPeriodicEventStream', stream)

// --- what is delivered for certain are transaction messages

expectTypeOf(
  old.deliver('StartTransaction', { connectorId: 1, idTag: 'A', meterStart: 0, timestamp })
).resolves.toEqualTypeOf<v16.StartTransactionResponse>()
expectTypeOf(
  old.deliver('StopTransaction', () => ({ transactionId: 1, meterStop: 1, timestamp }))
).resolves.toEqualTypeOf<v16.StopTransactionResponse>()
// @ts-expect-error not a transaction message
old.deliver('Heartbeat', {})
// @ts-expect-error of 2.x
old.deliver('TransactionEvent', {})
// @ts-expect-error 2.x has TransactionEvent in its place
latest.deliver('StartTransaction', { connectorId: 1, idTag: 'A', meterStart: 0, timestamp })
// @ts-expect-error the payload a function makes is checked, too
old.deliver('StopTransaction', () => ({ transactionId: '1', meterStop: 1, timestamp }))

// --- vendor data is typed by its schema

latest.onDataTransfer({ vendorId: 'v', data: Type.Object({ price: Type.Number() }) }, ({ data }, { client }) => {
  expectTypeOf(data).toEqualTypeOf<{ price: number }>()
  expectTypeOf(client).toEqualTypeOf<ChargePointClient<'ocpp2.1'>>()
  return { status: 'Accepted' }
})
// @ts-expect-error not a status of DataTransfer
latest.onDataTransfer({ vendorId: 'v' }, () => ({ status: 'Ok' }))
