import type { Reader } from '../events/scope.js'
import type { SiteRow } from '../sites/rows.js'
import type { KnownOf } from '../traits/book.js'
import type { BootedAs } from '../traits/models.js'
import type { Traits } from '../traits/traits.js'
import type { Fence } from './calls.js'
import type { CapsOf } from './caps.js'
import type { AppliedTraits } from './choices.js'
import type { FallbackInquiries } from './fallback-inquiries.js'
import type { Inquiries } from './inquiries.js'
import type { Told } from './limits.js'
import type { Plant } from './plant.js'
import type { OcppCall } from './profiles.js'
import type * as rows from './rows.js'
import type { EvseFacts } from './site.js'
import type { Command, StepResult } from './step.js'
import type { Stop } from './stops.js'

// What the control of a site is given, and what it tells.

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
  /** Calls a charge point of any node. `fence`: refused if another process has taken the control of the site since. */
  call: (identity: string, call: OcppCall, fence?: Fence) => Promise<unknown>
  /** Called when something has changed that the next run has to see. */
  onChange: () => void
  /** Called when a call has ended that is about an EVSE which is not controlled any more. */
  onStray?: () => void
  onError: (error: unknown) => void
  /** The traits of a charge point. */
  traitsOf?: (known: KnownOf) => AppliedTraits
  /** Keeps what was learned of the charge points of a kind. */
  learn?: (kind: BootedAs, traits: Traits) => Promise<void>
  /** Finds the limits of others. */
  capsOf?: CapsOf
  /** Asks charge points how they take limits. */
  inquiries?: Inquiries
  /** Asks charge points whether they have their fallbacks. */
  fallbackInquiries?: FallbackInquiries
  onSent?: (siteId: string, outcome: Sent) => Promise<void>
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
  mode: 'observe' | 'control'
  at: number
  told: ReadonlyMap<string, Told>
  result: StepResult
  facts: ReadonlyMap<string, EvseFacts>
  /** The charge points that certainly have the maximum of a whole charge point, by folded identity. */
  maxima?: ReadonlySet<string>
  /** Transactions that were to be stopped, by EVSE. */
  stops?: ReadonlyMap<string, Stop>
}
