import { type FoundCaps, withPlan } from '../../lib/load-management/caps.js'
import type { DynamicLease } from '../../lib/load-management/dynamic-leases.js'
import { withShown } from '../../lib/load-management/fallback-proof.js'
import { keyOf, type Phase, type Plant, phasesOf } from '../../lib/load-management/plant.js'
import { answered, type EvseState, inForce, initialState, sampled } from '../../lib/load-management/reserve.js'
import type { EvseFacts } from '../../lib/load-management/site.js'
import { type Command, type StepResult, step } from '../../lib/load-management/step.js'
import { seeded } from '../../src/simulator/random.js'
import {
  afterRestart,
  answerOf,
  FOLLOW_S,
  fateOf,
  loadOf,
  messageOf,
  SECOND,
  type Message as SentMessage,
  settleOf,
  withHeard
} from './site-model.js'

// A site in which everything goes wrong that may go wrong, second by second, with chargers that are written apart from
// the control: they know no reservations, only profiles.

interface Message extends SentMessage {
  dynamic: DynamicLease | undefined
}

interface Profile {
  amperes: number
  endsAt: number
  dynamic?: DynamicLease | undefined
}

interface Charger {
  isConnected: boolean
  /** TxDefaultProfile. */
  fallback: number | undefined
  transaction: { key: string; startedAt: number; profile?: Profile; car: Car | undefined } | undefined
  /** The state that the CSMS has heard: the events of a charger that is away wait. */
  heard: string | undefined
  heardAt: number
  /** How many fallbacks it will not keep. */
  losses: number
  /** Limits of the last seconds. */
  recent: number[]
  message: Message | undefined
  /** A call that nobody waits for any more, and that may still arrive before the next one. */
  stray?: Message | undefined
}

/** What a car is like. Without it, it takes all that it may on each phase of its EVSE. */
interface Car {
  /** The lines of the charger that it loads. */
  lines: readonly number[]
  /** The most that it takes now. A. */
  appetite: number
}

export interface ModelOptions {
  plant: Plant
  seed: number
  /** Share of the seconds in which something happens to a charger. */
  trouble: number
  start: number
  /** Whether cars load some lines only, take what they like, and are measured every ten seconds. */
  isVaried?: boolean
  /** Share of the seconds in which cars come and go. Default: `trouble`. */
  traffic?: number
  /** Whether chargers accept some fallbacks and do not keep them, and are asked for them. */
  isLossy?: boolean
  /** The limits of others that are told of an EVSE, whatever its car takes. */
  capsOf?: (key: string) => FoundCaps
}

/** The site, its chargers, and the control of it. */
export class Model {
  readonly plant: Plant
  now: number
  states = new Map<string, EvseState>()
  last: StepResult | undefined
  restarts = 0
  accepted = 0
  /** Fallbacks that chargers had not kept when they were asked. */
  missing = 0
  /** Updates of Dynamic profiles that were accepted, and calls that arrived after nobody waited for them any more. */
  updates = 0
  strays = 0
  /** All that was sent. A, by EVSE. */
  readonly sent: { key: string; amperes: number }[] = []
  readonly chargers = new Map<string, Charger>()
  readonly #random: () => number
  #trouble: number
  #traffic: number
  readonly #isVaried: boolean
  readonly #isLossy: boolean
  readonly #capsOf: ModelOptions['capsOf']
  #transactions = 0
  #ranAt = 0
  #isGone = false

  constructor(options: ModelOptions) {
    const { plant, seed, trouble, start, isVaried = false, isLossy = false, traffic = trouble } = options
    this.plant = plant
    this.now = start
    this.#random = seeded(seed)
    this.#trouble = trouble
    this.#traffic = traffic
    this.#isVaried = isVaried
    this.#isLossy = isLossy
    this.#capsOf = options.capsOf
    for (const evse of plant.evses) {
      const charger = { isConnected: true, fallback: undefined, transaction: undefined, heard: undefined, heardAt: 0 }
      const losses = isLossy ? Math.floor(this.#random() * 4) : 0
      this.chargers.set(keyOf(evse), { ...charger, losses, recent: [], message: undefined })
    }
  }

  /** Nothing goes wrong from now on: all come back, and new cars are at all of them. */
  calm(): void {
    this.#trouble = 0
    this.#traffic = 0
    for (const [key, charger] of this.chargers) {
      charger.isConnected = true
      this.#begin(key, charger)
    }
  }

  /** The back-end is gone for good: nobody decides any more. */
  end(): void {
    this.#isGone = true
  }

  /** One second. */
  tick(): void {
    this.now += SECOND
    for (const [key, charger] of this.chargers) {
      this.#happen(key, charger)
      this.#deliver(key, charger)
      this.#answer(key, charger)
      charger.recent = [...charger.recent, this.#limitOf(key, charger)].slice(-FOLLOW_S)
    }
    if (this.#isGone) return
    if (this.#random() < this.#trouble / 20) this.#restart()
    const isLate = this.#isVaried && this.now - this.#ranAt >= 3 * SECOND
    if (this.#random() < 0.6 || isLate) this.#control()
  }

  /** A on each phase that the car uses. */
  current(key: string): number {
    const { transaction, recent = [] } = this.chargers.get(key) ?? {}
    if (transaction === undefined) return 0
    return Math.min(transaction.car?.appetite ?? Number.POSITIVE_INFINITY, Math.max(0, ...recent))
  }

  /** A on the phases of the site. */
  currents(evse: Plant['evses'][number]): Record<Phase, number> {
    const current = this.current(keyOf(evse))
    const { lines } = this.chargers.get(keyOf(evse))?.transaction?.car ?? {}
    const found = { L1: 0, L2: 0, L3: 0 }
    for (const phase of phasesOf(evse)) {
      if (lines === undefined || lines.includes(evse.wiring.indexOf(phase) / 2)) found[phase] = current
    }
    return found
  }

  /** A of a phase below a circuit, by the cars that do not load all three phases alike. */
  unevenLoad(circuits: ReadonlySet<string>, phase: Phase): number {
    return this.plant.evses.reduce((sum, evse) => {
      const { L1, L2, L3 } = this.currents(evse)
      const isEven = L1 === L2 && L2 === L3
      return circuits.has(evse.circuit) && !isEven ? sum + { L1, L2, L3 }[phase] : sum
    }, 0)
  }

  /** A of a phase below a circuit, or W of all phases. */
  load(circuits: ReadonlySet<string>, phase: Phase | 'W'): number {
    return loadOf(this.plant, { circuits, phase }, (evse) => this.currents(evse))
  }

  #chance(share: number): boolean {
    return this.#random() < share * this.#trouble
  }

  #happen(key: string, charger: Charger): void {
    if (this.#chance(0.02)) charger.isConnected = !charger.isConnected
    if (this.#random() < (charger.transaction === undefined ? 0.05 : this.#isVaried ? 0.002 : 0.01) * this.#traffic) {
      if (charger.transaction === undefined) this.#begin(key, charger)
      else charger.transaction = undefined
    }
    const { car } = charger.transaction ?? {}
    if (car !== undefined && this.#random() < 0.003 * this.#traffic) car.appetite = this.#appetite(key)
    // The news of a transaction takes a moment, and waits while the charger is away.
    if (charger.isConnected && charger.heard !== charger.transaction?.key && this.#random() < 0.7) {
      charger.heard = charger.transaction?.key
    }
  }

  #begin(key: string, charger: Charger): void {
    const car = this.#isVaried ? { lines: this.#lines(key), appetite: this.#appetite(key) } : undefined
    charger.transaction = { key: String(++this.#transactions), startedAt: this.now, car }
    charger.recent = []
  }

  /** A charger that is limited in W may use any of its lines. */
  #lines(key: string): number[] {
    const evse = this.plant.evses.find((one) => keyOf(one) === key)
    const count = Math.min(1 + Math.floor(this.#random() * 3), 3)
    if (evse === undefined || phasesOf(evse).length < 3) return [0, 1, 2]
    const first = evse.unit === 'W' ? Math.floor(this.#random() * 3) : 0
    return Array.from({ length: count }, (_, line) => (first + line) % 3)
  }

  /** Often all that it may, sometimes nothing. */
  #appetite(key: string): number {
    const random = this.#random()
    const { maximum = 0 } = this.plant.evses.find((evse) => keyOf(evse) === key) ?? {}
    return random < 0.6 ? maximum : random < 0.8 ? 0 : maximum * random
  }

  #limitOf(key: string, { transaction, fallback }: Charger): number {
    const evse = this.plant.evses.find((one) => keyOf(one) === key)
    const { maximum = 0 } = evse ?? {}
    const { profile, car } = transaction ?? {}
    const isHeld = profile !== undefined && profile.endsAt > this.now
    const limit = isHeld ? profile.amperes : (fallback ?? maximum)
    // So many W are shared by the lines that are used. What is sent for the maximum is that of all lines.
    const isShared = evse?.unit === 'W' && limit < maximum
    return Math.min(isShared ? limit / (car?.lines.length ?? 1) : limit, maximum)
  }

  #deliver(key: string, charger: Charger): void {
    const { message } = charger
    this.#stray(key, charger)
    if (message === undefined || message.isDelivered || this.now < message.deliverAt) return
    message.isDelivered = true
    if (message.fate === 'lost' || !charger.isConnected) return
    message.effect = message.fate === 'rejected' ? 'rejected' : this.#obey(key, message)
    if (message.effect === 'accepted') this.accepted++
  }

  #stray(key: string, charger: Charger): void {
    const { stray, message } = charger
    if (stray === undefined) return
    // In the order in which they were sent.
    const isNext = message !== undefined && this.now >= message.deliverAt
    if (!isNext && this.#random() >= 0.01) return
    charger.stray = undefined
    if (this.#obey(key, stray) === 'accepted') this.strays++
  }

  #answer(key: string, charger: Charger): void {
    const { message } = charger
    if (message === undefined) return
    const answer = answerOf(message, charger.isConnected, this.now)
    if (answer === undefined) return
    charger.message = undefined
    if (message.fate === 'lost' && message.dynamic !== undefined) charger.stray = message
    const state = this.states.get(key) ?? initialState()
    this.states.set(key, answered(state, answer, { now: this.now, settle: settleOf(this.plant, key) }))
  }

  /** The process dies, and another one knows what was saved. */
  #restart(): void {
    this.restarts++
    this.states = afterRestart(this.states, this.now)
    for (const [key, charger] of this.chargers) {
      const { message } = charger
      // A message that was sent may still arrive, but nobody hears the answer.
      if (message?.isDelivered === false && message.fate !== 'lost' && charger.isConnected) this.#obey(key, message)
      if (message?.fate === 'lost' && message.dynamic !== undefined) charger.stray = message
      charger.message = undefined
    }
  }

  #control(): void {
    this.#ranAt = this.now
    const facts = new Map<string, EvseFacts>()
    for (const [key, charger] of this.chargers) {
      const caps = this.#capsOf?.(key)
      facts.set(key, { isConnected: charger.isConnected, isMember: true, ...(caps !== undefined && { caps }) })
      const heard = withHeard(this.states.get(key), charger.heard, this.now)
      this.states.set(key, withPlan(this.#asked(key, this.#measured(key, heard)), caps, this.now))
    }
    const result = step({ plant: this.plant, now: this.now, told: new Map(), facts, states: this.states })
    this.last = result
    this.states = result.states
    for (const command of result.commands) this.#send(command)
  }

  /** Some are asked for their fallbacks, until they have shown them. */
  #asked(key: string, state: EvseState): EvseState {
    const charger = this.chargers.get(key)
    const isOpen = this.#isLossy && charger?.isConnected === true && charger.message === undefined
    if (!isOpen || state.fallback === undefined || state.shown?.proof === 'kept' || this.#random() > 0.3) return state
    const proof = charger.fallback === undefined ? 'missing' : 'kept'
    if (proof === 'missing') this.missing++
    return withShown(state, { proof, fallbackAt: state.fallbackAt }, this.now)
  }

  #measured(key: string, state: EvseState): EvseState {
    if (this.chargers.get(key)?.isConnected !== true || !this.#isSampled(state)) return state
    const times = { now: this.now, settle: settleOf(this.plant, key) }
    const evse = this.plant.evses.find((one) => keyOf(one) === key)
    if (!this.#isVaried || evse === undefined) return sampled(state, this.current(key), times)
    const currents = this.currents(evse)
    const onLine = (line: number) => currents[evse.wiring.slice(line * 2, line * 2 + 2) as 'L1'] ?? 0
    if (phasesOf(evse).length < 3) return sampled(state, this.current(key), times)
    const lines = [onLine(0), onLine(1), onLine(2)] as const
    if (evse.unit === 'A') return sampled(state, this.current(key), times, { lines })
    const isFull = inForce(state, this.now) >= evse.maximum
    const used = (lines[0] + lines[1] + lines[2]) / (isFull ? 3 : 1)
    return sampled(state, this.current(key), times, { lines, used: [used, used] })
  }

  #isSampled({ transaction, measured }: EvseState): boolean {
    if (!this.#isVaried) return this.#random() <= 0.2
    return transaction !== undefined && this.now - (measured?.at ?? 0) >= 9 * SECOND
  }

  #send(command: Command): void {
    const charger = this.chargers.get(command.key)
    if (charger === undefined) return
    this.sent.push({ key: command.key, amperes: command.amperes })
    const state = this.states.get(command.key) ?? initialState()
    const deliverAt = this.now + Math.floor(this.#random() * 3) * SECOND
    const answerAt = deliverAt + Math.floor(this.#random() * (this.#trouble > 0 ? 20 : 2)) * SECOND
    const message = messageOf(command, state, { now: this.now, deliverAt, answerAt })
    const fate = fateOf((share) => this.#chance(share))
    charger.message = { ...message, dynamic: state.pending?.dynamic, fate }
  }

  /** The behaviour of a charger that gets a profile. [1.6 §5.16; 2.x K01] */
  #obey(key: string, { command, transaction, duration, dynamic }: Message): 'accepted' | 'rejected' {
    const charger = this.chargers.get(key)
    if (charger === undefined) return 'rejected'
    if (command.kind === 'fallback') {
      if (charger.losses > 0) charger.losses--
      else charger.fallback = command.amperes
      return 'accepted'
    }
    if (charger.transaction === undefined || charger.transaction.key !== transaction) return 'rejected'
    if (dynamic !== undefined) return this.#adjust(charger.transaction, command.amperes, dynamic)
    const isEndless = this.plant.evses.find((evse) => keyOf(evse) === key)?.limitLease === 'ignored'
    const endsAt = isEndless ? Number.POSITIVE_INFINITY : charger.transaction.startedAt + duration * SECOND
    charger.transaction.profile = { amperes: command.amperes, endsAt }
    return 'accepted'
  }

  /** The duration of a Dynamic profile counts from each update. [2.1 K28.FR.13, K28.FR.14] */
  #adjust(
    transaction: NonNullable<Charger['transaction']>,
    amperes: number,
    { duration, validTo, isUpdate }: DynamicLease
  ): 'accepted' | 'rejected' {
    const known = transaction.profile?.dynamic
    if (isUpdate === true && known === undefined) return 'rejected'
    const dynamic = isUpdate === true && known !== undefined ? known : { duration, validTo }
    const endsAt = Math.min(dynamic.validTo, this.now + dynamic.duration * SECOND)
    transaction.profile = { amperes, endsAt, dynamic }
    if (isUpdate === true) this.updates++
    return 'accepted'
  }
}
