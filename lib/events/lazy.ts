import type { EventData } from './event.js'

/** Makes the events of one type from their sources. */
export interface LazyKind<Type extends keyof EventData, Told> {
  readonly type: Type
  /** Estimated UTF-16 units of the event without the identity of its charge point. */
  sizeOf(told: Told): number
  dataOf(told: Told): EventData[Type]
}

/** An event whose data is made when it is read, because most events are never read. Nothing may change `told`. */
export class LazyEvent<Type extends keyof EventData, Told> {
  readonly chargePoint: string
  readonly #kind: LazyKind<Type, Told>
  readonly #told: Told

  constructor(kind: LazyKind<Type, Told>, chargePoint: string, told: Told) {
    this.#kind = kind
    this.chargePoint = chargePoint
    this.#told = told
  }

  get type(): Type {
    return this.#kind.type
  }

  get size(): number {
    return this.chargePoint.length + this.#kind.sizeOf(this.#told)
  }

  get data(): EventData[Type] {
    return this.#kind.dataOf(this.#told)
  }
}
