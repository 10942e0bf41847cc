import type { Told } from '../../lib/load-management/limits.js'
import type { Lines } from '../../lib/load-management/lines.js'
import { highestOf, type Peak, withPeak } from '../../lib/load-management/other-load.js'
import { keyOf, PHASES, type Phase, type Plant, phasesOf } from '../../lib/load-management/plant.js'
import {
  answered,
  type EvseState,
  initialState,
  reconnected,
  sampled,
  withBoots
} from '../../lib/load-management/reserve.js'
import { type EvseFacts, ownLoad } from '../../lib/load-management/site.js'
import { type Command, step } from '../../lib/load-management/step.js'
import { seeded } from '../../src/simulator/random.js'
import {
  afterRestart,
  answerOf,
  FOLLOW_S,
  fateOf,
  loadOf,
  type Message,
  messageOf,
  SECOND,
  settleOf,
  withHeard
} from './site-model.js'

// A site in which not all can be guaranteed: with other load, limits of an energy manager, cars on one phase, chargers that
// ignore limits, and boots. Its chargers are written apart from the control: they know no reservations, only profiles.

interface Charger {
  isConnected: boolean
  /** TxDefaultProfile. */
  fallback: number | undefined
  transaction: { key: string; startedAt: number; profile?: { amperes: number; endsAt: number } } | undefined
  /** The state that the CSMS has heard: the events of a charger that is away wait. */
  heard: string | undefined
  heardAt: number
  /** Limits of the last seconds. */
  recent: number[]
  message: Message | undefined
  /** When the last car left. */
  leftAt: number
  /** The lines that the car loads at an EVSE of three. */
  lines: 1 | 3
  /** Ignores all limits. */
  isDeaf: boolean
  /** When it did so last. */
  deafAt: number
  boots: number
  heardBoots: number
  reconnects: number
  heardReconnects: number
}

interface ModelOptions {
  plant: Plant
  seed: number
  start: number
}

/** A car takes the place of another one so much later. Milliseconds. */
const SWAP_MS = 10_000
const SAMPLE_MS = 10_000

/** The site, its chargers, and the control of it. */
export class WideModel {
  readonly plant: Plant
  now: number
  states = new Map<string, EvseState>()
  readonly chargers = new Map<string, Charger>()
  /** Load of the main circuit that is not that of the chargers. A. */
  readonly other: Record<Phase, number> = { L1: 0, L2: 0, L3: 0 }
  readonly told = new Map<string, Told>()
  facts = new Map<string, EvseFacts>()
  #peaks: Peak[] = []
  readonly #random: () => number
  #transactions = 0

  constructor({ plant, seed, start }: ModelOptions) {
    this.plant = plant
    this.now = start
    this.#random = seeded(seed)
    for (const evse of plant.evses) {
      const charger = { isConnected: true, fallback: undefined, transaction: undefined, heard: undefined, heardAt: 0 }
      const wide = {
        lines: 3 as const,
        isDeaf: false,
        deafAt: 0,
        boots: 1,
        heardBoots: 0,
        reconnects: 0,
        heardReconnects: 0
      }
      this.chargers.set(keyOf(evse), { ...charger, recent: [], message: undefined, leftAt: 0, ...wide })
    }
  }

  /** One second. */
  tick(): void {
    this.now += SECOND
    for (const [key, charger] of this.chargers) {
      this.#happen(charger)
      this.#deliver(key, charger)
      this.#answer(key, charger)
      charger.recent = [...charger.recent, this.#limitOf(key, charger)].slice(-FOLLOW_S)
    }
    this.#changeSite()
    if (this.#random() < 0.05) this.#restart()
    if (this.#random() < 0.6) this.#control()
  }

  /** A on each phase that the EVSE uses. */
  current(key: string): number {
    const charger = this.chargers.get(key)
    return charger?.transaction === undefined ? 0 : Math.max(0, ...charger.recent)
  }

  /** A of a phase below a circuit, or W of all phases. */
  load(circuits: ReadonlySet<string>, phase: Phase | 'W'): number {
    return loadOf(this.plant, { circuits, phase }, (evse) => this.#currents(evse))
  }

  #currents(evse: Plant['evses'][number]): Record<Phase, number> {
    const current = this.current(keyOf(evse))
    const loaded = this.#loaded(evse)
    const on = (phase: Phase) => (loaded.includes(phase) ? current : 0)
    return { L1: on('L1'), L2: on('L2'), L3: on('L3') }
  }

  /** The phases that the car loads. */
  #loaded(evse: Plant['evses'][number]): Phase[] {
    const wired = phasesOf(evse)
    const isPart = wired.length === 3 && this.chargers.get(keyOf(evse))?.lines === 1
    return isPart ? PHASES.filter((phase) => evse.wiring.startsWith(phase)) : wired
  }

  #chance(share: number): boolean {
    return this.#random() < share
  }

  #happen(charger: Charger): void {
    if (this.#chance(0.02)) {
      charger.isConnected = !charger.isConnected
      if (charger.isConnected) charger.reconnects++
    }
    this.#misbehave(charger)
    if (charger.transaction === undefined ? this.#chance(0.05) : this.#chance(0.01)) {
      if (charger.transaction !== undefined) {
        charger.transaction = undefined
        charger.leftAt = this.now
      } else if (this.now >= charger.leftAt + SWAP_MS) this.#begin(charger)
    }
    // The news of a transaction takes a moment, and waits while the charger is away.
    if (charger.isConnected && charger.heard !== charger.transaction?.key && this.#random() < 0.7) {
      charger.heard = charger.transaction?.key
    }
  }

  #begin(charger: Charger): void {
    charger.transaction = { key: String(++this.#transactions), startedAt: this.now }
    charger.recent = []
    charger.lines = this.#random() < 0.5 ? 1 : 3
  }

  #misbehave(charger: Charger): void {
    if (this.#chance(charger.isDeaf ? 0.01 : 0.001)) charger.isDeaf = !charger.isDeaf
    if (charger.isDeaf) charger.deafAt = this.now
    if (!this.#chance(0.006)) return
    charger.boots++
    charger.recent = []
    if (this.#random() < 0.5) charger.fallback = undefined
    delete charger.transaction?.profile
    if (charger.message !== undefined) charger.message.fate = charger.message.isDelivered ? 'answer-lost' : 'lost'
  }

  /** Other load, what its meter measures, and limits of an energy manager. */
  #changeSite(): void {
    if (this.#chance(0.02)) {
      for (const phase of PHASES) this.other[phase] = this.#random() < 0.5 ? 0 : Math.floor(this.#random() * 15)
    }
    const [circuit] = this.plant.circuits
    if (circuit === undefined) return
    const { dynamic } = this.told.get(circuit.id) ?? {}
    const told: Told = { ...this.told.get(circuit.id) }
    if (this.#chance(0.005)) {
      const limit = { A: Math.floor(this.#random() * 40) }
      told.dynamic = {
        limit,
        source: 'model',
        expiresAt: this.now + 60_000 + Math.floor(this.#random() * 300) * SECOND
      }
    } else if (dynamic !== undefined && this.#chance(0.004)) told.dynamic = undefined
    if (this.#random() < 0.5) this.#measure(circuit, told)
    else this.told.set(circuit.id, told)
  }

  #measure(circuit: Plant['circuits'][number], told: Told): void {
    const includesChargers = this.plant.evses.length % 2 === 0
    const all = new Set(this.plant.circuits.map(({ id }) => id))
    const on = (phase: Phase) => this.other[phase] + (includesChargers ? this.load(all, phase) : 0)
    const measurement = { currents: { L1: on('L1'), L2: on('L2'), L3: on('L3') }, includesChargers, at: this.now }
    const own = ownLoad(this.plant, this.states, { circuit: circuit.id, at: this.now, now: this.now })
    const known = { ...told, measurement, own }
    const { timeZone } = this.plant
    this.#peaks = withPeak(this.#peaks, { circuit, told: known }, { now: this.now, timeZone })
    this.told.set(circuit.id, { ...known, kept: highestOf(this.#peaks) })
  }

  #limitOf(key: string, { transaction, fallback, isDeaf }: Charger): number {
    const maximum = this.plant.evses.find((evse) => keyOf(evse) === key)?.maximum ?? 0
    if (isDeaf) return maximum
    const { profile } = transaction ?? {}
    if (profile !== undefined && profile.endsAt > this.now) return Math.min(profile.amperes, maximum)
    return fallback ?? maximum
  }

  #deliver(_key: string, charger: Charger): void {
    const { message } = charger
    if (message === undefined || message.isDelivered || this.now < message.deliverAt) return
    message.isDelivered = true
    if (message.fate === 'lost' || !charger.isConnected) return
    message.effect = message.fate === 'rejected' ? 'rejected' : obey(charger, message)
  }

  #answer(key: string, charger: Charger): void {
    const { message } = charger
    if (message === undefined) return
    const answer = answerOf(message, charger.isConnected, this.now)
    if (answer === undefined) return
    charger.message = undefined
    const state = this.states.get(key) ?? initialState()
    this.states.set(key, answered(state, answer, { now: this.now, settle: settleOf(this.plant, key) }))
  }

  /** The process dies, and another one knows what was saved. */
  #restart(): void {
    this.states = afterRestart(this.states, this.now)
    for (const charger of this.chargers.values()) {
      const { message } = charger
      // A message that was sent may still arrive, but nobody hears the answer.
      if (message?.isDelivered === false && message.fate !== 'lost' && charger.isConnected) obey(charger, message)
      charger.message = undefined
    }
  }

  #control(): void {
    const facts = new Map<string, EvseFacts>()
    this.facts = facts
    for (const [key, charger] of this.chargers) {
      this.#hear(key, charger)
      facts.set(key, { isConnected: charger.isConnected, isMember: true })
      const state = withHeard(this.states.get(key), charger.heard, this.now)
      this.states.set(key, this.#measured(key, state))
    }
    const result = step({ plant: this.plant, now: this.now, told: this.told, facts, states: this.states })
    this.states = result.states
    for (const command of result.commands) this.#send(command)
  }

  /** A charger that has connected or booted since. */
  #hear(key: string, charger: Charger): void {
    if (!charger.isConnected) return
    const state = this.states.get(key) ?? initialState()
    const isBack = charger.heardReconnects !== charger.reconnects
    const known = isBack ? reconnected(state) : state
    this.states.set(key, withBoots(known, charger.boots))
    charger.heardReconnects = charger.reconnects
    charger.heardBoots = charger.boots
  }

  #measured(key: string, state: EvseState): EvseState {
    const charger = this.chargers.get(key)
    const isOld = this.now - (state.measured?.at ?? 0) >= SAMPLE_MS
    if (charger?.isConnected !== true || (this.#random() > 0.2 && !isOld)) return state
    const current = Math.round(this.current(key) * 10) / 10
    const others = charger.lines === 1 ? 0 : current
    const lines: Lines = [current, others, others]
    const times = { now: this.now, settle: settleOf(this.plant, key) }
    return sampled(state, current, times, { lines })
  }

  #send(command: Command): void {
    const charger = this.chargers.get(command.key)
    if (charger === undefined) return
    const state = this.states.get(command.key) ?? initialState()
    const deliverAt = this.now + Math.floor(this.#random() * 3) * SECOND
    // Most answers come soon.
    const answerAt = deliverAt + Math.floor(this.#random() ** 4 * 20) * SECOND
    const message = messageOf(command, state, { now: this.now, deliverAt, answerAt })
    charger.message = { ...message, fate: fateOf((share) => this.#chance(share)) }
  }
}

/** The behaviour of a charger that gets a profile. [1.6 §5.16; 2.x K01] */
function obey(charger: Charger, { command, transaction, duration }: Message): 'accepted' | 'rejected' {
  if (command.kind === 'fallback') {
    charger.fallback = command.amperes
    return 'accepted'
  }
  if (charger.transaction === undefined || charger.transaction.key !== transaction) return 'rejected'
  const endsAt = charger.transaction.startedAt + duration * SECOND
  charger.transaction.profile = { amperes: command.amperes, endsAt }
  return 'accepted'
}
