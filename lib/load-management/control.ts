import type { PublishedEvent } from '../events/event.js'
import type { SiteRow } from '../sites/rows.js'
import { findSite } from '../sites/rows.js'
import type { Fence } from './calls.js'
import { withShown } from './fallback-proof.js'
import { type Change, identityOf, KnownSite } from './known.js'
import { assumed } from './obedience.js'
import type { ControlOptions, Snapshot } from './options.js'
import { type Planned, toldWith } from './plan.js'
import { keyOf, type LoadManagementBody, type Plant, plantOf } from './plant.js'
import { answered, type EvseState, inForce, initialState, type Pending, reconnected, sampled } from './reserve.js'
import * as rows from './rows.js'
import { currentsIn, type Reading } from './samples.js'
import { vitalOf } from './saved.js'
import { Sender } from './sender.js'
import { type Command, overloads, type StepResult, step } from './step.js'
import { callToStop, Stops, withStops } from './stops.js'

// The control of one site: reads what is known, lets a step decide, saves what may be in force, and sends.

export class SiteControl {
  readonly #options: ControlOptions
  readonly #known: KnownSite
  readonly #sender: Sender
  #epoch: number | undefined
  /** By folded identity of the charge point. */
  #keys: ReadonlyMap<string, readonly string[]> = new Map()
  #isSending = false
  #states = new Map<string, EvseState>()
  #saved = NOTHING_SAVED
  /** Changes since the last run. */
  readonly #changes: Change[] = []
  #snapshot: Snapshot | undefined
  readonly #sending = new Set<Promise<void>>()
  readonly #stops = new Stops()

  constructor(options: ControlOptions) {
    this.#options = options
    this.#known = new KnownSite(options)
    this.#sender = new Sender({
      ...options,
      known: this.#known,
      background: (work) => this.#background(work)
    })
  }

  get snapshot(): Snapshot | undefined {
    return this.#snapshot
  }

  /** Takes note of an event at a charge point. Returns whether it matters to this site. */
  take(event: PublishedEvent): boolean {
    const identity = event.chargePoint.toLowerCase()
    const keys = this.#keys.get(identity)
    if (keys === undefined) return false
    if (event.type === 'connect') for (const key of keys) this.#changes.push({ key, change: reconnected })
    if (event.type === 'meter-values') this.#takeSample(identity, event.data as SampleData)
    return true
  }

  /** The EVSEs of the site, by folded identity of their charge point. Another map when they change. */
  get keys(): ReadonlyMap<string, readonly string[]> {
    return this.#keys
  }

  /** One run: to be called again and again, never twice at a time. Resolves when the calls are on their way. */
  async run(): Promise<void> {
    const { siteId, writer, holder } = this.#options
    const configured = await this.#configured()
    const epoch = configured && (await rows.claim(writer, siteId, holder))
    if (configured === undefined || epoch === undefined) return this.#forget()
    if (epoch !== this.#epoch) await this.#recall(epoch)
    this.#snapshot = await this.#calculate(configured)
    const { result, plant, at } = this.#snapshot
    this.#isSending = configured.row.mode === 'control'
    if (!this.#isSending) return
    if (!(await this.#save(result, { now: at, rest: restOf(plant) }))) return this.#forget()
    // Only now, because nothing is on its way when saving fails.
    this.#states = result.states
    for (const command of result.commands) this.#send(plant, command, { siteId, epoch })
    this.#inquire(this.#snapshot, overloads(result.loads).length > 0)
    this.#stop(this.#snapshot, { siteId, epoch })
  }

  /** The same with what the process that controls the site has saved last, for a control that does not run: nothing is sent. */
  async look(): Promise<Snapshot | undefined> {
    const configured = await this.#configured()
    if (configured === undefined) return undefined
    this.#know(rows.savedStates(configured.row))
    return this.#calculate(configured)
  }

  /** What a run would decide now with other limits or another configuration: nothing is saved, and nothing is sent. */
  async plan(
    { configuration, limits }: Planned,
    present: Pick<Snapshot, 'told' | 'result'> | undefined
  ): Promise<Snapshot | undefined> {
    const { siteId, db } = this.#options
    const row = await rows.findLoadManagement(db, siteId)
    const site = await findSite(db, siteId)
    if (row === undefined || site === undefined) return undefined
    this.#know(new Map(present?.result.states ?? rows.savedStates(row)))
    if (present !== undefined) this.#known.recall(present.told)
    const planned = configuration && { mode: configuration.mode, document: JSON.stringify(configuration) }
    return this.#calculate({ row: { ...row, ...planned }, site }, limits)
  }

  /** Resolves when all calls that were on their way have ended. */
  async idle(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending)
  }

  // --- what is known -----------------------------------------------------------------------------------------------

  async #configured() {
    const { siteId, db } = this.#options
    const row = await rows.findLoadManagement(db, siteId)
    const site = await findSite(db, siteId)
    return row === undefined || site === undefined || row.mode === 'off' ? undefined : { row, site }
  }

  async #calculate(
    { row, site }: { row: rows.LoadManagementRow; site: SiteRow },
    limits: Planned['limits'] = new Map()
  ): Promise<Snapshot> {
    const body = JSON.parse(row.document) as LoadManagementBody
    const configured = plantOf(body, site.time_zone ?? 'UTC')
    const { plant: habitual, facts, states: known } = await this.#known.refresh(configured, this.#states, this.#changes)
    this.#know(known)
    const plant = await this.#known.inForms(habitual, body, known)
    const at = this.#options.now()
    const told = toldWith(await this.#known.told(plant, known), limits, at)
    const mode = row.mode === 'control' ? ('control' as const) : ('observe' as const)
    const states = mode === 'observe' ? assumed(plant, known, at) : known
    const { maxima } = this.#known
    const stops = this.#stops.openIn(states)
    const result = withStops(step({ plant, now: at, told, facts, states }), stops)
    return { plant, site, mode, at, told, facts, maxima, stops, result }
  }

  #know(states: Map<string, EvseState>): void {
    const isSame = states.size === this.#states.size && [...states.keys()].every((key) => this.#states.has(key))
    this.#states = states
    if (isSame) return
    const keys = new Map<string, string[]>()
    for (const key of states.keys()) keys.set(identityOf(key), [...(keys.get(identityOf(key)) ?? []), key])
    this.#keys = keys
  }

  #takeSample(identity: string, { evseId, connectorId, readings }: SampleData): void {
    const key = `${identity} ${evseId || connectorId}`
    this.#changes.push({
      key,
      change: (state, { plant, evse, ...times }) => {
        const { unit = evse.unit } = state.sent?.form ?? state.form ?? {}
        const isFull = inForce(state, times.now) >= evse.maximum
        const currents = currentsIn(readings, times.now, { evse: { ...evse, unit }, voltage: evse.voltage, isFull })
        if (currents === undefined) return state
        const { highest, ...more } = currents
        return sampled(state, highest, times, more)
      }
    })
  }

  /** Reads the saved currents that may be in force. A call that was on its way then may have been carried out. */
  async #recall(epoch: number): Promise<void> {
    const { siteId, db, now } = this.#options
    const row = await rows.findLoadManagement(db, siteId)
    const times = { now: now(), settle: 0 }
    const saved = row === undefined ? [] : [...rows.savedStates(row)]
    this.#know(new Map(saved.map(([key, state]) => [key, answered(state, 'unknown', times)])))
    this.#epoch = epoch
    this.#saved = NOTHING_SAVED
  }

  // --- what is done ------------------------------------------------------------------------------------------------

  /** Writes the state when something has changed that a restart has to know, and the rest with it, or after a while. */
  async #save({ states, evses }: StepResult, { now, rest }: { now: number; rest: number }): Promise<boolean> {
    const { siteId, writer, holder } = this.#options
    if (this.#epoch === undefined) return false
    const vital = JSON.stringify([...states].map(([key, state]) => [key, vitalOf(state, evses.get(key)?.cause)]))
    if (vital === this.#saved.vital && now - this.#saved.at < rest) return true
    const state = JSON.stringify({ at: Date.now(), evses: Object.fromEntries(states) })
    const isOurs = await rows.saveState(writer, { siteId, holder, epoch: this.#epoch, state })
    if (isOurs) this.#saved = { vital, at: now }
    return isOurs
  }

  /** `work` that others may wait for. */
  #background(work: Promise<void>): void {
    const sending = work.catch(this.#options.onError).finally(() => {
      this.#sending.delete(sending)
      if (!this.#isSending) this.#options.onStray?.()
      this.#options.onChange()
    })
    this.#sending.add(sending)
  }

  /** Stops a transaction that takes more than it may, once: whatever the charge point answers, the next one comes later. */
  #stop(snapshot: Snapshot, fence: Fence): void {
    const stop = this.#stops.next(snapshot)
    const member = stop && this.#known.members.get(identityOf(stop.key))
    const open = stop && this.#known.running.get(stop.key)
    const isSame = stop !== undefined && open?.key === stop.transaction
    const call = isSame && member !== undefined ? callToStop(member.protocol ?? '', open) : undefined
    if (call === undefined || member === undefined) return
    this.#background(this.#options.call(member.identity, call, fence).then(() => undefined))
  }

  #send(plant: Plant, command: Command, fence: Fence): void {
    const state = this.#states.get(command.key) ?? initialState()
    // A later run, while the call is on its way, says only that.
    const reason = this.#snapshot?.result.evses.get(command.key)?.reason ?? ''
    this.#background(this.#carryOut(plant, command, { state, reason, fence }))
  }

  /** Whether limits end is asked only while nothing has to be lowered at once. */
  #inquire({ plant, facts, result: { states } }: Snapshot, isOver: boolean): void {
    const { members } = this.#known
    const { inquiries, fallbackInquiries, learn } = this.#options
    const scene = { plant, facts, states, members }
    for (const { key, member, answer } of (isOver ? undefined : inquiries?.ask(scene)) ?? []) {
      const taken = answer.then(async (lease) => {
        if (lease === undefined) return
        this.#changes.push({ key, change: (state) => ({ ...state, lease }) })
        await learn?.(member, { limitLease: lease })
      })
      this.#background(taken)
    }
    for (const { key, member, fallbackAt, isFirst, answer } of fallbackInquiries?.ask(scene, isOver) ?? []) {
      const taken = answer.then(async (proof) => {
        if (proof === undefined) return
        this.#changes.push({ key, change: (state, { now }) => withShown(state, { proof, fallbackAt }, now) })
        if (proof === 'kept' && isFirst) await learn?.(member, { limitFallback: proof })
      })
      this.#background(taken)
    }
  }

  async #carryOut(plant: Plant, command: Command, { state, reason, fence }: SentBecause) {
    const { key, kind, amperes } = command
    const { pending, transaction } = state
    const answer = await this.#sender.carryOut(plant, command, { ...state, fence })
    const pause = answer === 'too-many' ? await this.#sender.pauseOf(key) : undefined
    this.#changes.push({
      key,
      change: (now, times) => (isSame(now.pending, pending) ? answered(now, answer, { ...times, pause }) : now)
    })
    const evse = plant.evses.find((each) => keyOf(each) === key)
    if (evse === undefined) return
    const about = { transaction: kind === 'limit' ? transaction?.id : undefined, reason }
    await this.#options.onSent?.(this.#options.siteId, { evse, kind, amperes, answer, ...about })
  }

  #forget(): void {
    this.#isSending = false
    this.#epoch = undefined
    this.#know(new Map())
    this.#snapshot = undefined
  }
}

/** Shares of the past, and currents that reserve nothing, are saved at least this often. Milliseconds. */
const REST_MS = 300_000
/** The same where other phases may be loaded more because of these currents: after a restart they must not be old. */
const UNBALANCE_REST_MS = 30_000

function restOf({ circuits }: Plant): number {
  return circuits.some(({ unbalance }) => unbalance !== undefined) ? UNBALANCE_REST_MS : REST_MS
}

const NOTHING_SAVED = { vital: '', at: 0 }

/** Whether an answer is about the call that is on its way: the state may have been read again since it was sent. */
function isSame(one: Pending | undefined, other: Pending | undefined): boolean {
  return one !== undefined && one.at === other?.at && one.kind === other.kind && one.transaction === other.transaction
}

interface SentBecause {
  /** From which the command comes: it may change while the command is carried out. */
  state: EvseState
  reason: string
  fence: Fence
}

interface SampleData {
  evseId?: number
  connectorId?: number
  readings: readonly Reading[]
}
