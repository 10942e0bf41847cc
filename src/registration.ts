import type { RegistrationStatus } from './types/protocol.js'

const BOOT = 'BootNotification'

/**
 * Messages that a charge point may send before it is accepted: the BootNotification, and what a CALL
 * of ours asked for. [OCPP-J 1.6 errata 3.10; 2.x B01.FR.10, B02.FR.09, B03.FR.07]
 */
export class Registration {
  #status: RegistrationStatus | undefined
  /** Actions that the charge point may send because a CALL of ours asked for them. */
  #solicited: Set<string> | undefined

  constructor(status: RegistrationStatus | undefined) {
    this.#status = status
  }

  /** The status in the last answer to a BootNotification. */
  get status(): RegistrationStatus | undefined {
    return this.#status
  }

  /** Whether the charge point may send this action now. */
  admits(action: string): boolean {
    if (this.#status === 'Accepted') return true
    return action === BOOT || (this.#status !== 'Rejected' && this.#solicited?.has(action) === true)
  }

  /** A CALL of the charge point is answered with this payload. */
  answered(action: string, response: unknown): void {
    if (action === BOOT) this.#status = statusIn(response)
  }

  /** A CALL of ours goes to the charge point. */
  called(action: string, payload: unknown): void {
    if (this.#status === 'Accepted') return
    for (const solicited of solicitedBy(action, payload)) {
      this.#solicited ??= new Set()
      this.#solicited.add(solicited)
    }
  }
}

/** The status of a well-formed answer. A validation policy may let any answer out, and only a clear one counts. */
function statusIn(response: unknown): RegistrationStatus | undefined {
  const status = (response as { status?: unknown } | undefined | null)?.status
  return status === 'Accepted' || status === 'Pending' || status === 'Rejected' ? status : undefined
}

const REPORTS = ['NotifyReport']
const MONITORING = ['NotifyMonitoringReport']

/**
 * Messages that a charge point sends because of a CALL of ours, and may send before it is accepted. TriggerMessage
 * names its message itself. [2.x B02.FR.05, B02.FR.09; 1.6-J errata 3.10]
 */
const SOLICITED = new Map<string, readonly string[]>([
  ['GetBaseReport', REPORTS],
  ['GetReport', REPORTS],
  ['GetMonitoringReport', MONITORING],
  ['SetMonitoringBase', MONITORING],
  ['GetDiagnostics', ['DiagnosticsStatusNotification']],
  ['GetLog', ['LogStatusNotification']],
  ['UpdateFirmware', ['FirmwareStatusNotification']],
  ['SignedUpdateFirmware', ['SignedFirmwareStatusNotification']],
  ['PublishFirmware', ['PublishFirmwareStatusNotification']],
  ['GetDisplayMessages', ['NotifyDisplayMessages']],
  ['CustomerInformation', ['NotifyCustomerInformation']],
  ['GetChargingProfiles', ['ReportChargingProfiles']],
  ['GetDERControl', ['ReportDERControl']]
])

/** Actions for which a `requestedMessage` of TriggerMessage stands, where it is not the action itself. */
const TRIGGERED: ReadonlyMap<string, string> = new Map([
  ['SignChargePointCertificate', 'SignCertificate'],
  ['SignChargingStationCertificate', 'SignCertificate'],
  ['SignV2GCertificate', 'SignCertificate'],
  ['SignV2G20Certificate', 'SignCertificate'],
  ['SignCombinedCertificate', 'SignCertificate']
])

/** The actions that a CALL of ours entitles the charge point to send. */
function solicitedBy(action: string, payload: unknown): readonly string[] {
  if (action !== 'TriggerMessage' && action !== 'ExtendedTriggerMessage') return SOLICITED.get(action) ?? []
  const requested = (payload as { requestedMessage?: unknown } | null)?.requestedMessage
  if (typeof requested !== 'string') return []
  // ExtendedTriggerMessage(FirmwareStatusNotification) asks for the signed one. [1.6 security whitepaper]
  if (action === 'ExtendedTriggerMessage' && requested === 'FirmwareStatusNotification') {
    return ['SignedFirmwareStatusNotification']
  }
  return [TRIGGERED.get(requested) ?? requested]
}
