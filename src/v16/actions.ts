import type { ActionDefinition } from '../schema.js'
import type { ActionName } from './interfaces.js'
import * as messages from './messages.js'

export type { ActionName, Actions, ChargePointAction, CsmsAction, SendAction } from './interfaces.js'

/** The actions of OCPP 1.6: who may send them, in which profile, and their payloads. */
export const actions: Readonly<Record<ActionName, ActionDefinition>> = {
  Authorize: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Core',
    request: messages.AuthorizeRequest,
    response: messages.AuthorizeResponse
  },
  BootNotification: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Core',
    request: messages.BootNotificationRequest,
    response: messages.BootNotificationResponse
  },
  CancelReservation: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Reservation',
    request: messages.CancelReservationRequest,
    response: messages.CancelReservationResponse
  },
  CertificateSigned: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Security',
    request: messages.CertificateSignedRequest,
    response: messages.CertificateSignedResponse
  },
  ChangeAvailability: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Core',
    request: messages.ChangeAvailabilityRequest,
    response: messages.ChangeAvailabilityResponse
  },
  ChangeConfiguration: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Core',
    request: messages.ChangeConfigurationRequest,
    response: messages.ChangeConfigurationResponse
  },
  ClearCache: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Core',
    request: messages.ClearCacheRequest,
    response: messages.ClearCacheResponse
  },
  ClearChargingProfile: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'SmartCharging',
    request: messages.ClearChargingProfileRequest,
    response: messages.ClearChargingProfileResponse
  },
  DataTransfer: {
    direction: 'both',
    messageType: 'CALL',
    block: 'Core',
    request: messages.DataTransferRequest,
    response: messages.DataTransferResponse
  },
  DeleteCertificate: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Security',
    request: messages.DeleteCertificateRequest,
    response: messages.DeleteCertificateResponse
  },
  DiagnosticsStatusNotification: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'FirmwareManagement',
    request: messages.DiagnosticsStatusNotificationRequest,
    response: messages.DiagnosticsStatusNotificationResponse
  },
  ExtendedTriggerMessage: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Security',
    request: messages.ExtendedTriggerMessageRequest,
    response: messages.ExtendedTriggerMessageResponse
  },
  FirmwareStatusNotification: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'FirmwareManagement',
    request: messages.FirmwareStatusNotificationRequest,
    response: messages.FirmwareStatusNotificationResponse
  },
  GetCompositeSchedule: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'SmartCharging',
    request: messages.GetCompositeScheduleRequest,
    response: messages.GetCompositeScheduleResponse
  },
  GetConfiguration: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Core',
    request: messages.GetConfigurationRequest,
    response: messages.GetConfigurationResponse
  },
  GetDiagnostics: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'FirmwareManagement',
    request: messages.GetDiagnosticsRequest,
    response: messages.GetDiagnosticsResponse
  },
  GetInstalledCertificateIds: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Security',
    request: messages.GetInstalledCertificateIdsRequest,
    response: messages.GetInstalledCertificateIdsResponse
  },
  GetLocalListVersion: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'LocalAuthListManagement',
    request: messages.GetLocalListVersionRequest,
    response: messages.GetLocalListVersionResponse
  },
  GetLog: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Security',
    request: messages.GetLogRequest,
    response: messages.GetLogResponse
  },
  Heartbeat: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Core',
    request: messages.HeartbeatRequest,
    response: messages.HeartbeatResponse
  },
  InstallCertificate: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Security',
    request: messages.InstallCertificateRequest,
    response: messages.InstallCertificateResponse
  },
  LogStatusNotification: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Security',
    request: messages.LogStatusNotificationRequest,
    response: messages.LogStatusNotificationResponse
  },
  MeterValues: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Core',
    request: messages.MeterValuesRequest,
    response: messages.MeterValuesResponse
  },
  RemoteStartTransaction: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Core',
    request: messages.RemoteStartTransactionRequest,
    response: messages.RemoteStartTransactionResponse
  },
  RemoteStopTransaction: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Core',
    request: messages.RemoteStopTransactionRequest,
    response: messages.RemoteStopTransactionResponse
  },
  ReserveNow: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Reservation',
    request: messages.ReserveNowRequest,
    response: messages.ReserveNowResponse
  },
  Reset: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Core',
    request: messages.ResetRequest,
    response: messages.ResetResponse
  },
  SecurityEventNotification: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Security',
    request: messages.SecurityEventNotificationRequest,
    response: messages.SecurityEventNotificationResponse
  },
  SendLocalList: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'LocalAuthListManagement',
    request: messages.SendLocalListRequest,
    response: messages.SendLocalListResponse
  },
  SetChargingProfile: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'SmartCharging',
    request: messages.SetChargingProfileRequest,
    response: messages.SetChargingProfileResponse
  },
  SignCertificate: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Security',
    request: messages.SignCertificateRequest,
    response: messages.SignCertificateResponse
  },
  SignedFirmwareStatusNotification: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Security',
    request: messages.SignedFirmwareStatusNotificationRequest,
    response: messages.SignedFirmwareStatusNotificationResponse
  },
  SignedUpdateFirmware: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Security',
    request: messages.SignedUpdateFirmwareRequest,
    response: messages.SignedUpdateFirmwareResponse
  },
  StartTransaction: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Core',
    request: messages.StartTransactionRequest,
    response: messages.StartTransactionResponse
  },
  StatusNotification: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Core',
    request: messages.StatusNotificationRequest,
    response: messages.StatusNotificationResponse
  },
  StopTransaction: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Core',
    request: messages.StopTransactionRequest,
    response: messages.StopTransactionResponse
  },
  TriggerMessage: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'RemoteTrigger',
    request: messages.TriggerMessageRequest,
    response: messages.TriggerMessageResponse
  },
  UnlockConnector: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Core',
    request: messages.UnlockConnectorRequest,
    response: messages.UnlockConnectorResponse
  },
  UpdateFirmware: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'FirmwareManagement',
    request: messages.UpdateFirmwareRequest,
    response: messages.UpdateFirmwareResponse
  }
}
