import { Type } from '@sinclair/typebox'
import { expectTypeOf } from 'expect-type'
import type { FastifyInstance } from 'fastify'
import fastifyOcpp, {
  CallError,
  type CallFailure,
  type ChargePoint,
  type HandlerContext,
  type Protocol,
  type RequestOf,
  type ResponseOf,
  TimeoutError
} from 'fastify-ocpp'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import type * as v201 from 'fastify-ocpp/v201'

// Code that must compile, and code that must not. Nothing here runs: `npm test` type-checks it.

declare const app: FastifyInstance
declare const chargePoint: ChargePoint
const { ocpp } = app
const currentTime = '2026-01-01T00:00:00Z'

// --- who may connect has no default

app.register(fastifyOcpp, { authenticate: () => true })
app.register(fastifyOcpp, { securityProfile: 0, prefix: '/csms' })
// @ts-expect-error neither `authenticate` nor `securityProfile: 0`
app.register(fastifyOcpp)
// @ts-expect-error neither `authenticate` nor `securityProfile: 0`
app.register(fastifyOcpp, {})
// @ts-expect-error neither `authenticate` nor `securityProfile: 0`
app.register(fastifyOcpp, { pingInterval: 20_000 })
// @ts-expect-error both: nobody could tell which of them counts
app.register(fastifyOcpp, { securityProfile: 0, authenticate: () => true })
// @ts-expect-error profiles 1 to 3 are what `authenticate` accepts
app.register(fastifyOcpp, { securityProfile: 1 })

// --- handlers know their request and their answer

ocpp.v16.on('BootNotification', (request, { chargePoint, messageId, signal, log }) => {
  expectTypeOf(request).toEqualTypeOf<v16.BootNotificationRequest>()
  expectTypeOf(chargePoint.protocol).toEqualTypeOf<'ocpp1.6'>()
  expectTypeOf(messageId).toBeString()
  expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
  log.info(request.chargePointModel)
  return { status: 'Accepted', currentTime, interval: 300 }
})
ocpp.v201.on('BootNotification', async (request) => {
  expectTypeOf(request.chargingStation.model).toBeString()
  return { status: 'Pending', currentTime, interval: 60 }
})
ocpp.v21.on('TransactionEvent', (request) => {
  expectTypeOf(request).toEqualTypeOf<v21.TransactionEventRequest>()
  return {}
})
ocpp.v16.on('Heartbeat', () => {
  throw new CallError('GenericError', 'not today')
})

// @ts-expect-error a literal that the standard does not know
ocpp.v16.on('BootNotification', () => ({ status: 'Aceepted', currentTime, interval: 300 }))
// @ts-expect-error a member is missing
ocpp.v16.on('BootNotification', () => ({ status: 'Accepted', currentTime }))
// @ts-expect-error the type of a member is wrong
ocpp.v16.on('BootNotification', async () => ({ status: 'Accepted', currentTime: new Date(), interval: 300 }))
// @ts-expect-error a CSMS sends this action, it does not receive it
ocpp.v16.on('Reset', () => ({ status: 'Accepted' }))
// @ts-expect-error an action of another version
ocpp.v16.on('TransactionEvent', () => ({}))
// @ts-expect-error an action that no version has
ocpp.v21.on('Bootnotification', () => ({}))
// @ts-expect-error an action that came with 2.1
ocpp.v201.on('BatterySwap', () => ({}))

// --- a handler of every version knows which version it answers

ocpp.on('Heartbeat', (request, { chargePoint, messageId, log }, protocol) => {
  expectTypeOf(request).toEqualTypeOf<v16.HeartbeatRequest | v201.HeartbeatRequest | v21.HeartbeatRequest>()
  expectTypeOf(protocol).toEqualTypeOf<Protocol>()
  expectTypeOf(chargePoint).toEqualTypeOf<ChargePoint>()
  expectTypeOf(messageId).toBeString()
  log.info(chargePoint.identity)
  return { currentTime }
})
ocpp.on('BootNotification', async (request, context, protocol) => {
  if (protocol === 'ocpp1.6') {
    expectTypeOf(request).toEqualTypeOf<v16.BootNotificationRequest>()
    expectTypeOf(context.chargePoint.call('Reset', { type: 'Soft' })).resolves.toEqualTypeOf<v16.ResetResponse>()
  } else {
    expectTypeOf(request).toEqualTypeOf<v201.BootNotificationRequest | v21.BootNotificationRequest>()
    expectTypeOf(request.chargingStation.model).toBeString()
  }
  return { status: 'Accepted', currentTime, interval: 300 }
})
ocpp
  .on('Authorize', (_request, _context, protocol) =>
    protocol === 'ocpp1.6' ? { idTagInfo: { status: 'Accepted' } } : { idTokenInfo: { status: 'Accepted' } }
  )
  .on('StatusNotification', () => ({}))

declare function answerAlike(request: { type: string }, context: HandlerContext): Promise<Record<never, never>>
ocpp.on('SecurityEventNotification', answerAlike)
declare function answer16(request: v16.BootNotificationRequest): v16.BootNotificationResponse
// @ts-expect-error the requests of 2.x are others
ocpp.on('BootNotification', answer16)

// @ts-expect-error a literal of no version
ocpp.on('BootNotification', () => ({ status: 'Aceepted', currentTime, interval: 300 }))
// @ts-expect-error a member is missing in every version
ocpp.on('Heartbeat', () => ({}))
// @ts-expect-error 1.6 has no such action
ocpp.on('TransactionEvent', () => ({}))
// @ts-expect-error 2.x has no such action
ocpp.on('StartTransaction', () => ({ transactionId: 1, idTagInfo: { status: 'Accepted' } }))
// @ts-expect-error a CSMS sends this action, it does not receive it
ocpp.on('Reset', () => ({ status: 'Accepted' }))
// @ts-expect-error an action that no version has
ocpp.on('heartbeat', () => ({ currentTime }))

// --- a SEND has no answer

ocpp.v21.on('NotifyPeriodicEventStream', async (request) => {
  expectTypeOf(request).toEqualTypeOf<v21.NotifyPeriodicEventStream>()
})

ocpp.v21.on('BootNotification', () => ({ status: 'Accepted', currentTime, interval: 300 }))

ocpp.v21.fallback((action, _request, { log }) => log.debug(action))

// --- after sees both payloads

ocpp.v16.after('StartTransaction', async (request, response, { chargePoint }) => {
  expectTypeOf(request.idTag).toBeString()
  expectTypeOf(response.transactionId).toBeNumber()
  await chargePoint.call('TriggerMessage', { requestedMessage: 'MeterValues' })
})

// --- events tell what was handled and sent

ocpp.events
  .on('handled', (event) => {
    expectTypeOf(event.chargePoint).toEqualTypeOf<ChargePoint>()
    expectTypeOf(event.messageType).toEqualTypeOf<'CALL' | 'SEND'>()
    expectTypeOf(event.request).toBeUnknown()
    expectTypeOf(event.error).toEqualTypeOf<CallFailure | undefined>()
    expectTypeOf(event.duration).toBeNumber()
  })
  .once('sent', ({ action, request }) => {
    expectTypeOf(action).toBeString()
    expectTypeOf(request).toBeUnknown()
  })
  .on('call', ({ response, error }) => {
    expectTypeOf(response).toBeUnknown()
    expectTypeOf(error).toEqualTypeOf<CallFailure | undefined>()
  })
expectTypeOf(ocpp.events.failures.get('handled')).toEqualTypeOf<number | undefined>()
// @ts-expect-error no such event
ocpp.events.on('answered', () => {})

// --- calls know their payload and their answer

expectTypeOf(ocpp.v16.call('CP-1', 'Reset', { type: 'Soft' })).resolves.toEqualTypeOf<v16.ResetResponse>()
expectTypeOf(
  ocpp.v201.call('CP-1', 'Reset', { type: 'Immediate' }, { timeout: 10_000 })
).resolves.toEqualTypeOf<v201.ResetResponse>()
// @ts-expect-error 2.0.1 spells it differently
ocpp.v201.call('CP-1', 'Reset', { type: 'Soft' })
// @ts-expect-error a charge point sends this action
ocpp.v16.call('CP-1', 'Heartbeat', {})
// @ts-expect-error a member that is not defined
ocpp.v16.call('CP-1', 'Reset', { type: 'Soft', when: 'now' })

// --- a charge point is a union told apart by its protocol

expectTypeOf(chargePoint.protocol).toEqualTypeOf<Protocol>()
if (chargePoint.protocol === 'ocpp1.6') {
  expectTypeOf(chargePoint.call('ClearCache', {})).resolves.toEqualTypeOf<v16.ClearCacheResponse>()
  // @ts-expect-error 1.6 has no SEND
  chargePoint.send('NotifyPeriodicEventStream', {})
}
if (chargePoint.protocol === 'ocpp2.1') {
  // @ts-expect-error a charging station sends it, a CSMS has nothing to send
  chargePoint.send('NotifyPeriodicEventStream', { id: 1, pending: 0, basetime: currentTime, data: [] })
}

// --- vendor data is typed by its schema

ocpp.v201.onDataTransfer(
  { vendorId: 'com.example', messageId: 'Tariff', data: Type.Object({ price: Type.Number() }) },
  ({ data }) => {
    expectTypeOf(data).toEqualTypeOf<{ price: number }>()
    return { status: 'Accepted', data: { ok: true } }
  }
)
ocpp.v16.onDataTransfer({ vendorId: 'com.example' }, ({ data, vendorId }) => {
  expectTypeOf(data).toBeUnknown()
  expectTypeOf(vendorId).toBeString()
  return { status: 'Rejected' }
})
// @ts-expect-error not a status of DataTransfer
ocpp.v16.onDataTransfer({ vendorId: 'com.example' }, () => ({ status: 'Ok' }))

// --- a schema and its type share one name

const reset: v16.ResetRequest = { type: 'Hard' }
expectTypeOf(reset.type).toEqualTypeOf<'Hard' | 'Soft'>()

// --- payload types by version and action, with names that leave those of fetch alone

expectTypeOf<RequestOf<'ocpp1.6', 'Reset'>>().toEqualTypeOf<v16.ResetRequest>()
expectTypeOf<ResponseOf<'ocpp2.1', 'Reset'>>().toEqualTypeOf<v21.ResetResponse>()
expectTypeOf<RequestOf<Protocol, 'Reset'>>().toEqualTypeOf<v16.ResetRequest | v201.ResetRequest | v21.ResetRequest>()
expectTypeOf<ResponseOf<'ocpp2.1', 'NotifyPeriodicEventStream'>>().toBeVoid()
expectTypeOf<RequestOf<'ocpp1.6', 'TransactionEvent'>>().toBeNever()
expectTypeOf(new Response()).toExtend<{ status: number }>()

// --- errors have literal codes

expectTypeOf(TimeoutError.prototype.code).toEqualTypeOf<'OCPP_ERR_TIMEOUT'>()
expectTypeOf(TimeoutError.prototype.statusCode).toEqualTypeOf<504>()

// --- events are typed

ocpp.events.on('disconnect', ({ chargePoint, reason }) => {
  expectTypeOf(chargePoint).toEqualTypeOf<ChargePoint>()
  expectTypeOf(reason).toExtend<string>()
})
// @ts-expect-error no such event
ocpp.events.on('disconnected', () => {})
