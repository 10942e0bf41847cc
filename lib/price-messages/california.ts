import { toDateTime } from '../date-time.js'
import { minorDigits } from '../money/currency.js'
import { fromScaled, toScaled } from '../money/exact.js'
import type { Message } from '../money/text.js'
import { type Moment, nextPrices, thresholdsAfter, type UnitPrices, unitPricesAt } from '../money/unit-prices.js'
import type { PricingMessages } from './facts.js'
import type { PriceCall } from './latest-calls.js'

// The pricing messages of OCPP 1.6. [OCA "OCPP & California Pricing Requirements"]

export const COST_VENDOR = 'org.openchargealliance.costmsg'

/** In 1.6 the data of a DataTransfer is text. [1.6 §4.3] */
function dataTransfer(messageId: string, data: object): PriceCall {
  return { action: 'DataTransfer', payload: { vendorId: COST_VENDOR, messageId, data: JSON.stringify(data) } }
}

export interface UserPrice {
  idToken: string
  /** The first one is for the display of most drivers; the others are in other languages. */
  messages: readonly [Message, ...Message[]]
}

/** The price for the driver, for the display only. */
export function setUserPrice({ idToken, messages: [main, ...extra] }: UserPrice): PriceCall {
  return dataTransfer('SetUserPrice', {
    idToken,
    priceText: main.content,
    ...(extra.length > 0 && { priceTextExtra: extra })
  })
}

/** Decimals of amounts: at most those that the charge point takes. */
export interface Decimals {
  cost: number
  price: number
}

/** Decimals of a price beyond those of the currency. */
const PRICE_DIGITS = 2
/** [2.1 decimals] */
const MAX_DIGITS = 6

export function decimalsOf(currency: string, { decimals = MAX_DIGITS }: PricingMessages): Decimals {
  const minor = minorDigits(currency)
  return { cost: Math.min(minor, decimals), price: Math.min(minor + PRICE_DIGITS, decimals) }
}

export interface RunningCost {
  transactionId: number
  /** Of the meter value. Epoch milliseconds. */
  timestamp: number
  /** The register. Wh. */
  meterValue: number
  /** Until the meter value. */
  cost: number
  isIdle: boolean
  /** Whether it matters what the car and the charge point do. */
  dependsOnState: boolean
  moment: Moment
  decimals: Decimals
}

/** Statuses at which a meter value is wanted: the price may be another one from then on. [1.6 ChargePointStatus] */
const STATUSES = ['Charging', 'SuspendedEV', 'SuspendedEVSE', 'Finishing']

/** The cost of a transaction so far, and the prices with which the charge point goes on. */
export function runningCost(running: RunningCost): PriceCall {
  const { transactionId, timestamp, meterValue, cost, isIdle, moment, decimals } = running
  const next = nextPrices(moment, decimals.price)
  const trigger = triggerOf(running, next?.at)
  return dataTransfer('RunningCost', {
    transactionId,
    timestamp: toDateTime(timestamp),
    meterValue,
    cost: rounded(cost, decimals.cost),
    state: isIdle ? 'Idle' : 'Charging',
    ...shownPrices(unitPricesAt(moment, decimals.price)),
    ...(next !== undefined && { nextPeriod: { atTime: toDateTime(next.at), ...shownPrices(next.prices) } }),
    ...(Object.keys(trigger).length > 0 && { triggerMeterValue: trigger })
  })
}

/** The prices of charging. */
export function chargingPriceOf({ kWh, hour, flat }: UnitPrices) {
  return {
    chargingPrice: {
      ...(kWh !== undefined && { kWhPrice: kWh }),
      ...(hour !== undefined && { hourPrice: hour }),
      ...(flat !== undefined && { flatFee: flat })
    }
  }
}

function shownPrices({ idle, ...prices }: UnitPrices) {
  return {
    ...chargingPriceOf(prices),
    ...(idle !== undefined && {
      idlePrice: { ...(idle.grace !== undefined && { graceMinutes: idle.grace }), hourPrice: idle.hour }
    })
  }
}

function triggerOf({ moment, dependsOnState }: RunningCost, edge: number | undefined): object {
  const { at, energyWh, power } = thresholdsAfter(moment)
  const times = [at, edge].filter((time) => time !== undefined)
  return {
    ...(times.length > 0 && { atTime: toDateTime(Math.min(...times)) }),
    ...(energyWh !== undefined && { atEnergykWh: inThousands(energyWh) }),
    ...(power !== undefined && { atPowerkW: inThousands(power) }),
    ...(dependsOnState && { atCPStatus: STATUSES })
  }
}

function inThousands(value: number): number {
  return fromScaled(toScaled(value, 3), 6)
}

export function rounded(amount: number, decimals: number): number {
  return fromScaled(toScaled(amount, decimals), decimals)
}

export interface FinalCost {
  transactionId: number
  cost: number
  currency: string
  /** Wh. */
  energy: number
  /** Of the tariff. */
  text: string
  /** Link to the receipt. */
  link?: string | undefined
  decimals: Decimals
}

/** The final cost of a transaction. */
export function finalCost({ transactionId, cost, currency, energy, text, link, decimals }: FinalCost): PriceCall {
  const amount = rounded(cost, decimals.cost)
  const priceText = `${amount} ${currency}, ${inThousands(energy)} kWh: ${text}`
  return dataTransfer('FinalCost', {
    transactionId,
    cost: amount,
    priceText,
    ...(link !== undefined && { qrCodeText: link })
  })
}
