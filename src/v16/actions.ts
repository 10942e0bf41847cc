import { type ActionDefinition, calls } from '../schema.js'
import type { ActionName } from './interfaces.js'
import * as messages from './messages.js'

export type { ActionName, Actions, ChargePointAction, CsmsAction, SendAction } from './interfaces.js'

/** The actions of OCPP 1.6: the sender of the request, the profile, and the payloads. */
export const actions: Readonly<Record<ActionName, ActionDefinition>> = calls(messages, {
  Authorize: ['chargePoint', 'Core'],
  BootNotification: ['chargePoint', 'Core'],
  CancelReservation: ['csms', 'Reservation'],
  CertificateSigned: ['csms', 'Security'],
  ChangeAvailability: ['csms', 'Core'],
  ChangeConfiguration: ['csms', 'Core'],
  ClearCache: ['csms', 'Core'],
  ClearChargingProfile: ['csms', 'SmartCharging'],
  DataTransfer: ['both', 'Core'],
  DeleteCertificate: ['csms', 'Security'],
  DiagnosticsStatusNotification: ['chargePoint', 'FirmwareManagement'],
  ExtendedTriggerMessage: ['csms', 'Security'],
  FirmwareStatusNotification: ['chargePoint', 'FirmwareManagement'],
  GetCompositeSchedule: ['csms', 'SmartCharging'],
  GetConfiguration: ['csms', 'Core'],
  GetDiagnostics: ['csms', 'FirmwareManagement'],
  GetInstalledCertificateIds: ['csms', 'Security'],
  GetLocalListVersion: ['csms', 'LocalAuthListManagement'],
  GetLog: ['csms', 'Security'],
  Heartbeat: ['chargePoint', 'Core'],
  InstallCertificate: ['csms', 'Security'],
  LogStatusNotification: ['chargePoint', 'Security'],
  MeterValues: ['chargePoint', 'Core'],
  RemoteStartTransaction: ['csms', 'Core'],
  RemoteStopTransaction: ['csms', 'Core'],
  ReserveNow: ['csms', 'Reservation'],
  Reset: ['csms', 'Core'],
  SecurityEventNotification: ['chargePoint', 'Security'],
  SendLocalList: ['csms', 'LocalAuthListManagement'],
  SetChargingProfile: ['csms', 'SmartCharging'],
  SignCertificate: ['chargePoint', 'Security'],
  SignedFirmwareStatusNotification: ['chargePoint', 'Security'],
  SignedUpdateFirmware: ['csms', 'Security'],
  StartTransaction: ['chargePoint', 'Core'],
  StatusNotification: ['chargePoint', 'Core'],
  StopTransaction: ['chargePoint', 'Core'],
  TriggerMessage: ['csms', 'RemoteTrigger'],
  UnlockConnector: ['csms', 'Core'],
  UpdateFirmware: ['csms', 'FirmwareManagement']
})
