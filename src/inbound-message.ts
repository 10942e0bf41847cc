import type { TSchema } from '@sinclair/typebox'
import { type AppliedDeviation, DEVIATIONS, type Deviation } from './deviations/names.js'
import { repairPayload } from './deviations/normalise.js'
import { UNUSABLE, usable } from './deviations/usable.js'
import { inboundSchema, normalise } from './leniency.js'
import type { ProtocolDefinition } from './protocol.js'
import type { Leniency } from './types/validation.js'
import { type FoundViolation, PayloadCheck } from './validate.js'

/** A payload as it may be delivered, and what is still wrong with it. */
export interface Admission {
  payload: unknown
  violation: FoundViolation | undefined
  /** The violation before deviations were put right; absent when there was none. */
  repaired?: FoundViolation
  /** The deviations that were put right; absent when there were none. */
  applied?: readonly AppliedDeviation[]
}

/** All deviations of payloads: what a refused message may need. */
const OF_PAYLOADS = Object.entries(DEVIATIONS).flatMap(([name, { place }]) => {
  return place === 'payload' ? [name as Deviation] : []
})
const POINTS: ReadonlySet<Deviation> = new Set<Deviation>(['decimal-commas'])
/** Messages that have samples. */
const MEASURED = /^(?:MeterValues|StopTransaction|TransactionEvent)Request$/

export interface InboundMessageOptions {
  definition: ProtocolDefinition
  leniency: Leniency
  /** E.g. `StatusNotificationRequest`. */
  message: string
  /** As published. */
  schema: TSchema
}

/** The check of one message of a charge point, and what is put right in it. Everything is made on first use. */
export class InboundMessage {
  readonly #options: InboundMessageOptions
  readonly #deviations: ReadonlySet<Deviation> | undefined
  readonly #check: PayloadCheck
  readonly #readsCommas: boolean
  #lenientCheck: PayloadCheck | undefined
  #tolerantCheck: PayloadCheck | undefined

  constructor(options: InboundMessageOptions) {
    const { definition, leniency, message, schema } = options
    const { deviations = [], ...others } = leniency
    this.#options = options
    this.#deviations = deviations.length === 0 ? undefined : new Set(deviations)
    this.#check = new PayloadCheck(definition, inboundSchema(definition, message, schema, others))
    this.#readsCommas = deviations.includes('decimal-commas') && MEASURED.test(message)
  }

  /** Checks a payload; when it fails it is normalised, in place, and checked again. */
  admit(received: unknown): Admission {
    // A payload without members may be null. [1.6-J §4.2.1, §4.2.2; 2.x Part 4 §4.1.5]
    const payload = received === null ? {} : received
    if (this.#check.violation(payload) === undefined) {
      return this.#readsCommas ? this.#withPoints(payload) : { payload, violation: undefined }
    }
    const { definition, leniency } = this.#options
    const normalised = normalise(definition, this.#check.schema, payload, leniency)
    const violation = this.#check.violation(normalised)
    if (violation === undefined && this.#readsCommas) return this.#withPoints(normalised)
    if (violation === undefined || this.#deviations === undefined) return { payload: normalised, violation }
    this.#lenientCheck ??= this.#lenient(this.#deviations)
    return { ...this.#repair(this.#lenientCheck, this.#deviations, normalised), repaired: violation }
  }

  /**
   * The deviations that must be accepted for a refused payload to be delivered, those that are accepted already
   * included; none when that would not be enough. The payload is not changed.
   */
  suggest(received: unknown): readonly Deviation[] {
    const accepted = this.#options.leniency.deviations ?? []
    const deviations = new Set([...OF_PAYLOADS, ...accepted])
    const copy = structuredClone(received === null ? {} : received)
    this.#tolerantCheck ??= this.#lenient(deviations)
    const { violation, applied = [] } = this.#repair(this.#tolerantCheck, deviations, copy)
    if (violation !== undefined) return []
    return [...new Set([...accepted, ...applied.map(({ deviation }) => deviation)])]
  }

  /**
   * The usable part of an invalid payload after all deviations were corrected; `undefined` if nothing can be used. The
   * payload itself is not changed.
   */
  salvage(received: unknown): object | undefined {
    const deviations = new Set([...OF_PAYLOADS, ...(this.#options.leniency.deviations ?? [])])
    this.#tolerantCheck ??= this.#lenient(deviations)
    const isObject = typeof received === 'object' && received !== null && !Array.isArray(received)
    const copy = isObject ? structuredClone(received) : {}
    const { payload, violation } = this.#repair(this.#tolerantCheck, deviations, copy)
    const used = violation === undefined ? payload : usable(this.#tolerantCheck.schema, payload)
    return used === UNUSABLE ? undefined : (used as object)
  }

  #repair(check: PayloadCheck, deviations: ReadonlySet<Deviation>, received: unknown): Admission {
    const { definition, leniency, message } = this.#options
    const { schema } = check
    const { keepDecimals = false } = leniency
    const wanted = { message, schema, deviations, keepDecimals, receivedAt: Date.now() }
    const { payload, applied } = repairPayload(received, wanted)
    const normalised = normalise(definition, schema, payload, leniency)
    return { payload: normalised, violation: check.violation(normalised), applied }
  }

  /** In a text a comma breaks no schema. */
  #withPoints(received: unknown): Admission {
    if (!hasComma(received as Measured)) return { payload: received, violation: undefined }
    const { message } = this.#options
    const wanted = { message, schema: this.#check.schema, deviations: POINTS, receivedAt: 0 }
    const { payload, applied } = repairPayload(received, wanted)
    return applied.length === 0 ? { payload, violation: undefined } : { payload, violation: undefined, applied }
  }

  #lenient(deviations: ReadonlySet<Deviation>): PayloadCheck {
    const { definition, leniency, message, schema } = this.#options
    return new PayloadCheck(
      definition,
      inboundSchema(definition, message, schema, { ...leniency, deviations: [...deviations] })
    )
  }
}

/** Samples of a valid message: their values are texts in 1.6 and numbers in 2.x. */
interface Measured {
  meterValue?: readonly Measurement[]
  transactionData?: readonly Measurement[]
}

interface Measurement {
  sampledValue: readonly { value: unknown }[]
}

/** Whether a sample of a valid message has a comma. It is asked for each message, hence the plain loops. */
function hasComma({ meterValue, transactionData }: Measured): boolean {
  for (const { sampledValue } of meterValue ?? transactionData ?? []) {
    for (const { value } of sampledValue) if (typeof value === 'string' && value.includes(',')) return true
  }
  return false
}
