import { installCertificate, listInstalledCertificates, removeCertificate } from './certificates.js'
import { getConfiguration, setConfiguration } from './configuration.js'
import { updateFirmware, uploadLog } from './files.js'
import { dynamicLimit, priorityCharging } from './live-limits.js'
import { sendLocalList } from './local-list.js'
import type { AnyOperation } from './operation.js'
import { setPassword } from './password.js'
import { availability, clearCache, reset, trigger } from './remote-control.js'
import { cancelReservation, reserve } from './reservations.js'
import { chargingLimit, clearChargingLimit } from './smart-charging.js'
import { start, stop, unlock } from './start-stop.js'
import { setTariffs } from './tariffs.js'

/** All operations by their name in the URL, with the implementation for each version. */
export const OPERATIONS = {
  start,
  stop,
  reset,
  unlock,
  availability,
  reserve,
  'cancel-reservation': cancelReservation,
  trigger,
  'charging-limit': chargingLimit,
  'clear-charging-limit': clearChargingLimit,
  'priority-charging': priorityCharging,
  'dynamic-limit': dynamicLimit,
  'clear-cache': clearCache,
  'update-firmware': updateFirmware,
  'upload-log': uploadLog,
  'send-local-list': sendLocalList,
  'get-configuration': getConfiguration,
  'set-configuration': setConfiguration,
  'set-password': setPassword,
  'set-tariffs': setTariffs,
  'install-certificate': installCertificate,
  'delete-certificate': removeCertificate,
  'list-certificates': listInstalledCertificates
} as const satisfies Readonly<Record<string, AnyOperation>>

export type OperationName = keyof typeof OPERATIONS
