import { background } from '../background.js'
import type { PublishedEvent } from '../events/event.js'
import { fold } from '../events/scope.js'
import { SiteControl } from './control.js'
import { type Asking, type Prospect, prospectIn } from './ev-needs.js'
import { FallbackInquiries, type FallbackInquiryOptions } from './fallback-inquiries.js'
import { Inquiries } from './inquiries.js'
import { type LeftoversOptions, leftoversRounds } from './leftovers.js'
import type { ControlOptions, Snapshot } from './options.js'
import type { Planned } from './plan.js'
import type { LoadManagementBody } from './plant.js'
import type { Releasing } from './release.js'
import { type ReplacedOptions, replacedRounds } from './replaced.js'
import type { Rounds } from './rounds.js'
import { findLoadManagement, managedSites, release } from './rows.js'
import { samplingRounds } from './sampling.js'
import { stationRounds } from './stations.js'

export interface ControlsOptions
  extends Omit<ControlOptions, 'siteId' | 'onChange' | 'now' | 'inquiries' | 'fallbackInquiries'>,
    Pick<FallbackInquiryOptions, 'askComposite' | 'askProfile'>,
    Omit<LeftoversOptions, 'call' | 'onCleared'>,
    Pick<ReplacedOptions, 'onRefused'> {
  log: Parameters<typeof background>[1]
  /** Whether the database can be asked. */
  isReady: () => boolean
  /** Called after each run of a site. */
  onRun?: (siteId: string, snapshot: Snapshot) => void
  /** Called when a site is not controlled here any more. */
  onLeft?: (siteId: string) => void
}

const FAILED = 'could not control the load of a site'
/** Runs that are wanted within this time are one. Milliseconds. */
const JOIN_MS = 100
/** Time passes without events: leases, windows, limits that expire. Milliseconds. */
const TICK_MS = 2_000

/** The controls of all sites whose load is managed. */
export class Controls {
  readonly #options: ControlsOptions
  readonly #controls = new Map<string, SiteControl>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #again = new Set<string>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #leftovers: Rounds
  readonly #replaced: Rounds
  readonly #sampling: Rounds
  readonly #stations: Rounds
  readonly #inquiries: Inquiries
  readonly #fallbackInquiries: FallbackInquiries
  readonly #sites = new SitesOfChargePoints()
  #ticker: NodeJS.Timeout | undefined
  #isClosed = false
  /** Epoch milliseconds. Tests replace it. */
  clock: () => number = Date.now

  constructor(options: ControlsOptions) {
    this.#options = options
    this.#replaced = replacedRounds(options)
    this.#leftovers = leftoversRounds({ ...options, onCleared: () => this.#replaced.want() })
    this.#sampling = samplingRounds(options)
    this.#stations = stationRounds(options)
    this.#inquiries = new Inquiries({ ...options, now: () => this.clock() })
    this.#fallbackInquiries = new FallbackInquiries({ ...options, now: () => this.clock() })
  }

  start(): void {
    this.#ticker = setInterval(() => background(this.tick(), this.#options.log, FAILED), TICK_MS).unref()
  }

  /** The result of the last run of a site; `undefined` before it, and while another node controls the site. */
  snapshot(siteId: string): Snapshot | undefined {
    return this.#controls.get(siteId)?.snapshot
  }

  /** The same; while another node controls the site, what that has saved with the limits of now. */
  async seen(siteId: string): Promise<Snapshot | undefined> {
    return this.snapshot(siteId) ?? this.#make(siteId).look()
  }

  /** What a run would decide now; `undefined` if the load of the site is not managed. Nothing is saved, learned or sent. */
  async plan(siteId: string, planned: Planned): Promise<Snapshot | undefined> {
    return this.#make(siteId, { learn: async () => undefined }).plan(planned, this.snapshot(siteId))
  }

  /** What has to be known before EVSEs of a site are released from its control. */
  async releasing(siteId: string): Promise<Releasing> {
    const row = await findLoadManagement(this.#options.db, siteId)
    const { evses } = row === undefined ? { evses: [] } : (JSON.parse(row.document) as LoadManagementBody)
    const identities = new Set(evses.map(({ identity }) => fold(identity)))
    return { connected: await this.#options.callable([...identities]), now: this.clock() }
  }

  take(event: PublishedEvent): void {
    if (event.type === 'connect') for (const rounds of this.#rounds()) rounds.reconnected(event.chargePoint)
    if (event.type === 'boot') for (const rounds of [this.#sampling, this.#stations]) rounds.want()
    for (const siteId of this.#sites.of(event.chargePoint)) {
      if (this.#controls.get(siteId)?.take(event) === true) this.trigger(siteId)
    }
  }

  /** Something that a run reads has changed for a charge point, such as its profiles: its site is run soon. */
  changed(identity: string): void {
    for (const siteId of this.#sites.of(identity)) this.trigger(siteId)
  }

  /** When an EV would get a profile that it asks for. Whichever node controls the site sends it. [2.x K15-K17] */
  async prospectOf(siteId: string, asking: Asking): Promise<Prospect> {
    const snapshot = await this.seen(siteId)
    return snapshot === undefined ? 'never' : prospectIn(snapshot, asking)
  }

  /** The configuration of a site is another one: profiles and settings may be left at EVSEs that it does not control any more. */
  configured(siteId: string): void {
    for (const rounds of this.#rounds()) rounds.want()
    this.trigger(siteId)
  }

  /** Wants a run of a site soon. */
  trigger(siteId: string): void {
    if (this.#isClosed || this.#timers.has(siteId)) return
    const run = () => {
      this.#timers.delete(siteId)
      background(this.run(siteId), this.#options.log, FAILED)
    }
    this.#timers.set(siteId, setTimeout(run, JOIN_MS).unref())
  }

  /** Runs all sites. Never rejects. */
  async tick(): Promise<void> {
    const { isReady, db, onError } = this.#options
    if (this.#isClosed || !isReady()) return
    try {
      const sites = new Set([...(await managedSites(db)), ...this.#controls.keys()])
      await Promise.all([...sites].map((siteId) => this.run(siteId)))
      for (const rounds of this.#rounds()) await rounds.sweep()
    } catch (error) {
      onError(error)
    }
  }

  /** Runs a site, once more if it is running. Never rejects. */
  async run(siteId: string): Promise<void> {
    const running = this.#running.get(siteId)
    if (running !== undefined) {
      this.#again.add(siteId)
      return running
    }
    if (this.#isClosed) return
    const run = this.#run(siteId).finally(() => this.#running.delete(siteId))
    this.#running.set(siteId, run)
    return run
  }

  /** Resolves when all calls have ended. */
  async idle(): Promise<void> {
    for (const control of this.#controls.values()) await control.idle()
    for (const rounds of this.#rounds()) await rounds.idle()
  }

  async stop(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#ticker)
    for (const timer of this.#timers.values()) clearTimeout(timer)
    await Promise.all(this.#running.values())
    await this.idle()
    if (this.#controls.size > 0) await release(this.#options.writer, this.#options.holder).catch(this.#options.onError)
  }

  async #run(siteId: string): Promise<void> {
    do {
      this.#again.delete(siteId)
      const control = this.#controls.get(siteId) ?? this.#create(siteId)
      try {
        await control.run()
        this.#sites.know(siteId, control.keys)
        const { snapshot } = control
        if (snapshot !== undefined) this.#options.onRun?.(siteId, snapshot)
        else {
          this.#controls.delete(siteId)
          this.#options.onLeft?.(siteId)
        }
      } catch (error) {
        this.#options.onError(error)
      }
    } while (this.#again.has(siteId) && !this.#isClosed)
    for (const rounds of this.#rounds()) await rounds.sweep()
  }

  #rounds(): readonly Rounds[] {
    return [this.#leftovers, this.#replaced, this.#sampling, this.#stations]
  }

  #create(siteId: string): SiteControl {
    const control = this.#make(siteId)
    this.#controls.set(siteId, control)
    return control
  }

  #make(siteId: string, others: Pick<ControlOptions, 'learn'> = {}): SiteControl {
    return new SiteControl({
      ...this.#options,
      ...others,
      siteId,
      now: () => this.clock(),
      inquiries: this.#inquiries,
      fallbackInquiries: this.#fallbackInquiries,
      onChange: () => this.trigger(siteId),
      onStray: () => this.#leftovers.want()
    })
  }
}

/** The sites that a charge point has EVSEs of: events are many, and most of them matter to no site. */
class SitesOfChargePoints {
  readonly #known = new Map<string, ReadonlyMap<string, unknown>>()
  readonly #sites = new Map<string, Set<string>>()

  of(identity: string): Iterable<string> {
    return this.#sites.get(fold(identity)) ?? []
  }

  /** @param chargePoints by folded identity */
  know(siteId: string, chargePoints: ReadonlyMap<string, unknown>): void {
    const before = this.#known.get(siteId)
    if (before === chargePoints) return
    for (const identity of before?.keys() ?? []) {
      const sites = this.#sites.get(identity)
      sites?.delete(siteId)
      if (sites?.size === 0) this.#sites.delete(identity)
    }
    for (const identity of chargePoints.keys()) {
      this.#sites.set(identity, (this.#sites.get(identity) ?? new Set()).add(siteId))
    }
    if (chargePoints.size > 0) this.#known.set(siteId, chargePoints)
    else this.#known.delete(siteId)
  }
}
