import type { ActionDefinition } from '../schema.js'
import type { ActionName } from './interfaces.js'
import * as messages from './messages.js'

export type { ActionName, Actions, ChargePointAction, CsmsAction, SendAction } from './interfaces.js'

/** The actions of OCPP 2.0.1: who may send them, in which functional block, and their payloads. */
export const actions: Readonly<Record<ActionName, ActionDefinition>> = {
  Authorize: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Authorization',
    request: messages.AuthorizeRequest,
    response: messages.AuthorizeResponse
  },
  BootNotification: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Provisioning',
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
    block: 'Availability',
    request: messages.ChangeAvailabilityRequest,
    response: messages.ChangeAvailabilityResponse
  },
  ClearCache: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Authorization',
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
  ClearDisplayMessage: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'DisplayMessage',
    request: messages.ClearDisplayMessageRequest,
    response: messages.ClearDisplayMessageResponse
  },
  ClearVariableMonitoring: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Diagnostics',
    request: messages.ClearVariableMonitoringRequest,
    response: messages.ClearVariableMonitoringResponse
  },
  ClearedChargingLimit: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'SmartCharging',
    request: messages.ClearedChargingLimitRequest,
    response: messages.ClearedChargingLimitResponse
  },
  CostUpdated: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'TariffAndCost',
    request: messages.CostUpdatedRequest,
    response: messages.CostUpdatedResponse
  },
  CustomerInformation: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Diagnostics',
    request: messages.CustomerInformationRequest,
    response: messages.CustomerInformationResponse
  },
  DataTransfer: {
    direction: 'both',
    messageType: 'CALL',
    block: 'DataTransfer',
    request: messages.DataTransferRequest,
    response: messages.DataTransferResponse
  },
  DeleteCertificate: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'ISO15118CertificateManagement',
    request: messages.DeleteCertificateRequest,
    response: messages.DeleteCertificateResponse
  },
  FirmwareStatusNotification: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'FirmwareManagement',
    request: messages.FirmwareStatusNotificationRequest,
    response: messages.FirmwareStatusNotificationResponse
  },
  Get15118EVCertificate: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'ISO15118CertificateManagement',
    request: messages.Get15118EVCertificateRequest,
    response: messages.Get15118EVCertificateResponse
  },
  GetBaseReport: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Provisioning',
    request: messages.GetBaseReportRequest,
    response: messages.GetBaseReportResponse
  },
  GetCertificateStatus: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'ISO15118CertificateManagement',
    request: messages.GetCertificateStatusRequest,
    response: messages.GetCertificateStatusResponse
  },
  GetChargingProfiles: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'SmartCharging',
    request: messages.GetChargingProfilesRequest,
    response: messages.GetChargingProfilesResponse
  },
  GetCompositeSchedule: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'SmartCharging',
    request: messages.GetCompositeScheduleRequest,
    response: messages.GetCompositeScheduleResponse
  },
  GetDisplayMessages: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'DisplayMessage',
    request: messages.GetDisplayMessagesRequest,
    response: messages.GetDisplayMessagesResponse
  },
  GetInstalledCertificateIds: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'ISO15118CertificateManagement',
    request: messages.GetInstalledCertificateIdsRequest,
    response: messages.GetInstalledCertificateIdsResponse
  },
  GetLocalListVersion: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'LocalAuthorizationListManagement',
    request: messages.GetLocalListVersionRequest,
    response: messages.GetLocalListVersionResponse
  },
  GetLog: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Diagnostics',
    request: messages.GetLogRequest,
    response: messages.GetLogResponse
  },
  GetMonitoringReport: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Diagnostics',
    request: messages.GetMonitoringReportRequest,
    response: messages.GetMonitoringReportResponse
  },
  GetReport: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Provisioning',
    request: messages.GetReportRequest,
    response: messages.GetReportResponse
  },
  GetTransactionStatus: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Transactions',
    request: messages.GetTransactionStatusRequest,
    response: messages.GetTransactionStatusResponse
  },
  GetVariables: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Provisioning',
    request: messages.GetVariablesRequest,
    response: messages.GetVariablesResponse
  },
  Heartbeat: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Availability',
    request: messages.HeartbeatRequest,
    response: messages.HeartbeatResponse
  },
  InstallCertificate: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'ISO15118CertificateManagement',
    request: messages.InstallCertificateRequest,
    response: messages.InstallCertificateResponse
  },
  LogStatusNotification: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Diagnostics',
    request: messages.LogStatusNotificationRequest,
    response: messages.LogStatusNotificationResponse
  },
  MeterValues: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'MeterValues',
    request: messages.MeterValuesRequest,
    response: messages.MeterValuesResponse
  },
  NotifyChargingLimit: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'SmartCharging',
    request: messages.NotifyChargingLimitRequest,
    response: messages.NotifyChargingLimitResponse
  },
  NotifyCustomerInformation: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Diagnostics',
    request: messages.NotifyCustomerInformationRequest,
    response: messages.NotifyCustomerInformationResponse
  },
  NotifyDisplayMessages: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'DisplayMessage',
    request: messages.NotifyDisplayMessagesRequest,
    response: messages.NotifyDisplayMessagesResponse
  },
  NotifyEVChargingNeeds: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'SmartCharging',
    request: messages.NotifyEVChargingNeedsRequest,
    response: messages.NotifyEVChargingNeedsResponse
  },
  NotifyEVChargingSchedule: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'SmartCharging',
    request: messages.NotifyEVChargingScheduleRequest,
    response: messages.NotifyEVChargingScheduleResponse
  },
  NotifyEvent: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Diagnostics',
    request: messages.NotifyEventRequest,
    response: messages.NotifyEventResponse
  },
  NotifyMonitoringReport: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Diagnostics',
    request: messages.NotifyMonitoringReportRequest,
    response: messages.NotifyMonitoringReportResponse
  },
  NotifyReport: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Provisioning',
    request: messages.NotifyReportRequest,
    response: messages.NotifyReportResponse
  },
  PublishFirmware: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'FirmwareManagement',
    request: messages.PublishFirmwareRequest,
    response: messages.PublishFirmwareResponse
  },
  PublishFirmwareStatusNotification: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'FirmwareManagement',
    request: messages.PublishFirmwareStatusNotificationRequest,
    response: messages.PublishFirmwareStatusNotificationResponse
  },
  ReportChargingProfiles: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'SmartCharging',
    request: messages.ReportChargingProfilesRequest,
    response: messages.ReportChargingProfilesResponse
  },
  RequestStartTransaction: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'RemoteControl',
    request: messages.RequestStartTransactionRequest,
    response: messages.RequestStartTransactionResponse
  },
  RequestStopTransaction: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'RemoteControl',
    request: messages.RequestStopTransactionRequest,
    response: messages.RequestStopTransactionResponse
  },
  ReservationStatusUpdate: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Reservation',
    request: messages.ReservationStatusUpdateRequest,
    response: messages.ReservationStatusUpdateResponse
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
    block: 'Provisioning',
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
    block: 'LocalAuthorizationListManagement',
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
  SetDisplayMessage: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'DisplayMessage',
    request: messages.SetDisplayMessageRequest,
    response: messages.SetDisplayMessageResponse
  },
  SetMonitoringBase: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Diagnostics',
    request: messages.SetMonitoringBaseRequest,
    response: messages.SetMonitoringBaseResponse
  },
  SetMonitoringLevel: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Diagnostics',
    request: messages.SetMonitoringLevelRequest,
    response: messages.SetMonitoringLevelResponse
  },
  SetNetworkProfile: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Provisioning',
    request: messages.SetNetworkProfileRequest,
    response: messages.SetNetworkProfileResponse
  },
  SetVariableMonitoring: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Diagnostics',
    request: messages.SetVariableMonitoringRequest,
    response: messages.SetVariableMonitoringResponse
  },
  SetVariables: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'Provisioning',
    request: messages.SetVariablesRequest,
    response: messages.SetVariablesResponse
  },
  SignCertificate: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Security',
    request: messages.SignCertificateRequest,
    response: messages.SignCertificateResponse
  },
  StatusNotification: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Availability',
    request: messages.StatusNotificationRequest,
    response: messages.StatusNotificationResponse
  },
  TransactionEvent: {
    direction: 'chargePoint',
    messageType: 'CALL',
    block: 'Transactions',
    request: messages.TransactionEventRequest,
    response: messages.TransactionEventResponse
  },
  TriggerMessage: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'RemoteControl',
    request: messages.TriggerMessageRequest,
    response: messages.TriggerMessageResponse
  },
  UnlockConnector: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'RemoteControl',
    request: messages.UnlockConnectorRequest,
    response: messages.UnlockConnectorResponse
  },
  UnpublishFirmware: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'FirmwareManagement',
    request: messages.UnpublishFirmwareRequest,
    response: messages.UnpublishFirmwareResponse
  },
  UpdateFirmware: {
    direction: 'csms',
    messageType: 'CALL',
    block: 'FirmwareManagement',
    request: messages.UpdateFirmwareRequest,
    response: messages.UpdateFirmwareResponse
  }
}
