import { isConfirmed } from '../charge-points/charging-profiles.js'
import { capQuestions, withPlan } from './caps.js'
import {
  choicesFor,
  type Known,
  type Lesson,
  learnedBy,
  refusing,
  shownBy,
  toBeDynamic,
  withHabits
} from './choices.js'
import { nextForm } from './forms.js'
import { type Place, withLedger } from './installed.js'
import { withLeastFallbacks } from './lifted.js'
import type { Told } from './limits.js'
import { type Asked, deliveredTo, type Needs, needsOf, withAsks } from './needs.js'
import type { ControlOptions } from './options.js'
import { highestOf, type Peak, withPeak } from './other-load.js'
import { inForm, keyOf, type LoadManagementBody, type Plant } from './plant.js'
import { withPower } from './powered.js'
import { is16, STATION_ID } from './profiles.js'
import { type EvseState, initialState, type Times, withBoots, withTransaction } from './reserve.js'
import * as rows from './rows.js'
import { type CarStatus, carStatusOf, withStatus } from './shown.js'
import { type EvseFacts, ownLoad } from './site.js'

// The facts that a run of the control of a site reads, and the states of its EVSEs after them.

/** A change of the state of an EVSE since the last run. */
export interface Change {
  key: string
  change: (state: EvseState, at: Circumstances) => EvseState
}

interface Circumstances extends Times {
  plant: Plant
  evse: Plant['evses'][number]
}

type States = ReadonlyMap<string, EvseState>

export type KnownOptions = Pick<
  ControlOptions,
  'siteId' | 'db' | 'callable' | 'now' | 'traitsOf' | 'learn' | 'onStray' | 'capsOf'
>

/** What is known of the EVSEs of a site. */
export class KnownSite {
  readonly #options: KnownOptions
  /** Of the charge points of the site, by folded identity. */
  members: ReadonlyMap<string, rows.Member> = new Map()
  /** The open transactions by EVSE. */
  running: ReadonlyMap<string, rows.OpenTransaction> = new Map()
  /** The charge points that certainly have the maximum of a whole charge point, by folded identity. */
  maxima: ReadonlySet<string> = new Set()
  /** What EVSEs have taught, by EVSE. */
  readonly #lessons = new Map<string, string>()
  #delivered: { at: number; by: ReadonlyMap<number, number | undefined> } = { at: 0, by: new Map() }
  readonly #own = new Map<string, { at: number; own: NonNullable<Told['own']> }>()
  /** Other load by circuit. */
  readonly #peaks = new Map<string, Peak[]>()

  constructor(options: KnownOptions) {
    this.#options = options
  }

  /** The limits and measurements of circuits. The current of our EVSEs is read once for each measurement: later samples are of another time. */
  async told(plant: Plant, states: States): Promise<Map<string, Told>> {
    const { db, siteId, now } = this.#options
    const told = await rows.readTold(db, siteId)
    for (const [circuit, known] of told) {
      const { measurement } = known
      if (measurement === undefined) continue
      const seen = this.#own.get(circuit)
      const at = { circuit, at: measurement.at, now: now() }
      const own = seen?.at === measurement.at ? seen.own : ownLoad(plant, states, at)
      this.#own.set(circuit, { at: measurement.at, own })
      told.set(circuit, { ...known, own, kept: this.#keep(plant, circuit, { ...known, own }) })
    }
    return told
  }

  /** Other load that has put the circuit above its limit. */
  #keep(plant: Plant, id: string, told: Told): Told['kept'] {
    const circuit = plant.circuits.find((one) => one.id === id)
    if (circuit === undefined) return undefined
    const at = { now: this.#options.now(), timeZone: plant.timeZone }
    const peaks = withPeak(this.#peaks.get(id) ?? [], { circuit, told }, at)
    this.#peaks.set(id, peaks)
    return highestOf(peaks)
  }

  /** What another one knows of measurements: the currents of our EVSEs, and other load that is kept. */
  recall(told: ReadonlyMap<string, Told>): void {
    for (const [circuit, { measurement, own, kept }] of told) {
      if (measurement === undefined) continue
      if (own !== undefined) this.#own.set(circuit, { at: measurement.at, own })
      if (kept !== undefined) this.#peaks.set(circuit, [{ at: measurement.at, other: kept }])
    }
  }

  /**
   * Reads what is known of the EVSEs now.
   *
   * @param changes those since the last run: they are taken from the list once all is read that is not older
   */
  async refresh(configured: Plant, before: States, changes: Change[]) {
    const { db, siteId, callable, now, onStray, traitsOf = () => ({}) } = this.#options
    const count = changes.length
    const members = await rows.membersOf(db, siteId)
    const plant = withHabits(configured, { members, traitsOf })
    const open = await rows.openTransactions(db, members.values())
    const running = new Map(open.map((transaction) => [keyOf(transaction), transaction]))
    const gone = [...before].flatMap(([key, { transaction }]) => {
      return transaction === undefined || running.has(key) ? [] : [transaction.id]
    })
    const closed = await rows.closedAmong(db, gone)
    const profiles = await rows.profilesOf(db, members.values())
    const statuses = await this.#statuses(members, running)
    const connected = await callable([...members.keys()])
    const needs = await this.#needs(running)
    const times = { now: now() }
    const states = new Map<string, EvseState>()
    const facts = new Map<string, EvseFacts>()
    const evses = new Map(plant.evses.map((evse) => [keyOf(evse), evse]))
    for (const key of evses.keys()) {
      const member = members.get(identityOf(key))
      const transaction = running.get(key)
      const known = before.get(key) ?? initialState()
      const isCertain = !closed.has(known.transaction?.id ?? 0)
      const booked = withTransaction(known, transaction, times.now, isCertain)
      const powered = withPower(booked, transaction, { protocol: member?.protocol ?? null, now: times.now })
      const { needs: needed, asked } = needs.get(transaction?.id ?? 0) ?? {}
      const shown = transaction === undefined ? powered : withStatus(powered, statuses.get(key), times.now)
      states.set(key, asked === undefined ? shown : withAsks(shown, asked))
      facts.set(key, {
        isConnected: connected.has(identityOf(key)),
        isMember: member !== undefined,
        ...(needed !== undefined && { needs: needed })
      })
    }
    for (const { key, change } of changes.splice(0, count)) {
      const state = states.get(key)
      const evse = evses.get(key)
      if (state !== undefined && evse !== undefined) {
        states.set(key, change(state, { ...times, settle: evse.settle * 1000, plant, evse }))
      } else onStray?.()
    }
    for (const [key, state] of states)
      states.set(key, withMember(state, members.get(identityOf(key)), { key, profiles }))
    this.members = members
    this.maxima = withMaximum(members, profiles)
    this.running = running
    await this.#cap(plant, profiles, { facts, states })
    return { plant, facts, states }
  }

  /** What charge points tell of the cars of transactions. */
  async #statuses(
    members: ReadonlyMap<string, rows.Member>,
    running: ReadonlyMap<string, rows.OpenTransaction>
  ): Promise<Map<string, CarStatus | undefined>> {
    const isOfConnectors = (key: string) => is16(members.get(identityOf(key))?.protocol ?? '')
    const ids = [...running.keys()].filter(isOfConnectors).flatMap((key) => members.get(identityOf(key))?.id ?? [])
    const told = await rows.statusesOf(this.#options.db, [...new Set(ids)])
    return new Map(
      [...running].map(([key, { evseId, chargingState }]) => {
        const status = told.get(`${members.get(identityOf(key))?.id} ${evseId}`)
        return [key, carStatusOf(isOfConnectors(key) ? status : chargingState)]
      })
    )
  }

  /** Adds the limits of others to the facts. */
  async #cap(
    plant: Plant,
    profiles: AtMember['profiles'],
    { facts, states }: { facts: Map<string, EvseFacts>; states: Map<string, EvseState> }
  ): Promise<void> {
    const { capsOf, now } = this.#options
    const questions = capsOf === undefined ? [] : capQuestions(plant, { ...this.#present, profiles, states })
    const found = questions.length === 0 ? undefined : await capsOf?.(questions, now())
    if (found === undefined || found.size === 0) return
    for (const [key, state] of states) {
      const caps = found.get(this.members.get(identityOf(key))?.id ?? 0)?.get(Number(key.slice(key.lastIndexOf(' '))))
      const known = facts.get(key)
      if (caps === undefined || known === undefined) continue
      facts.set(key, { ...known, caps })
      states.set(key, withPlan(state, caps, now()))
    }
  }

  get #present() {
    return { members: this.members, running: this.running }
  }

  /** What the cars need, and what those have got that were told how much they need. By our id of the transaction. */
  async #needs(running: ReadonlyMap<string, rows.OpenTransaction>): Promise<Map<number, Needed>> {
    const { db, now } = this.#options
    const known = await needsOf(db, [...running.values()])
    const counted = [...known].filter(
      ([, { needs }]) => needs.energy !== undefined || needs.minimumEnergy !== undefined
    )
    const isOld = now() - this.#delivered.at >= METER_MS || counted.some(([id]) => !this.#delivered.by.has(id))
    if (counted.length > 0 && isOld)
      this.#delivered = {
        at: now(),
        by: await deliveredTo(
          db,
          counted.map(([id]) => id)
        )
      }
    return new Map(
      [...known].map(([id, { needs, asked }]) => {
        const delivered = this.#delivered.by.get(id)
        return [id, { needs: { ...needs, ...(delivered !== undefined && { delivered }) }, asked }]
      })
    )
  }

  /** The EVSEs as they are limited now, by what is known of their charge points and what they have refused. */
  async inForms(plant: Plant, body: LoadManagementBody, states: States): Promise<Plant> {
    const { db, traitsOf = () => ({}) } = this.#options
    const { members } = this
    const levels = await rows.highestLevels(db, refusing(members, states))
    const dynamic = await rows.takingDynamic(db, toBeDynamic({ members, traitsOf }))
    const known: Known = { members, traitsOf, levels, dynamic }
    const choices = choicesFor(body, known)
    const formed = plant.evses.map((evse) => {
      const choice = choices.get(keyOf(evse))
      const state = states.get(keyOf(evse)) ?? initialState()
      return choice === undefined ? evse : inForm(evse, nextForm(choice, state, evse.fallback))
    })
    await this.#learn([...learnedBy(choices, states, members), ...shownBy(plant, states, known)])
    return { ...plant, evses: withLeastFallbacks(plant, formed) }
  }

  /** Once only: charge points of a kind may differ. */
  async #learn(lessons: readonly Lesson[]): Promise<void> {
    for (const { key, kind, traits } of lessons) {
      const about = `${key} ${Object.keys(traits)}`
      const lesson = JSON.stringify(traits)
      if (this.#lessons.get(about) === lesson) continue
      await this.#options.learn?.(kind, traits)
      this.#lessons.set(about, lesson)
    }
  }
}

/** What the car of a transaction needs, and whether it has asked for a profile. */
interface Needed {
  needs: Needs
  asked: Asked | undefined
}

/** The energy of a car is read so often. Milliseconds. */
const METER_MS = 10_000

interface AtMember {
  key: string
  profiles: ReadonlyMap<number, Parameters<typeof withLedger>[1]>
}

/** After the answers, which may be from before the boot. */
function withMember(state: EvseState, member: rows.Member | undefined, { key, profiles }: AtMember): EvseState {
  const booted = withBoots(state, member?.boots)
  if (!member?.protocol) return booted
  const evseId = Number(key.slice(key.lastIndexOf(' ') + 1))
  return withLedger(booted, profiles.get(member.id) ?? [], placeOf(member, evseId), Date.now())
}

function withMaximum(members: ReadonlyMap<string, rows.Member>, profiles: AtMember['profiles']): Set<string> {
  const has = (member: rows.Member) => {
    const { chargePoint } = placeOf(member, 0)
    const known = profiles.get(member.id) ?? []
    return known.some((row) => row.profile_id === STATION_ID && isConfirmed(row, chargePoint))
  }
  return new Set([...members].filter(([, member]) => has(member)).map(([identity]) => identity))
}

export function placeOf({ protocol, boots, lastBootAt, bootReason }: rows.Member, evseId: number): Place {
  const chargePoint = { boots, last_boot_at: lastBootAt, boot_reason: bootReason, protocol }
  return { evseId, protocol: protocol ?? '', chargePoint }
}

/** The folded identity of the charge point of an EVSE. */
export function identityOf(key: string): string {
  return key.slice(0, key.lastIndexOf(' '))
}
