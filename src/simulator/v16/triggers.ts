import type * as v16 from '../../v16/index.js'
import type { Charger } from '../charger.js'
import { connectorAt, type Evse, statusOf } from '../model/station.js'
import { call } from './calls.js'

type Sender = (charger: Charger, evses: readonly Evse[]) => Promise<unknown>

/** Senders of the messages that TriggerMessage and ExtendedTriggerMessage request. */
const SENDERS: Readonly<Record<v16.MessageTrigger | v16.MessageTriggerEnumType, Sender>> = {
  BootNotification: (charger) => charger.boot('Triggered'),
  Heartbeat: (charger) => call(charger, 'Heartbeat', {}),
  DiagnosticsStatusNotification: (charger) =>
    call(charger, 'DiagnosticsStatusNotification', {
      status: charger.logStatus === 'Uploading' ? 'Uploading' : 'Idle'
    }),
  LogStatusNotification: (charger) =>
    call(charger, 'LogStatusNotification', { status: charger.logStatus === 'Uploading' ? 'Uploading' : 'Idle' }),
  FirmwareStatusNotification: (charger) =>
    call(charger, 'FirmwareStatusNotification', { status: unsigned(charger.firmwareStatus) }),
  SignChargePointCertificate: (charger) =>
    call(charger, 'SignCertificate', { csr: charger.requestCertificate('ChargePointCertificate') }),
  StatusNotification: (charger, evses) =>
    Promise.all(
      evses.flatMap((evse) =>
        evse.connectors.map((connector) =>
          charger.dialect.status(charger, evse, connector, statusOf(charger.station, evse, connector))
        )
      )
    ),
  MeterValues: async (charger, evses) => {
    for (const evse of evses) {
      if (evse.transaction === undefined) await charger.dialect.meterValues(charger, evse, 'Trigger')
      else charger.dialect.updated(charger, evse, evse.transaction, 'Trigger')
    }
  }
}

const UNSIGNED = new Set([
  'Downloaded',
  'DownloadFailed',
  'Downloading',
  'InstallationFailed',
  'Installing',
  'Installed'
])

function unsigned(status: string): v16.FirmwareStatus {
  return UNSIGNED.has(status) ? (status as v16.FirmwareStatus) : 'Idle'
}

/** [1.6 §5.17; security whitepaper §4.4] */
export function trigger(
  charger: Charger,
  { requestedMessage, connectorId }: v16.TriggerMessageRequest | v16.ExtendedTriggerMessageRequest,
  isExtended: boolean
): v16.TriggerMessageResponse {
  const evses = evsesAt(charger, connectorId)
  if (evses === undefined) return { status: 'Rejected' }
  if (isExtended && requestedMessage === 'FirmwareStatusNotification') {
    const status = charger.firmwareStatus as v16.FirmwareStatusEnumType
    charger.afterwards(() => call(charger, 'SignedFirmwareStatusNotification', { status }))
  } else {
    charger.afterwards(() => SENDERS[requestedMessage](charger, evses))
  }
  return { status: 'Accepted' }
}

function evsesAt(charger: Charger, connectorId: number | undefined): readonly Evse[] | undefined {
  if (connectorId === undefined || connectorId === 0) return charger.station.evses
  const found = connectorAt(charger.station, connectorId)
  return found && [found.evse]
}
