import { after } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import type { Charger, ChargerOptions } from '../../src/simulator/charger.js'
import type { EventName, SimulatorEvent } from '../../src/simulator/event.js'
import { seeded } from '../../src/simulator/random.js'
import { Scheduler } from '../../src/simulator/scheduler.js'
import { SimulatedCharger } from '../../src/simulator/simulated-charger.js'
import { startServer, type TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

export const PROTOCOLS = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const

/** A message that a charger sent. */
export interface Received {
  action: string
  request: Record<string, unknown>
}

/** A CSMS that accepts everything and remembers it. */
export interface Csms extends TestServer {
  received: Received[]
  /** Answers instead of the usual ones. */
  answers: Map<string, (request: Record<string, unknown>) => unknown>
  actions(): string[]
  of(action: string): Record<string, unknown>[]
}

const time = () => new Date().toISOString()

const ANSWERS: Readonly<Record<string, (transaction: number) => unknown>> = {
  BootNotification: () => ({ status: 'Accepted', currentTime: time(), interval: 300 }),
  Heartbeat: () => ({ currentTime: time() }),
  StartTransaction: (transactionId) => ({ transactionId, idTagInfo: { status: 'Accepted' } }),
  SignCertificate: () => ({ status: 'Accepted' }),
  OpenPeriodicEventStream: () => ({ status: 'Accepted' })
}

export async function startCsms(): Promise<Csms> {
  const received: Received[] = []
  const answers: Csms['answers'] = new Map()
  let transactions = 0
  const server = await startServer({ path: '/:identity' }, (app) => {
    const { v16, v201, v21 } = app.ocpp
    const answer = (action: string, request: unknown, authorized: unknown) => {
      received.push({ action, request: request as Record<string, unknown> })
      const own = answers.get(action)
      if (own !== undefined) return own(request as Record<string, unknown>)
      if (action === 'StartTransaction') transactions++
      if (action === 'Authorize') return authorized
      return ANSWERS[action]?.(transactions) ?? {}
    }
    v16.fallback((action, request) => answer(action, request, { idTagInfo: { status: 'Accepted' } }))
    v201.fallback((action, request) => answer(action, request, { idTokenInfo: { status: 'Accepted' } }))
    v21.fallback((action, request) => answer(action, request, { idTokenInfo: { status: 'Accepted' } }))
  })
  return {
    ...server,
    received,
    answers,
    actions: () => received.map(({ action }) => action),
    of: (action) => received.filter((one) => one.action === action).map(({ request }) => request)
  }
}

export interface TestCharger {
  charger: Charger
  events: SimulatorEvent[]
  saw(event: EventName): boolean
}

/** A charger that is not connected yet; closed when the calling test is over. Its time is the one given. */
export function createCharger(
  csms: { url: string },
  protocol: Protocol,
  options: Partial<ChargerOptions> = {}
): TestCharger {
  const events: SimulatorEvent[] = []
  const scheduler = options.time ?? new Scheduler()
  const charger = new SimulatedCharger({
    identity: 'SIM-1',
    url: csms.url,
    protocols: [protocol],
    time: scheduler,
    random: seeded(1),
    reconnect: { waitMinimum: 10, randomRange: 5, repeatTimes: 3 },
    observe: (event) => events.push(event),
    ...options
  })
  after(async () => {
    await charger.close()
    scheduler.stop()
  })
  return { charger, events, saw: (name) => events.some(({ event }) => event === name) }
}

/** Connects and waits until it is accepted and has told its state. */
export async function start(test: TestCharger, csms: Csms): Promise<Charger> {
  await test.charger.connect()
  const connectors = test.charger.station.evses.flatMap((evse) => evse.connectors).length
  await until('the charger is accepted', () => csms.of('StatusNotification').length >= connectors)
  return test.charger
}

export async function started16(options: Parameters<typeof createCharger>[2] = {}) {
  const csms = await startCsms()
  const charger = await start(createCharger(csms, 'ocpp1.6', options), csms)
  return { csms, charger, v16: csms.app.ocpp.v16 }
}

export async function started21(options: Parameters<typeof createCharger>[2] = {}) {
  const csms = await startCsms()
  const charger = await start(createCharger(csms, 'ocpp2.1', options), csms)
  return { csms, charger, v21: csms.app.ocpp.v21 }
}

/** The statuses that the CSMS was told, in order. */
export const statuses = (csms: Csms) =>
  csms.of('StatusNotification').map(({ status, connectorStatus }) => status ?? connectorStatus)
