import type { PublishedEvent } from '../events/event.js'
import type { Reader } from '../events/scope.js'
import type { SiteRow } from '../sites/rows.js'
import { findSite } from '../sites/rows.js'
import type { KnownOf } from '../traits/book.js'
import type { BootedAs } from '../traits/models.js'
import type { Traits } from '../traits/traits.js'
import { type AppliedTraits, choicesFor, type Known, learnedBy, refusing } from './choices.js'
import { nextForm } from './forms.js'
import { type Place, rivalsOf, withLedger } from './installed.js'
import type { Told } from './limits.js'
import { inForm, keyOf, type LoadManagementBody, type Plant, plantOf } from './plant.js'
import { withPower } from './powered.js'
import { answerOf, answerOfError, callFor, callToAsk, callToClear, type OcppCall } from './profiles.js'
import {
  answered,
  assumed,
  type EvseState,
  inForce,
  initialState,
  type Pending,
  reconnected,
  sampled,
  type Times,
  vitalOf,
  withBoots,
  withTransaction
} from './reserve.js'
import * as rows from './rows.js'
import { currentsIn, type Reading } from './samples.js'
import { type EvseFacts, ownLoad } from './site.js'
import { type Command, type StepResult, step } from './step.js'

// The control of one site: reads what is known, lets a step decide, saves what may be in force, and sends.

export interface ControlOptions {
  siteId: string
  db: Reader
  writer: Parameters<typeof rows.saveState>[0]
  /** The run of this process. */
  holder: string
  /** Epoch milliseconds. */
  now: () => number
  /** Which of these charge points can be called, by folded identity. */
  callable: (identities: readonly string[]) => Promise<ReadonlySet<string>>
  call: (identity: string, call: OcppCall) => Promise<unknown>
  /** Called when something has changed that the next run has to see. */
  onChange: () => void
  /** Called when a call has ended that is about an EVSE which is not controlled any more. */
  onStray?: () => void
  onError: (error: unknown) => void
  /** The traits of a charge point. */
  traitsOf?: (known: KnownOf) => AppliedTraits
  /** Keeps what was learned of the charge points of a kind. */
  learn?: (kind: BootedAs, traits: Traits) => Promise<void>
  onSent?: (siteId: string, outcome: Sent) => Promise<void>
}

/** The needs that an EV has reported by ISO 15118. */
export interface EvNeeds {
  identity: string
  evseId: number
  /** The most that it takes on a phase. A. */
  maximum?: number | undefined
}

/** The outcome of a command. */
export interface Sent {
  evse: Plant['evses'][number]
  kind: Command['kind']
  amperes: number
  answer: string
  /** Our id of the transaction. */
  transaction: number | undefined
  /** In words. */
  reason: string
}

/** The result of a run, for operators. */
export interface Snapshot {
  plant: Plant
  site: SiteRow
  at: number
  told: ReadonlyMap<string, Told>
  result: StepResult
  facts: ReadonlyMap<string, EvseFacts>
}

interface Circumstances extends Times {
  plant: Plant
  evse: Plant['evses'][number]
}
type Change = (state: EvseState, at: Circumstances) => EvseState

export class SiteControl {
  readonly #options: ControlOptions
  #epoch: number | undefined
  /** By folded identity of the charge point. */
  #keys: ReadonlyMap<string, readonly string[]> = new Map()
  #isSending = false
  #states = new Map<string, EvseState>()
  #saved = NOTHING_SAVED
  /** Changes since the last run, by EVSE. */
  #changes: { key: string; change: Change }[] = []
  /** The rows that the last run has read. */
  #read: Read = { members: new Map(), running: new Map(), connected: new Set() }
  #snapshot: Snapshot | undefined
  /** What EVSEs have taught, by EVSE. */
  readonly #lessons = new Map<string, string>()
  readonly #own = new Map<string, { at: number; own: NonNullable<Told['own']> }>()
  readonly #sending = new Set<Promise<void>>()

  constructor(options: ControlOptions) {
    this.#options = options
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

  /** Returns whether the EVSE has a limit of ours, so that it is sent again. */
  takeNeeds({ identity, evseId, maximum }: EvNeeds): boolean {
    const key = keyOf({ identity, evseId })
    const isSteered = this.#snapshot?.result.evses.get(key)?.target !== undefined
    if (!isSteered || this.#epoch === undefined) return false
    this.#changes.push({
      key,
      change: (state) => ({ ...state, isOwed: true, ...(maximum !== undefined && { demand: maximum }) })
    })
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
    if (!(await this.#save(result, at))) return this.#forget()
    // Only now, because nothing is on its way when saving fails.
    this.#states = result.states
    for (const command of result.commands) this.#send(plant, command)
  }

  /** The same with what the process that controls the site has saved last, for a control that does not run: nothing is sent. */
  async look(): Promise<Snapshot | undefined> {
    const configured = await this.#configured()
    if (configured === undefined) return undefined
    this.#know(rows.savedStates(configured.row))
    return this.#calculate(configured)
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

  async #calculate({ row, site }: { row: rows.LoadManagementRow; site: SiteRow }): Promise<Snapshot> {
    const { siteId, db, now } = this.#options
    const body = JSON.parse(row.document) as LoadManagementBody
    const configured = plantOf(body, site.time_zone ?? 'UTC')
    const facts = await this.#refresh(configured)
    const plant = await this.#inForms(configured, body)
    const at = now()
    const told = this.#withOwn(plant, await rows.readTold(db, siteId), at)
    const states = row.mode === 'observe' ? assumed(plant, this.#states, at) : this.#states
    return { plant, site, at, told, facts, result: step({ plant, now: at, told, facts, states }) }
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
        const currents = currentsIn(readings, times.now, { evse: { ...evse, unit }, voltage: plant.voltage, isFull })
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

  /** The current of our EVSEs is read once for each measurement: later samples are of another time. */
  #withOwn(plant: Plant, told: Map<string, Told>, now: number): Map<string, Told> {
    for (const [circuit, known] of told) {
      const { measurement } = known
      if (measurement === undefined) continue
      const seen = this.#own.get(circuit)
      const own =
        seen?.at === measurement.at ? seen.own : ownLoad(plant, this.#states, { circuit, at: measurement.at, now })
      this.#own.set(circuit, { at: measurement.at, own })
      told.set(circuit, { ...known, own })
    }
    return told
  }

  async #refresh(plant: Plant): Promise<Map<string, EvseFacts>> {
    const { db, siteId, callable, now } = this.#options
    // All that is read from here on is not older than these changes.
    const changes = this.#changes.length
    const members = await rows.membersOf(db, siteId)
    const open = await rows.openTransactions(db, members.values())
    const running = new Map(open.map((transaction) => [keyOf(transaction), transaction]))
    const gone = [...this.#states].flatMap(([key, { transaction }]) => {
      return transaction === undefined || running.has(key) ? [] : [transaction.id]
    })
    const closed = await rows.closedAmong(db, gone)
    const profiles = await rows.profilesOf(db, members.values())
    const connected = await callable([...members.keys()])
    const times = { now: now(), settle: plant.settle * 1000 }
    const states = new Map<string, EvseState>()
    const facts = new Map<string, EvseFacts>()
    const evses = new Map(plant.evses.map((evse) => [keyOf(evse), evse]))
    for (const evse of plant.evses) {
      const key = keyOf(evse)
      const member = members.get(identityOf(key))
      const transaction = running.get(key)
      const before = this.#states.get(key) ?? initialState()
      const isCertain = !closed.has(before.transaction?.id ?? 0)
      const known = withTransaction(before, transaction, times.now, isCertain)
      states.set(key, withPower(known, transaction, { protocol: member?.protocol ?? null, now: times.now }))
      facts.set(key, { isConnected: connected.has(identityOf(key)), isMember: member !== undefined })
    }
    for (const { key, change } of this.#changes.splice(0, changes)) {
      const state = states.get(key)
      const evse = evses.get(key)
      if (state !== undefined && evse !== undefined) states.set(key, change(state, { ...times, plant, evse }))
      else this.#options.onStray?.()
    }
    // After the answers, which may be from before the boot.
    for (const [key, state] of states) states.set(key, withBoots(state, members.get(identityOf(key))?.boots))
    for (const { identity, evseId } of plant.evses) {
      const key = keyOf({ identity, evseId })
      const member = members.get(identityOf(key))
      const state = states.get(key)
      if (state === undefined || !member?.protocol) continue
      states.set(key, withLedger(state, profiles.get(member.id) ?? [], placeOf(member, evseId), Date.now()))
    }
    this.#know(states)
    this.#read = { members, running, connected }
    return facts
  }

  /** The EVSEs as they are limited now, by what is known of their charge points and what they have refused. */
  async #inForms(plant: Plant, { evses }: LoadManagementBody): Promise<Plant> {
    const { db, traitsOf = () => ({}), learn } = this.#options
    const { members } = this.#read
    const known: Known = { members, traitsOf, levels: await rows.highestLevels(db, refusing(members, this.#states)) }
    const choices = choicesFor(evses, known)
    const formed = plant.evses.map((evse) => {
      const choice = choices.get(keyOf(evse))
      const state = this.#states.get(keyOf(evse)) ?? initialState()
      return choice === undefined ? evse : inForm(evse, nextForm(choice, state, evse.fallback))
    })
    // Once only: charge points of a kind may differ.
    for (const { key, kind, traits } of learnedBy(choices, this.#states, members)) {
      const lesson = JSON.stringify(traits)
      if (this.#lessons.get(key) === lesson) continue
      await learn?.(kind, traits)
      this.#lessons.set(key, lesson)
    }
    return { ...plant, evses: formed }
  }

  // --- what is done ------------------------------------------------------------------------------------------------

  /** Writes the state when something has changed that a restart has to know, and the rest with it, or after a while. */
  async #save({ states, evses }: StepResult, now: number): Promise<boolean> {
    const { siteId, writer, holder } = this.#options
    if (this.#epoch === undefined) return false
    const vital = JSON.stringify([...states].map(([key, state]) => [key, vitalOf(state, evses.get(key)?.cause)]))
    if (vital === this.#saved.vital && now - this.#saved.at < REST_MS) return true
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

  #send(plant: Plant, command: Command): void {
    const state = this.#states.get(command.key) ?? initialState()
    // A later run, while the call is on its way, says only that.
    const reason = this.#snapshot?.result.evses.get(command.key)?.reason ?? ''
    this.#background(this.#carryOut(plant, command, { ...state, reason }))
  }

  /** The last argument is the state from which the command comes: it may change while the command is carried out. */
  async #carryOut(
    plant: Plant,
    { key, kind, amperes, lease }: Command,
    { pending, transaction, rung, reason }: Pick<EvseState, 'pending' | 'transaction' | 'rung'> & { reason: string }
  ): Promise<void> {
    const { siteId, now } = this.#options
    const evse = plant.evses.find((each) => keyOf(each) === key)
    const { members, running } = this.#read
    const member = members.get(identityOf(key))
    const open = running.get(key)
    const displayed = open?.key === transaction?.key ? open?.displayed : undefined
    let answer: ReturnType<typeof answerOf> = 'unsent'
    try {
      if (evse !== undefined && member?.protocol && (kind === 'fallback' || displayed !== undefined)) {
        // To the moment from which the lease counts: the profile ends no later.
        const at = pending?.at ?? now()
        const elapsed = transaction?.isOlder ? undefined : (at - (transaction?.poweredAt ?? at)) / 1000
        const wanted = {
          ...{ kind, evse, voltage: plant.voltage, amperes, lease, now: at },
          ...(elapsed !== undefined && { elapsed }),
          ...(displayed !== undefined && { transactionId: displayed })
        }
        answer = await this.#ask(member.identity, callFor(member.protocol, wanted))
        // The next form may depend on what it has told of itself.
        const isFirst = rung === undefined && (answer === 'rejected' || answer === 'error')
        if (isFirst) this.#background(this.#askLevel(member))
        if (answer === 'accepted' && kind === 'fallback') answer = await this.#clearRivals(member, evse.evseId)
      }
    } catch (error) {
      if (answer === 'accepted') answer = 'unknown'
      this.#options.onError(error)
    }
    this.#changes.push({
      key,
      change: (state, times) => (isSame(state.pending, pending) ? answered(state, answer, times) : state)
    })
    if (evse === undefined) return
    const about = { transaction: kind === 'limit' ? transaction?.id : undefined, reason }
    await this.#options.onSent?.(siteId, { evse, kind, amperes, answer, ...about })
  }

  async #ask(identity: string, call: OcppCall) {
    return this.#options.call(identity, call).then(answerOf, answerOfError)
  }

  async #askLevel({ identity, protocol }: rows.Member): Promise<void> {
    await this.#options.call(identity, callToAsk(protocol ?? ''))
  }

  /** A fallback holds only once nothing of somebody else is above it. */
  async #clearRivals(member: rows.Member, evseId: number) {
    const { protocol, identity } = member
    const known = (await rows.profilesOf(this.#options.db, [member])).get(member.id) ?? []
    const { ids, isAwaited } = rivalsOf(known, placeOf(member, evseId), Date.now())
    for (const id of ids) {
      // The charge point may not have it any more, which is as good.
      const answer = await this.#ask(identity, callToClear(protocol ?? '', id))
      if (answer !== 'accepted' && answer !== 'rejected') return 'unknown' as const
    }
    return isAwaited ? ('unknown' as const) : ('accepted' as const)
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
const NOTHING_SAVED = { vital: '', at: 0 }

/** Whether an answer is about the call that is on its way: the state may have been read again since it was sent. */
function isSame(one: Pending | undefined, other: Pending | undefined): boolean {
  return one !== undefined && one.at === other?.at && one.kind === other.kind && one.transaction === other.transaction
}

interface Read {
  /** By folded identity. */
  members: ReadonlyMap<string, rows.Member>
  /** The open transactions by EVSE. */
  running: ReadonlyMap<string, rows.OpenTransaction>
  /** Of the members, by folded identity. */
  connected: ReadonlySet<string>
}

interface SampleData {
  evseId?: number
  connectorId?: number
  readings: readonly Reading[]
}

function placeOf({ protocol, boots, lastBootAt, bootReason }: rows.Member, evseId: number): Place {
  const chargePoint = { boots, last_boot_at: lastBootAt, boot_reason: bootReason, protocol }
  return { evseId, protocol: protocol ?? '', chargePoint }
}

function identityOf(key: string): string {
  return key.slice(0, key.lastIndexOf(' '))
}
