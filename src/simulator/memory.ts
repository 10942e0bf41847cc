import type { KeyObject } from 'node:crypto'
import type * as v21 from '../v21/index.js'
import type { Certificate } from './certificates.js'
import type { Task } from './scheduler.js'

/** A monitor that the CSMS has set. */
export interface Monitor {
  readonly id: number
  readonly data: v21.SetMonitoringDataType
  task: Task | undefined
  /** The event stream that reports the variable, if there is one. */
  stream: { params: v21.PeriodicEventStreamParamsType; opened: boolean } | undefined
}

/** Data that the CSMS has stored in a charger. Each map is created when it is first needed, so that a fleet stays small. */
export class Memory {
  #certificates: Map<string, Certificate> | undefined
  #displays: Map<number, v21.MessageInfoType> | undefined
  #monitors: Map<number, Monitor> | undefined
  #tariffs: Map<number, v21.TariffType> | undefined
  #derControls: Map<string, v21.SetDERControlRequest> | undefined
  #firmwares: Set<string> | undefined
  #networkProfiles: Map<number, v21.NetworkConnectionProfileType> | undefined
  #requestedKeys: Map<string, KeyObject> | undefined

  /** By serial number. */
  get certificates(): Map<string, Certificate> {
    this.#certificates ??= new Map()
    return this.#certificates
  }

  get displays(): Map<number, v21.MessageInfoType> {
    this.#displays ??= new Map()
    return this.#displays
  }

  get monitors(): Map<number, Monitor> {
    this.#monitors ??= new Map()
    return this.#monitors
  }

  /** Default tariffs by EVSE. */
  get tariffs(): Map<number, v21.TariffType> {
    this.#tariffs ??= new Map()
    return this.#tariffs
  }

  get derControls(): Map<string, v21.SetDERControlRequest> {
    this.#derControls ??= new Map()
    return this.#derControls
  }

  /** Checksums of the firmware that is published. */
  get firmwares(): Set<string> {
    this.#firmwares ??= new Set()
    return this.#firmwares
  }

  get networkProfiles(): Map<number, v21.NetworkConnectionProfileType> {
    this.#networkProfiles ??= new Map()
    return this.#networkProfiles
  }

  /** Private keys of the certificates that were requested, by the use of the certificate. */
  get requestedKeys(): Map<string, KeyObject> {
    this.#requestedKeys ??= new Map()
    return this.#requestedKeys
  }
}
