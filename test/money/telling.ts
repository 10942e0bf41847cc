import assert from 'node:assert/strict'
import { operate } from '../app/support.js'
import { type Charger, connectCharger, NO_ANSWER } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { within } from '../support/wait.js'

// Charge points that are told prices, for the tests of what they are told.

export const VAT = [{ type: 'VAT', tax: 19 }]
export const KWH = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.4 }], taxRates: VAT } }

export async function ok(server: TestServer, method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object) {
  const answer = await operate(server, method, path, body)
  assert.ok(answer.statusCode < 300, `${path}: ${answer.statusCode} ${answer.body}`)
  return answer.statusCode === 204 ? undefined : answer.json()
}

/** The payload of the CALLRESULT. */
export async function result(charger: Charger, action: string, payload: object): Promise<Record<string, unknown>> {
  const answer = await charger.call(action, payload)
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return answer.type === 3 ? answer.payload : {}
}

interface Ready {
  protocol: string
  /** For this charge point only; absent: none. */
  tariff?: object
  /** Variables of TariffCostCtrlr, such as `Enabled[Tariff]`. */
  variables?: Record<string, string>
}

/** A charge point that has booted and reported its variables, with a tariff of its own. */
export async function charging(server: TestServer, identity: string, { protocol, tariff, variables }: Ready) {
  await ok(server, 'PUT', `/charge-points/${identity}`, {})
  if (tariff !== undefined) await putTariff(server, identity, tariff)
  const charger = await connectCharger(server.url, identity, { protocol, boot: true })
  if (variables !== undefined) await report(charger, variables)
  return charger
}

export function putTariff(server: TestServer, identity: string, tariff: object, id = identity) {
  return ok(server, 'PUT', `/tariffs/${id}`, { appliesTo: { chargePoints: [identity] }, ...tariff })
}

/** Reports variables of TariffCostCtrlr. [2.x B07] */
export async function report(charger: Charger, variables: Record<string, string>): Promise<void> {
  await result(charger, 'NotifyReport', {
    ...{ requestId: 1, generatedAt: '2026-03-02T07:00:00.000Z', seqNo: 0 },
    reportData: Object.entries(variables).map(([name, value]) => ({
      component: { name: 'TariffCostCtrlr' },
      variable: variableOf(name),
      variableAttribute: [{ value }]
    }))
  })
}

export function variableOf(text: string) {
  const [name = '', instance] = text.replace(']', '').split('[')
  return { name, ...(instance !== undefined && { instance }) }
}

export const at = (time: string) => `2026-03-02T${time}.000Z`

interface Told {
  wh?: number
  state?: string
  idToken?: string
  id?: string
  evse?: number
  [member: string]: unknown
}

/** A TransactionEvent of a transaction that began on 2026-03-02. */
export function event(eventType: string, seqNo: number, time: string, told: Told = {}) {
  const { wh, state, idToken, id = 'tx', evse = 1, ...more } = told
  return {
    ...{ eventType, seqNo, timestamp: at(time), triggerReason: 'Trigger', evse: { id: evse, connectorId: 1 } },
    transactionInfo: { transactionId: id, ...(state !== undefined && { chargingState: state }) },
    ...(idToken !== undefined && { idToken: { idToken, type: 'ISO14443' } }),
    ...(wh !== undefined && {
      meterValue: [{ timestamp: at(time), sampledValue: [{ value: wh, measurand: 'Energy.Active.Import.Register' }] }]
    }),
    ...more
  }
}

export const card = (idToken: string) => ({ idToken: { idToken, type: 'ISO14443' } })

type Payload = Record<string, unknown>

/** The CALLs that a charge point gets, each of which waits for the test to answer it. */
export class Inbox {
  readonly #charger: Charger
  readonly #got: { action: string; payload: Payload; id: string }[] = []
  #wake: (() => void) | undefined

  constructor(charger: Charger) {
    this.#charger = charger
    charger.onCall((action, payload, id) => {
      this.#got.push({ action, payload: payload as Payload, id })
      this.#wake?.()
      return NO_ANSWER
    })
  }

  /** How many wait to be looked at. */
  get size(): number {
    return this.#got.length
  }

  async next(): Promise<{ action: string; payload: Payload; id: string }> {
    const waiting = this.#got.shift()
    if (waiting !== undefined) return waiting
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    await within(`a CALL to ${this.#charger.identity}`, woken)
    return this.next()
  }

  /** The payload of the next CALL, which is of this action and gets this answer. */
  async take(action: string, answer: object = {}): Promise<Payload> {
    const got = await this.next()
    assert.equal(got.action, action, JSON.stringify(got.payload))
    this.#charger.send(3, got.id, answer)
    return got.payload
  }

  /** The charge point answers a round trip, and has got no CALL by then. */
  async isEmpty(): Promise<void> {
    await this.#charger.roundTrip()
    assert.deepEqual(this.#got, [])
  }
}
