import { CallError } from '../../errors.js'
import type { CsmsAction } from '../../types/protocol.js'
import type { Charger } from '../charger.js'
import { findTransaction } from '../model/station.js'
import { type Answers, call } from './calls.js'
import { authorization, display, tariffs } from './customers.js'
import { derControl } from './der.js'
import { monitoring } from './monitors.js'
import { smartCharging } from './profiles.js'
import { provisioning } from './provisioning.js'
import { remoteControl } from './remote-control.js'
import { firmwareAndLogs, security } from './security.js'

/** The remaining actions. */
const others: Answers<
  'DataTransfer' | 'AFRRSignal' | 'NotifyAllowedEnergyTransfer' | 'NotifyWebPaymentStarted' | 'RequestBatterySwap'
> = {
  DataTransfer: () => ({ status: 'UnknownVendorId' }),
  AFRRSignal: ({ station }) => ({
    status: findTransaction(station, () => true) === undefined ? 'Rejected' : 'Accepted'
  }),
  NotifyAllowedEnergyTransfer: ({ station }, { transactionId }) => ({
    status: findTransaction(station, ({ id }) => id === transactionId) === undefined ? 'Rejected' : 'Accepted'
  }),
  NotifyWebPaymentStarted: () => ({}),
  // A full battery is taken out, then an empty one is put in. [2.1 S]
  RequestBatterySwap: (charger, { requestId, idToken }) => {
    charger.afterwards(async () => {
      for (const [eventType, soC] of [
        ['BatteryOut', 100],
        ['BatteryIn', 20]
      ] as const) {
        const batteryData = [{ evseId: 1, serialNumber: `SIM-${eventType}`, soC, soH: 98 }]
        await call(charger, 'BatterySwap', { batteryData, eventType, idToken, requestId })
      }
    })
    return { status: 'Accepted' }
  }
}

/** All actions that a CSMS may send in 2.1; 2.0.1 has some of them. */
const ANSWERS: Answers<CsmsAction<'ocpp2.1'>> = {
  ...provisioning,
  ...authorization,
  ...remoteControl,
  ...smartCharging,
  ...security,
  ...firmwareAndLogs,
  ...monitoring,
  ...display,
  ...tariffs,
  ...derControl,
  ...others
}

/** Answers a request of the CSMS in 2.x. */
export function answer2(charger: Charger, action: string, request: unknown): unknown {
  const answer = ANSWERS[action as CsmsAction<'ocpp2.1'>] as
    | ((charger: Charger, request: unknown) => unknown)
    | undefined
  if (answer === undefined) throw new CallError('NotImplemented')
  charger.emit('request', { action })
  return answer(charger, request)
}
