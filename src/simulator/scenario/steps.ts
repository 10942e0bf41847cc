import { isDeepStrictEqual } from 'node:util'
import { CallError, RefusedError } from '../../charge-point/index.js'
import type { Charger } from '../charger.js'
import { settle, statusOf } from '../model/station.js'
import { swipe } from '../sessions/authorization.js'
import { fault, repair } from '../sessions/availability.js'
import { plug, unplug } from '../sessions/cable.js'
import { evseOf } from '../sessions/evse.js'
import { endTransaction, reset } from '../sessions/transactions.js'
import type { Step, StepName, StepOf } from './schema.js'

/** A step did not have the expected outcome. */
export class StepFailed extends Error {}

/** The charger of a scenario and what has happened to it. */
export interface Stage {
  readonly charger: Charger
  /** Actions that the CSMS has sent and that no step has checked yet. */
  readonly requests: string[]
  /** Errors of messages to the CSMS: CALLERRORs, timeouts, refused work. */
  readonly problems: string[]
}

type Runner<N extends StepName> = (stage: Stage, step: StepOf<N>, signal: AbortSignal) => unknown

const TOKEN = 'SIM-TOKEN'
const SECOND = 1000
/** Real milliseconds between two checks of the condition that a step waits for. */
const LOOK = 5

const RUNNERS: { readonly [N in StepName]: Runner<N> } = {
  connect: ({ charger }, { expect = 'connected' }) => connect(charger, expect),
  boot: async ({ charger }, { expect = 'Accepted' }) => same('the registration', await charger.boot(), expect),
  plug: ({ charger }, { evse, connector, soc, capacity, maxPower }) =>
    plug(charger, evse, connector, {
      ...(soc !== undefined && { soc }),
      ...(capacity !== undefined && { capacity }),
      ...(maxPower !== undefined && { maxPower })
    }),
  unplug: ({ charger }, { evse }) => unplug(charger, evse),
  swipe: async ({ charger }, { evse, token = TOKEN, type = 'ISO14443', expect = 'Accepted' }) =>
    same('the token', await swipe(charger, { idToken: token, type }, evse), expect),
  start: async ({ charger }, { evse: evseId, token = TOKEN }, signal) => {
    const evse = evseOf(charger, evseId)
    if (evse.connectors.every(({ ev }) => ev === undefined)) plug(charger, evse.id)
    same('the token', await swipe(charger, { idToken: token, type: 'ISO14443' }, evse.id), 'Accepted')
    await until(charger, signal, () => (evse.transaction === undefined ? 'there is no transaction' : undefined))
  },
  stop: ({ charger }, { evse }) => {
    charger.background(endTransaction(charger, evseOf(charger, evse), 'Local'))
  },
  wait: ({ charger }, { seconds }, signal) => wait(charger, seconds, signal),
  expect: expectation,
  call: call,
  fault: ({ charger }, { evse, code }) => fault(charger, evse, code),
  repair: ({ charger }, { evse }) => repair(charger, evse),
  offline: ({ charger }) => charger.goOffline(),
  online: ({ charger }) => charger.goOnline(),
  reset: async ({ charger }, _step, signal) => {
    await reset(charger, 'SoftReset', 'LocalReset')
    await until(charger, signal, () => (charger.client.connected ? undefined : 'it is still restarting'))
  },
  disconnect: ({ charger }) => charger.client.close()
}

/** Runs one step. Rejects with StepFailed, or with the error that stopped it. */
export async function runStep(stage: Stage, step: Step, signal: AbortSignal): Promise<void> {
  const run = RUNNERS[step.do] as (stage: Stage, step: Step, signal: AbortSignal) => unknown
  await run(stage, step, signal)
}

function same(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new StepFailed(`${what} is ${String(actual)}, not ${String(expected)}`)
}

async function connect(charger: Charger, expected: 'connected' | 'refused' | 'unreachable'): Promise<void> {
  const error: unknown = await charger.connect().then(
    () => undefined,
    (failure: unknown) => failure
  )
  if (expected === 'connected') {
    if (error !== undefined) throw error
    return
  }
  const actual = error === undefined ? 'connected' : error instanceof RefusedError ? 'refused' : 'unreachable'
  same('the outcome', actual, expected)
}

function wait(charger: Charger, seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const task = charger.time.after(seconds * SECOND, resolve)
    signal.addEventListener('abort', () => {
      charger.time.cancel(task)
      reject(new StepFailed('the step timed out; give it a longer "timeout" or the scenario more "speed"'))
    })
  })
}

/** Waits until `wrong` returns `undefined`; on timeout, fails with its last message. */
async function until(charger: Charger, signal: AbortSignal, wrong: () => string | undefined): Promise<void> {
  for (let fault = wrong(); fault !== undefined; fault = wrong()) {
    if (signal.aborted) throw new StepFailed(`${charger.identity}: ${fault}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK))
  }
}

async function expectation(stage: Stage, step: StepOf<'expect'>, signal: AbortSignal): Promise<void> {
  const { charger, requests } = stage
  await until(charger, signal, () => {
    settle(charger.station, charger.time.now())
    return Object.values(EXPECTATIONS)
      .map((check) => check(stage, step))
      .find((fault) => fault !== undefined)
  })
  if (step.request !== undefined) requests.splice(0, requests.indexOf(step.request) + 1)
}

/** The checks of an `expect` step. Each returns a message, or `undefined` when the expectation holds. */
const EXPECTATIONS: Readonly<Record<string, (stage: Stage, step: StepOf<'expect'>) => string | undefined>> = {
  status({ charger }, { status, evse: id }) {
    if (status === undefined) return undefined
    const evse = evseOf(charger, id)
    const statuses = evse.connectors.map((connector) => statusOf(charger.station, evse, connector))
    const isSo = statuses.some((one) => one === status || charger.dialect.statusText(one) === status)
    return isSo ? undefined : `EVSE ${evse.id} is ${statuses.join(', ')}, not ${status}`
  },
  transaction({ charger }, { transaction, evse: id }) {
    const isThere = evseOf(charger, id).transaction !== undefined
    if (transaction === undefined || isThere === transaction) return undefined
    return isThere ? 'there is a transaction' : 'there is no transaction'
  },
  power({ charger }, { minPower = -Infinity, maxPower = Infinity, evse: id }) {
    const { power } = evseOf(charger, id)
    return power >= minPower && power <= maxPower ? undefined : `${Math.round(power)} W flow`
  },
  energy({ charger }, { minEnergy = 0, evse: id }) {
    const { transaction, meter } = evseOf(charger, id)
    const energy = meter - (transaction?.meterStart ?? meter)
    return energy >= minEnergy ? undefined : `${Math.round(energy)} Wh were charged, not ${minEnergy}`
  },
  undelivered({ charger }, { undelivered }) {
    const actual = charger.client.undelivered
    return undelivered === undefined || actual === undelivered
      ? undefined
      : `${actual} messages wait, not ${undelivered}`
  },
  problems({ problems: actual }, { problems }) {
    if (problems === undefined || actual.length <= problems) return undefined
    return `there were ${actual.length} problems, the last: ${actual.at(-1)}`
  },
  request({ requests }, { request }) {
    return request === undefined || requests.includes(request) ? undefined : `the CSMS has not sent ${request}`
  }
}

async function call(
  { charger }: Stage,
  { action, payload = {}, answer, error: expected }: StepOf<'call'>,
  signal: AbortSignal
): Promise<void> {
  const outcome = await charger.client.call(action as never, payload as never, { signal }).then(
    (response: unknown) => ({ response }),
    (error: unknown) => ({ error })
  )
  if ('error' in outcome) {
    const code = outcome.error instanceof CallError ? outcome.error.code : undefined
    if (code === undefined || code !== expected) throw outcome.error
    return
  }
  if (expected !== undefined) throw new StepFailed(`${action} was answered with a CALLRESULT, not with ${expected}`)
  const fault = missing(outcome.response, answer, '')
  if (fault !== undefined) throw new StepFailed(`the answer to ${action} at ${fault}`)
}

/** Describes where a payload differs from the expected members; other members are ignored. */
export function missing(actual: unknown, expected: unknown, pointer: string): string | undefined {
  if (expected === undefined || isDeepStrictEqual(actual, expected)) return undefined
  if (typeof expected !== 'object' || expected === null || typeof actual !== 'object' || actual === null) {
    return `${pointer || '/'} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`
  }
  for (const [name, member] of Object.entries(expected)) {
    const fault = missing((actual as Record<string, unknown>)[name], member, `${pointer}/${name}`)
    if (fault !== undefined) return fault
  }
  return undefined
}
