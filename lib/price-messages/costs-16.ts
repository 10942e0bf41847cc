import type { ChargePoint } from 'fastify-ocpp'
import type { Reader } from '../events/scope.js'
import { beginningOf } from '../ledger/clock.js'
import { meterNow } from '../ledger/meter.js'
import { observedOf } from '../ledger/observed.js'
import { costOfRow, needsOf } from '../ledger/pricing.js'
import { findOpen, findTransaction, type TransactionRow } from '../ledger/queries.js'
import { parseSnapshot, tariffsIn } from '../ledger/snapshot.js'
import { durationUntil } from '../ledger/totals.js'
import { tariffAhead } from '../ledger/which-tariff.js'
import { isIdle } from '../money/cuts.js'
import { messagesOf, textOf } from '../money/text.js'
import { decimalsOf, finalCost, runningCost, setUserPrice } from './california.js'
import { type PriceFactsBook, type PricingMessages, shownLanguage } from './facts.js'
import type { LatestCalls, PriceCall } from './latest-calls.js'

export interface Costs16Options {
  db: Reader
  facts: PriceFactsBook
  calls: LatestCalls
  languages: readonly string[]
  chargePointId(identity: string): Promise<number>
  /** The link to the receipt of a transaction; `undefined`: the driver gets none. */
  receiptLink(identity: string, transactionRef: number): Promise<string | undefined>
}

type Connection = ChargePoint

/** Which transaction; without its id the open one of the connector. */
interface Which {
  connectorId: number
  transactionId?: number | undefined
}

/**
 * Tells charge points of OCPP 1.6 prices and costs by DataTransfer, if they reported that they show them. Nothing waits for
 * it, and nothing depends on the answers.
 */
export class Costs16 {
  readonly #options: Costs16Options

  constructor(options: Costs16Options) {
    this.#options = options
  }

  /**
   * To be called when an id token was accepted. Some charge points wait for the price.
   *
   * @param languageOf looks up the language of the driver
   */
  authorized(chargePoint: Connection, idToken: string, languageOf: () => Promise<string | undefined>): void {
    this.#send(chargePoint, `price ${idToken}`, async (pricing) => {
      const { db, chargePointId, languages } = this.#options
      const id = await chargePointId(chargePoint.identity)
      const tariff = await tariffAhead(db, { chargePointId: id, idToken, at: Date.now() })
      if (tariff === undefined) return undefined
      const language = await languageOf()
      const wanted = language === undefined ? languages : [language, ...languages]
      const [main, ...extra] = messagesOf(tariff.document, wanted)
      return setUserPrice({ idToken, messages: [main, ...extra.filter((one) => shownLanguage(pricing, one.language))] })
    })
  }

  /** To be called when the transaction began. */
  started(chargePoint: Connection, { transactionId }: { transactionId: number }): void {
    this.#send(chargePoint, `cost ${transactionId}`, async (pricing) => {
      const row = await this.#find(chargePoint, { connectorId: 0, transactionId })
      if (row?.status !== 'open' || row.meter_start === null) return undefined
      const meter = { energy: 0, start: row.meter_start, register: row.meter_start }
      return this.#running(row, pricing, { duration: 0, at: row.start_timestamp ?? row.created_at, meter })
    })
  }

  /**
   * To be called when the charge point sent meter values.
   *
   * @param latest the timestamp of the latest of them
   */
  measured(chargePoint: Connection, which: Which, latest: () => number): void {
    const key = which.transactionId ?? `connector ${which.connectorId}`
    this.#send(chargePoint, `cost ${key}`, async (pricing) => {
      const row = await this.#find(chargePoint, which)
      if (row?.status !== 'open') return undefined
      const { start, stop, energy } = await meterNow(this.#options.db, row)
      if (typeof energy === 'string' || start === null || stop === null) return undefined
      const timestamp = latest()
      const duration = durationUntil(row, { timestamp, receivedAt: Date.now() })
      return this.#running(row, pricing, { duration, at: timestamp, meter: { energy, start, register: stop } })
    })
  }

  /** To be called when the transaction ended. */
  stopped(chargePoint: Connection, { transactionId }: { transactionId: number }): void {
    this.#send(chargePoint, `cost ${transactionId}`, async (pricing) => {
      const row = await this.#find(chargePoint, { connectorId: 0, transactionId })
      return row === undefined || row.status === 'open' ? undefined : this.#final(chargePoint, row, pricing)
    })
  }

  #send(
    chargePoint: Connection,
    key: string,
    make: (pricing: PricingMessages) => Promise<PriceCall | undefined>
  ): void {
    const facts = this.#options.facts.known(chargePoint)
    if (facts !== undefined && facts.pricing === undefined) return
    this.#options.calls.send(chargePoint, key, async () => {
      const { pricing } = await this.#options.facts.of(chargePoint)
      return pricing === undefined ? undefined : make(pricing)
    })
  }

  async #find({ identity }: Connection, { connectorId, transactionId }: Which): Promise<TransactionRow | undefined> {
    const { db } = this.#options
    const chargePointId = await this.#options.chargePointId(identity)
    if (transactionId !== undefined && transactionId > 0) {
      return findTransaction(db, { chargePointId, transactionId: String(transactionId) })
    }
    const [only, ...others] = connectorId > 0 ? await findOpen(db, chargePointId, { evseId: 0, connectorId }) : []
    return others.length === 0 ? only : undefined
  }

  /** `undefined` if the cost is unknown: 0 would mean that it is free. */
  async #running(
    row: TransactionRow,
    pricing: PricingMessages,
    { duration, at, meter }: { duration: number | null; at: number; meter: RunningMeter }
  ): Promise<PriceCall | undefined> {
    const { tariff, ocpp16_id } = row
    if (tariff === null || ocpp16_id === null) return undefined
    const start = beginningOf({ timestamp: row.start_timestamp ?? row.created_at, receivedAt: row.created_at })
    const observed = await observedOf(this.#options.db, row)
    const use = { energy: meter.energy, duration, meterStart: meter.start, isFinal: false, observed }
    const { total, currency, usage } = costOfRow({ ...row, tariff }, use)
    const document = tariffsIn(parseSnapshot(tariff), start).at(-1)?.document
    if (total === undefined || document === undefined) return undefined
    const state = observed?.states.findLast((one) => one.at <= at)?.state
    const power = observed?.power?.at(-1)?.w ?? meanPower([{ at: start, wh: meter.start }, ...(observed?.meter ?? [])])
    return runningCost({
      transactionId: ocpp16_id,
      timestamp: at,
      meterValue: Math.round(meter.register),
      cost: total,
      isIdle: isIdle(state, document.idleIncludesEvse ?? false),
      dependsOnState: needsOf([document]).states,
      moment: {
        ...{ document, start, at, energyWh: meter.energy, chargingSeconds: usage.chargingTime },
        ...{ zone: observed?.zone, power }
      },
      decimals: decimalsOf(currency, pricing)
    })
  }

  async #final(
    { identity }: Connection,
    row: TransactionRow,
    pricing: PricingMessages
  ): Promise<PriceCall | undefined> {
    const { ocpp16_id, cost, cost_unknown, currency, energy_wh, tariff } = row
    if (ocpp16_id === null || cost === null || cost_unknown !== null || currency === null) return undefined
    if (energy_wh === null || tariff === null) return undefined
    const document = tariffsIn(parseSnapshot(tariff), 0).at(-1)?.document
    if (document === undefined) return undefined
    const text = textOf(document, this.#options.languages)
    const decimals = decimalsOf(currency, pricing)
    const link = await this.#options.receiptLink(identity, row.id)
    return finalCost({ transactionId: ocpp16_id, cost, currency, energy: energy_wh, text, link, decimals })
  }
}

/** W between the last two readings, as it is charged; 0 before there are two. */
function meanPower(readings: readonly { at: number; wh: number }[]): number {
  const [before, last] = readings.slice(-2)
  if (before === undefined || last === undefined || last.at <= before.at) return 0
  return ((last.wh - before.wh) * HOUR_MS) / (last.at - before.at)
}

const HOUR_MS = 3_600_000

interface RunningMeter {
  /** Since the start. Wh. */
  energy: number
  start: number
  /** As it stands now. Wh. */
  register: number
}
