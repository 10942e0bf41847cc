import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { FastifyInstance } from 'fastify'
import { type ChargePoint, type HandledEvent, type HandlerContext, versionInfo } from 'fastify-ocpp'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v201 from 'fastify-ocpp/v201'
import fp from 'fastify-plugin'
import { defined } from '../../lib/charge-points/defined.js'
import { type Request2, Version2 } from '../../lib/charge-points/versions.js'
import { milliseconds } from '../../lib/events/scope.js'
import { type Decision, idTagInfo, idTokenInfo } from '../../lib/id-tokens/authorization.js'
import { startsIt, type TransactionEvent } from '../../lib/ledger/event.js'
import { GapWatch } from '../../lib/ledger/gap-watch.js'
import { displayedIdOf, type NamedTransaction } from '../../lib/ledger/queries.js'
import { type EnergyUnit, registerOf, samplesOf2, samplesOf16 } from '../../lib/ledger/samples.js'
import type { Start, Stop } from '../../lib/ledger/types.js'
import { closeSuperseded, refuseSuperseded } from '../../lib/nodes/superseded.js'
import { ConnectionSecurity } from '../../lib/tls/connection-security.js'

type TransactionEventRequest = Request2<'TransactionEvent'>

function eventOf(
  request: TransactionEventRequest,
  { protocol }: ChargePoint,
  energyUnit: EnergyUnit | undefined
): Omit<TransactionEvent, 'response'> {
  const { eventType, seqNo, triggerReason, offline = false, evse, idToken, reservationId, transactionInfo } = request
  const { transactionId, chargingState, stoppedReason, remoteStartId, timeSpentCharging } = transactionInfo
  const now = Date.now()
  return {
    protocol,
    transactionId,
    eventType,
    seqNo,
    timestamp: milliseconds(request.timestamp, now),
    triggerReason,
    offline,
    samples: samplesOf2(request.meterValue, now, energyUnit),
    payload: request,
    ...defined({ evseId: evse?.id, connectorId: evse?.connectorId }),
    ...defined({ idToken: idToken?.idToken, idTokenType: idToken?.type }),
    ...defined({ chargingState, stoppedReason, remoteStartId, timeSpentCharging, reservationId }),
    ...('tariffId' in transactionInfo &&
      transactionInfo.tariffId !== undefined && { tariffId: transactionInfo.tariffId }),
    ...('transactionLimit' in transactionInfo &&
      transactionInfo.transactionLimit !== undefined && { ownLimit: transactionInfo.transactionLimit }),
    ...('costDetails' in request && request.costDetails !== undefined && { ownCost: request.costDetails })
  }
}

/** StartTransaction and StopTransaction. [1.6 §4.8, §4.10] */
function answerStartAndStop({ ocpp, ledger, idTokens, authorizations, traits }: FastifyInstance): void {
  ocpp.v16.on('StartTransaction', async (request, { chargePoint, log }) => {
    const { connectorId, idTag, reservationId } = request
    const meterStart = registerOf(request.meterStart, traits.book.of(chargePoint).energyUnit)
    // The ledger answers a retry with the first answer, whatever the status of the id token is now.
    const known = await idTokens.info(idTag, undefined, { starts: 'new' })
    const info = idTagInfo(known)
    const start: Start = {
      protocol: chargePoint.protocol,
      connectorId,
      idToken: idTag,
      meterStart,
      timestamp: milliseconds(request.timestamp, Date.now()),
      payload: { ...request, meterStart },
      respond: (transactionId) => ({ transactionId, idTagInfo: info }),
      ...defined({ reservationId })
    }
    const { response, outcome } = await refuseSuperseded(chargePoint, (sender) => {
      return ledger.start(chargePoint.identity, start, sender)
    })
    const answer = response as v16.StartTransactionResponse
    if (outcome === 'booked') {
      const { status } = answer.idTagInfo
      const { identity } = chargePoint
      authorizations.note({ chargePoint: identity, evseId: connectorId, idToken: idTag, status, reason: known.reason })
    }
    const { transactionId } = answer
    log.info({ transactionId, connectorId, outcome }, 'transaction started')
    return answer
  })

  ocpp.v16.on('StopTransaction', async (request, { chargePoint, log }) => {
    const { transactionId, idTag, reason, transactionData: measured } = request
    const now = Date.now()
    const { energyUnit } = traits.book.of(chargePoint)
    const meterStop = registerOf(request.meterStop, energyUnit)
    const stop: Stop = {
      transactionId,
      meterStop,
      timestamp: milliseconds(request.timestamp, now),
      ...defined({ idToken: idTag, reason }),
      samples: samplesOf16(measured, now, energyUnit),
      payload: { ...request, meterStop },
      response: idTag === undefined ? {} : { idTagInfo: idTagInfo(await idTokens.info(idTag)) }
    }
    const { response, outcome } = await refuseSuperseded(chargePoint, (sender) => {
      return ledger.stop(chargePoint.identity, stop, sender)
    })
    // The stop belongs to no transaction but is answered, so that the charge point does not repeat it. [1.6 errata
    // 3.18]
    if (outcome === 'unassigned') log.warn({ transactionId }, 'unknown transaction: the end is stored without one')
    else log.info({ transactionId, reason, outcome }, 'transaction stopped')
    return response as v16.StopTransactionResponse
  })
}

/** TransactionEvent. [2.x E] */
function answerEvents(app: FastifyInstance, gaps: GapWatch): void {
  const { ocpp, ledger, idTokens, authorizations, traits, prices } = app

  ocpp.events.on('connect', async ({ chargePoint: { identity, protocol } }) => {
    if (versionInfo(protocol).hasTransactionEvents)
      gaps.cameBack(identity, await ledger.incompleteTransactions(identity))
  })

  async function answerEvent(request: TransactionEventRequest, { chargePoint, log }: HandlerContext) {
    const { eventType, transactionInfo } = request
    const event = eventOf(request, chargePoint, traits.book.of(chargePoint).energyUnit)
    const info = await infoOf(
      request,
      startsIt(event) ? { starts: { chargePoint: chargePoint.identity, transactionId: event.transactionId } } : {}
    )
    const answer = info === undefined ? {} : { idTokenInfo: idTokenInfo(info) }
    const withPrices = await prices.texts.adderFor(chargePoint)
    const takesLimits = await prices.facts.limitsOf(chargePoint)
    const told = { ...event, response: answer, ...defined({ withPrices, takesLimits }) }
    const { response, outcome, hasGap } = await refuseSuperseded(chargePoint, (sender) => {
      return ledger.event(chargePoint.identity, told, sender)
    })
    if (outcome === 'booked' && info !== undefined && startsIt(event)) noteStart(chargePoint, event, info)
    if (hasGap) gaps.notice(chargePoint.identity, transactionInfo.transactionId)
    if (eventType !== 'Updated') log.info({ eventType, ...transactionInfo, outcome }, 'transaction event')
    return response as v201.TransactionEventResponse
  }

  async function infoOf({ idToken }: TransactionEventRequest, starts: { starts?: NamedTransaction }) {
    return idToken && idTokens.info(idToken.idToken, idToken.type, starts)
  }

  function noteStart({ identity }: ChargePoint, event: Omit<TransactionEvent, 'response'>, info: Decision): void {
    const { evseId, idToken = '', idTokenType: type } = event
    const { status, reason } = info
    authorizations.note({ chargePoint: identity, idToken, status, reason, ...defined({ evseId, type }) })
  }

  new Version2(ocpp).on('TransactionEvent', answerEvent)
}

/** After a message was answered, closes transactions that the charge point left open, and reopens those that go on. */
function weighEvidence(app: FastifyInstance): void {
  /** Connections on which a request was accepted and answered. */
  const begun = new WeakSet<ChargePoint>()
  /**
   * The evidence of each connection that is being processed, so that evidence is processed in order: a boot closes
   * transactions before a later message reopens one.
   */
  const weighed = new WeakMap<ChargePoint, Promise<void>>()
  app.ocpp.events.on('handled', (event) => {
    const { chargePoint, error } = event
    if (error !== undefined || chargePoint.registration !== 'Accepted') return
    const isFirst = !begun.has(chargePoint)
    begun.add(chargePoint)
    const before = weighed.get(chargePoint)
    const mayMatter = (kind: 'charging' | 'available') =>
      before !== undefined || app.ledger.mayMatter(kind, chargePoint.identity)
    const evidence = evidenceOf(event, { isFirst, mayMatter })
    if (evidence === undefined) return
    const weighing = (before ?? Promise.resolve())
      .then(() => weigh(app, chargePoint, evidence))
      .finally(() => {
        if (weighed.get(chargePoint) === weighing) weighed.delete(chargePoint)
      })
    weighed.set(chargePoint, weighing)
    return weighing
  })
}

/**
 * StartTransaction, StopTransaction and TransactionEvent. A well-formed request is always answered with a CALLRESULT
 * after it is stored, because a charge point that gets any other answer repeats the request and drops it in the end.
 * [1.6 §3.7.1, §4.8, §4.10; 2.x E]
 */
async function transactions(app: FastifyInstance): Promise<void> {
  const { ocpp, ledger } = app
  const gaps = createGapWatch(app)
  app.addHook('onClose', async () => gaps.close())
  // Registered first, because the ledger's memory of a charge point is valid for one connection only.
  for (const event of ['connect', 'disconnect'] as const) {
    ocpp.events.on(event, ({ chargePoint }) => ledger.forget(chargePoint.identity))
  }
  answerStartAndStop(app)
  answerEvents(app, gaps)
  weighEvidence(app)
}

function createGapWatch({ config, ledger, log, ocpp, traits }: FastifyInstance): GapWatch {
  return new GapWatch({
    delay: config.TRANSACTION_GAP_DELAY * 1000,
    isIncomplete: (identity, transactionId) => ledger.isIncomplete(identity, transactionId),
    async ask(identity, transactionId) {
      const live = ocpp.chargePoints.get(identity)
      if (live !== undefined) await traits.settling.settled(live)
      const answer = (await ocpp.call(identity, 'GetTransactionStatus', {
        transactionId
      })) as v201.GetTransactionStatusResponse
      return { ongoing: answer.ongoingIndicator, messagesInQueue: answer.messagesInQueue }
    },
    async onLost(chargePoint, transactionId, { ongoing }) {
      log.warn({ chargePoint, transactionId }, 'events of the transaction are missing, and will not come')
      await ledger.eventsLost(chargePoint, transactionId)
      if (ongoing === false) await ledger.notOngoing(chargePoint, transactionId)
    },
    onError: (chargePoint, err) => log.warn({ err, chargePoint }, 'could not ask for missing transaction events')
  })
}

/** Evidence that a transaction ended without a report of its end, or that it goes on after a boot. */
type Evidence =
  | { kind: 'booted'; receivedAt: number }
  | { kind: 'charging'; connectorId: number; timestamp: number; receivedAt: number }
  | { kind: 'available'; evseId: number; connectorId: number; timestamp: number; receivedAt: number }

/**
 * After a boot, or when its connector becomes available, a charge point has no transaction there any more. Some charge
 * points boot at each connect: if such a charge point goes on charging, its transaction is reopened.
 */
async function weigh({ ledger }: FastifyInstance, chargePoint: ChargePoint, evidence: Evidence): Promise<void> {
  const { identity, log } = chargePoint
  const sender = ConnectionSecurity.senderOf(chargePoint)
  try {
    if (evidence.kind === 'charging') {
      const row = await ledger.connectorCharging(identity, evidence, sender)
      if (row !== undefined) log.info({ transactionId: displayedIdOf(row) }, 'the transaction goes on after a boot')
      return
    }
    const closed =
      evidence.kind === 'booted'
        ? await ledger.booted(identity, evidence.receivedAt, sender)
        : await ledger.connectorAvailable(identity, evidence, sender)
    for (const row of closed) {
      log.warn({ transactionId: displayedIdOf(row), evidence }, 'the charge point left a transaction open: closed')
    }
  } catch (err) {
    if (closeSuperseded(chargePoint, err)) return
    log.error({ err }, 'could not close or reopen what the charge point may have left open')
  }
}

const Boot = Type.Object({ reason: Type.Optional(Type.String()) })
const Available = Type.Union([
  Type.Object({
    status: Type.Literal('Available'),
    connectorId: Type.Integer(),
    timestamp: Type.Optional(Type.String())
  }),
  Type.Object({
    connectorStatus: Type.Literal('Available'),
    evseId: Type.Integer(),
    connectorId: Type.Integer(),
    timestamp: Type.String()
  })
])

/** Statuses of 1.6 that show a running transaction. In 2.x TransactionEvents show it. */
const Charging = Type.Object({
  status: Type.Union([Type.Literal('Charging'), Type.Literal('SuspendedEV'), Type.Literal('SuspendedEVSE')]),
  connectorId: Type.Integer({ minimum: 1 }),
  timestamp: Type.Optional(Type.String())
})

function saysAvailable(request: unknown): boolean {
  const { status, connectorStatus } = request as { status?: unknown; connectorStatus?: unknown }
  return status === 'Available' || connectorStatus === 'Available'
}

function evidenceOf(
  { action, request, duration }: HandledEvent,
  { isFirst, mayMatter }: { isFirst: boolean; mayMatter(kind: 'charging' | 'available'): boolean }
): Evidence | undefined {
  const receivedAt = Math.round(Date.now() - duration)
  if (action === 'BootNotification') {
    // After a reboot the first request on a new connection is a BootNotification. A later one was triggered. [1.6 §5.17]
    const hasRebooted = isFirst && Value.Check(Boot, request) && request.reason !== 'Triggered'
    return hasRebooted ? { kind: 'booted', receivedAt } : undefined
  }
  // The checks take longer than everything else, and most statuses say nothing that matters.
  if (action !== 'StatusNotification') return undefined
  if (mayMatter('charging') && Value.Check(Charging, request)) {
    const { connectorId, timestamp } = request
    return { kind: 'charging', connectorId, timestamp: milliseconds(timestamp, receivedAt), receivedAt }
  }
  if (!mayMatter('available') || !saysAvailable(request) || !Value.Check(Available, request)) return undefined
  const { connectorId, timestamp } = request
  return {
    kind: 'available',
    evseId: 'evseId' in request ? request.evseId : 0,
    connectorId,
    timestamp: timestamp === undefined ? receivedAt : milliseconds(timestamp, receivedAt),
    receivedAt
  }
}

export default fp(transactions, {
  fastify: '5.x',
  name: 'csms-transactions',
  dependencies: ['env', 'ocpp', 'ledger', 'traits', 'csms-authorization', 'price-messages']
})
