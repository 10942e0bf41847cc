import { type TUnsafe, Type } from '@sinclair/typebox'
import { closed, dateTime, uri } from '../schema.js'
import type {
  AuthorizeRequest,
  AuthorizeResponse,
  BootNotificationRequest,
  BootNotificationResponse,
  CancelReservationRequest,
  CancelReservationResponse,
  CertificateSignedRequest,
  CertificateSignedResponse,
  ChangeAvailabilityRequest,
  ChangeAvailabilityResponse,
  ChangeConfigurationRequest,
  ChangeConfigurationResponse,
  ClearCacheRequest,
  ClearCacheResponse,
  ClearChargingProfileRequest,
  ClearChargingProfileResponse,
  DataTransferRequest,
  DataTransferResponse,
  DeleteCertificateRequest,
  DeleteCertificateResponse,
  DiagnosticsStatusNotificationRequest,
  DiagnosticsStatusNotificationResponse,
  ExtendedTriggerMessageRequest,
  ExtendedTriggerMessageResponse,
  FirmwareStatusNotificationRequest,
  FirmwareStatusNotificationResponse,
  GetCompositeScheduleRequest,
  GetCompositeScheduleResponse,
  GetConfigurationRequest,
  GetConfigurationResponse,
  GetDiagnosticsRequest,
  GetDiagnosticsResponse,
  GetInstalledCertificateIdsRequest,
  GetInstalledCertificateIdsResponse,
  GetLocalListVersionRequest,
  GetLocalListVersionResponse,
  GetLogRequest,
  GetLogResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  InstallCertificateRequest,
  InstallCertificateResponse,
  LogStatusNotificationRequest,
  LogStatusNotificationResponse,
  MeterValuesRequest,
  MeterValuesResponse,
  RemoteStartTransactionRequest,
  RemoteStartTransactionResponse,
  RemoteStopTransactionRequest,
  RemoteStopTransactionResponse,
  ReserveNowRequest,
  ReserveNowResponse,
  ResetRequest,
  ResetResponse,
  SecurityEventNotificationRequest,
  SecurityEventNotificationResponse,
  SendLocalListRequest,
  SendLocalListResponse,
  SetChargingProfileRequest,
  SetChargingProfileResponse,
  SignCertificateRequest,
  SignCertificateResponse,
  SignedFirmwareStatusNotificationRequest,
  SignedFirmwareStatusNotificationResponse,
  SignedUpdateFirmwareRequest,
  SignedUpdateFirmwareResponse,
  StartTransactionRequest,
  StartTransactionResponse,
  StatusNotificationRequest,
  StatusNotificationResponse,
  StopTransactionRequest,
  StopTransactionResponse,
  TriggerMessageRequest,
  TriggerMessageResponse,
  UnlockConnectorRequest,
  UnlockConnectorResponse,
  UpdateFirmwareRequest,
  UpdateFirmwareResponse
} from './interfaces.js'
import {
  AuthorizationData,
  AvailabilityStatus,
  AvailabilityType,
  CancelReservationStatus,
  CertificateHashDataType,
  CertificateSignedStatusEnumType,
  CertificateUseEnumType,
  ChargePointErrorCode,
  ChargePointStatus,
  ChargingProfile,
  ChargingProfilePurposeType,
  ChargingProfileStatus,
  ChargingRateUnitType,
  ChargingSchedule,
  ClearCacheStatus,
  ClearChargingProfileStatus,
  ConfigurationStatus,
  DataTransferStatus,
  DeleteCertificateStatusEnumType,
  DiagnosticsStatus,
  FirmwareStatus,
  FirmwareStatusEnumType,
  FirmwareType,
  GenericStatusEnumType,
  GetCompositeScheduleStatus,
  GetInstalledCertificateStatusEnumType,
  IdTagInfo,
  InstallCertificateStatusEnumType,
  KeyValue,
  LogEnumType,
  LogParametersType,
  LogStatusEnumType,
  MessageTrigger,
  MessageTriggerEnumType,
  MeterValue,
  Reason,
  RegistrationStatus,
  RemoteStartStopStatus,
  ReservationStatus,
  ResetStatus,
  ResetType,
  TriggerMessageStatus,
  TriggerMessageStatusEnumType,
  UnlockStatus,
  UpdateFirmwareStatusEnumType,
  UpdateStatus,
  UpdateType,
  UploadLogStatusEnumType
} from './types.js'

const AuthorizeRequest: TUnsafe<AuthorizeRequest> = closed({
  idTag: Type.String({ maxLength: 20 })
})

const AuthorizeResponse: TUnsafe<AuthorizeResponse> = closed({
  idTagInfo: IdTagInfo
})

const BootNotificationRequest: TUnsafe<BootNotificationRequest> = closed({
  chargePointVendor: Type.String({ maxLength: 20 }),
  chargePointModel: Type.String({ maxLength: 20 }),
  chargePointSerialNumber: Type.Optional(Type.String({ maxLength: 25 })),
  chargeBoxSerialNumber: Type.Optional(Type.String({ maxLength: 25 })),
  firmwareVersion: Type.Optional(Type.String({ maxLength: 50 })),
  iccid: Type.Optional(Type.String({ maxLength: 20 })),
  imsi: Type.Optional(Type.String({ maxLength: 20 })),
  meterType: Type.Optional(Type.String({ maxLength: 25 })),
  meterSerialNumber: Type.Optional(Type.String({ maxLength: 25 }))
})

const BootNotificationResponse: TUnsafe<BootNotificationResponse> = closed({
  status: RegistrationStatus,
  currentTime: dateTime(),
  interval: Type.Integer()
})

const CancelReservationRequest: TUnsafe<CancelReservationRequest> = closed({
  reservationId: Type.Integer()
})

const CancelReservationResponse: TUnsafe<CancelReservationResponse> = closed({
  status: CancelReservationStatus
})

const CertificateSignedRequest: TUnsafe<CertificateSignedRequest> = closed({
  certificateChain: Type.String({ maxLength: 10000 })
})

const CertificateSignedResponse: TUnsafe<CertificateSignedResponse> = closed({
  status: CertificateSignedStatusEnumType
})

const ChangeAvailabilityRequest: TUnsafe<ChangeAvailabilityRequest> = closed({
  connectorId: Type.Integer(),
  type: AvailabilityType
})

const ChangeAvailabilityResponse: TUnsafe<ChangeAvailabilityResponse> = closed({
  status: AvailabilityStatus
})

const ChangeConfigurationRequest: TUnsafe<ChangeConfigurationRequest> = closed({
  key: Type.String({ maxLength: 50 }),
  value: Type.String({ maxLength: 500 })
})

const ChangeConfigurationResponse: TUnsafe<ChangeConfigurationResponse> = closed({
  status: ConfigurationStatus
})

const ClearCacheRequest: TUnsafe<ClearCacheRequest> = closed({})

const ClearCacheResponse: TUnsafe<ClearCacheResponse> = closed({
  status: ClearCacheStatus
})

const ClearChargingProfileRequest: TUnsafe<ClearChargingProfileRequest> = closed({
  id: Type.Optional(Type.Integer()),
  connectorId: Type.Optional(Type.Integer()),
  chargingProfilePurpose: Type.Optional(ChargingProfilePurposeType),
  stackLevel: Type.Optional(Type.Integer())
})

const ClearChargingProfileResponse: TUnsafe<ClearChargingProfileResponse> = closed({
  status: ClearChargingProfileStatus
})

const DataTransferRequest: TUnsafe<DataTransferRequest> = closed({
  vendorId: Type.String({ maxLength: 255 }),
  messageId: Type.Optional(Type.String({ maxLength: 50 })),
  data: Type.Optional(Type.String())
})

const DataTransferResponse: TUnsafe<DataTransferResponse> = closed({
  status: DataTransferStatus,
  data: Type.Optional(Type.String())
})

const DeleteCertificateRequest: TUnsafe<DeleteCertificateRequest> = closed({
  certificateHashData: CertificateHashDataType
})

const DeleteCertificateResponse: TUnsafe<DeleteCertificateResponse> = closed({
  status: DeleteCertificateStatusEnumType
})

const DiagnosticsStatusNotificationRequest: TUnsafe<DiagnosticsStatusNotificationRequest> = closed({
  status: DiagnosticsStatus
})

const DiagnosticsStatusNotificationResponse: TUnsafe<DiagnosticsStatusNotificationResponse> = closed({})

const ExtendedTriggerMessageRequest: TUnsafe<ExtendedTriggerMessageRequest> = closed({
  requestedMessage: MessageTriggerEnumType,
  connectorId: Type.Optional(Type.Integer())
})

const ExtendedTriggerMessageResponse: TUnsafe<ExtendedTriggerMessageResponse> = closed({
  status: TriggerMessageStatusEnumType
})

const FirmwareStatusNotificationRequest: TUnsafe<FirmwareStatusNotificationRequest> = closed({
  status: FirmwareStatus
})

const FirmwareStatusNotificationResponse: TUnsafe<FirmwareStatusNotificationResponse> = closed({})

const GetCompositeScheduleRequest: TUnsafe<GetCompositeScheduleRequest> = closed({
  connectorId: Type.Integer(),
  duration: Type.Integer(),
  chargingRateUnit: Type.Optional(ChargingRateUnitType)
})

const GetCompositeScheduleResponse: TUnsafe<GetCompositeScheduleResponse> = closed({
  status: GetCompositeScheduleStatus,
  connectorId: Type.Optional(Type.Integer()),
  scheduleStart: Type.Optional(dateTime()),
  chargingSchedule: Type.Optional(ChargingSchedule)
})

const GetConfigurationRequest: TUnsafe<GetConfigurationRequest> = closed({
  key: Type.Optional(Type.Array(Type.String({ maxLength: 50 })))
})

const GetConfigurationResponse: TUnsafe<GetConfigurationResponse> = closed({
  configurationKey: Type.Optional(Type.Array(KeyValue)),
  unknownKey: Type.Optional(Type.Array(Type.String({ maxLength: 50 })))
})

const GetDiagnosticsRequest: TUnsafe<GetDiagnosticsRequest> = closed({
  location: uri(),
  retries: Type.Optional(Type.Integer()),
  retryInterval: Type.Optional(Type.Integer()),
  startTime: Type.Optional(dateTime()),
  stopTime: Type.Optional(dateTime())
})

const GetDiagnosticsResponse: TUnsafe<GetDiagnosticsResponse> = closed({
  fileName: Type.Optional(Type.String({ maxLength: 255 }))
})

const GetInstalledCertificateIdsRequest: TUnsafe<GetInstalledCertificateIdsRequest> = closed({
  certificateType: CertificateUseEnumType
})

const GetInstalledCertificateIdsResponse: TUnsafe<GetInstalledCertificateIdsResponse> = closed({
  certificateHashData: Type.Optional(Type.Array(CertificateHashDataType, { minItems: 1 })),
  status: GetInstalledCertificateStatusEnumType
})

const GetLocalListVersionRequest: TUnsafe<GetLocalListVersionRequest> = closed({})

const GetLocalListVersionResponse: TUnsafe<GetLocalListVersionResponse> = closed({
  listVersion: Type.Integer()
})

const GetLogRequest: TUnsafe<GetLogRequest> = closed({
  log: LogParametersType,
  logType: LogEnumType,
  requestId: Type.Integer(),
  retries: Type.Optional(Type.Integer()),
  retryInterval: Type.Optional(Type.Integer())
})

const GetLogResponse: TUnsafe<GetLogResponse> = closed({
  status: LogStatusEnumType,
  filename: Type.Optional(Type.String({ maxLength: 255 }))
})

const HeartbeatRequest: TUnsafe<HeartbeatRequest> = closed({})

const HeartbeatResponse: TUnsafe<HeartbeatResponse> = closed({
  currentTime: dateTime()
})

const InstallCertificateRequest: TUnsafe<InstallCertificateRequest> = closed({
  certificateType: CertificateUseEnumType,
  certificate: Type.String({ maxLength: 5500 })
})

const InstallCertificateResponse: TUnsafe<InstallCertificateResponse> = closed({
  status: InstallCertificateStatusEnumType
})

const LogStatusNotificationRequest: TUnsafe<LogStatusNotificationRequest> = closed({
  status: UploadLogStatusEnumType,
  requestId: Type.Optional(Type.Integer())
})

const LogStatusNotificationResponse: TUnsafe<LogStatusNotificationResponse> = closed({})

const MeterValuesRequest: TUnsafe<MeterValuesRequest> = closed({
  connectorId: Type.Integer(),
  transactionId: Type.Optional(Type.Integer()),
  meterValue: Type.Array(MeterValue)
})

const MeterValuesResponse: TUnsafe<MeterValuesResponse> = closed({})

const RemoteStartTransactionRequest: TUnsafe<RemoteStartTransactionRequest> = closed({
  connectorId: Type.Optional(Type.Integer()),
  idTag: Type.String({ maxLength: 20 }),
  chargingProfile: Type.Optional(ChargingProfile)
})

const RemoteStartTransactionResponse: TUnsafe<RemoteStartTransactionResponse> = closed({
  status: RemoteStartStopStatus
})

const RemoteStopTransactionRequest: TUnsafe<RemoteStopTransactionRequest> = closed({
  transactionId: Type.Integer()
})

const RemoteStopTransactionResponse: TUnsafe<RemoteStopTransactionResponse> = closed({
  status: RemoteStartStopStatus
})

const ReserveNowRequest: TUnsafe<ReserveNowRequest> = closed({
  connectorId: Type.Integer(),
  expiryDate: dateTime(),
  idTag: Type.String({ maxLength: 20 }),
  parentIdTag: Type.Optional(Type.String({ maxLength: 20 })),
  reservationId: Type.Integer()
})

const ReserveNowResponse: TUnsafe<ReserveNowResponse> = closed({
  status: ReservationStatus
})

const ResetRequest: TUnsafe<ResetRequest> = closed({
  type: ResetType
})

const ResetResponse: TUnsafe<ResetResponse> = closed({
  status: ResetStatus
})

const SecurityEventNotificationRequest: TUnsafe<SecurityEventNotificationRequest> = closed({
  type: Type.String({ maxLength: 50 }),
  timestamp: dateTime(),
  techInfo: Type.Optional(Type.String({ maxLength: 255 }))
})

const SecurityEventNotificationResponse: TUnsafe<SecurityEventNotificationResponse> = closed({})

const SendLocalListRequest: TUnsafe<SendLocalListRequest> = closed({
  listVersion: Type.Integer(),
  localAuthorizationList: Type.Optional(Type.Array(AuthorizationData)),
  updateType: UpdateType
})

const SendLocalListResponse: TUnsafe<SendLocalListResponse> = closed({
  status: UpdateStatus
})

const SetChargingProfileRequest: TUnsafe<SetChargingProfileRequest> = closed({
  connectorId: Type.Integer(),
  csChargingProfiles: ChargingProfile
})

const SetChargingProfileResponse: TUnsafe<SetChargingProfileResponse> = closed({
  status: ChargingProfileStatus
})

const SignCertificateRequest: TUnsafe<SignCertificateRequest> = closed({
  csr: Type.String({ maxLength: 5500 })
})

const SignCertificateResponse: TUnsafe<SignCertificateResponse> = closed({
  status: GenericStatusEnumType
})

const SignedFirmwareStatusNotificationRequest: TUnsafe<SignedFirmwareStatusNotificationRequest> = closed({
  status: FirmwareStatusEnumType,
  requestId: Type.Optional(Type.Integer())
})

const SignedFirmwareStatusNotificationResponse: TUnsafe<SignedFirmwareStatusNotificationResponse> = closed({})

const SignedUpdateFirmwareRequest: TUnsafe<SignedUpdateFirmwareRequest> = closed({
  retries: Type.Optional(Type.Integer()),
  retryInterval: Type.Optional(Type.Integer()),
  requestId: Type.Integer(),
  firmware: FirmwareType
})

const SignedUpdateFirmwareResponse: TUnsafe<SignedUpdateFirmwareResponse> = closed({
  status: UpdateFirmwareStatusEnumType
})

const StartTransactionRequest: TUnsafe<StartTransactionRequest> = closed({
  connectorId: Type.Integer(),
  idTag: Type.String({ maxLength: 20 }),
  meterStart: Type.Integer(),
  reservationId: Type.Optional(Type.Integer()),
  timestamp: dateTime()
})

const StartTransactionResponse: TUnsafe<StartTransactionResponse> = closed({
  idTagInfo: IdTagInfo,
  transactionId: Type.Integer()
})

const StatusNotificationRequest: TUnsafe<StatusNotificationRequest> = closed({
  connectorId: Type.Integer(),
  errorCode: ChargePointErrorCode,
  info: Type.Optional(Type.String({ maxLength: 50 })),
  status: ChargePointStatus,
  timestamp: Type.Optional(dateTime()),
  vendorId: Type.Optional(Type.String({ maxLength: 255 })),
  vendorErrorCode: Type.Optional(Type.String({ maxLength: 50 }))
})

const StatusNotificationResponse: TUnsafe<StatusNotificationResponse> = closed({})

const StopTransactionRequest: TUnsafe<StopTransactionRequest> = closed({
  idTag: Type.Optional(Type.String({ maxLength: 20 })),
  meterStop: Type.Integer(),
  timestamp: dateTime(),
  transactionId: Type.Integer(),
  reason: Type.Optional(Reason),
  transactionData: Type.Optional(Type.Array(MeterValue))
})

const StopTransactionResponse: TUnsafe<StopTransactionResponse> = closed({
  idTagInfo: Type.Optional(IdTagInfo)
})

const TriggerMessageRequest: TUnsafe<TriggerMessageRequest> = closed({
  requestedMessage: MessageTrigger,
  connectorId: Type.Optional(Type.Integer())
})

const TriggerMessageResponse: TUnsafe<TriggerMessageResponse> = closed({
  status: TriggerMessageStatus
})

const UnlockConnectorRequest: TUnsafe<UnlockConnectorRequest> = closed({
  connectorId: Type.Integer()
})

const UnlockConnectorResponse: TUnsafe<UnlockConnectorResponse> = closed({
  status: UnlockStatus
})

const UpdateFirmwareRequest: TUnsafe<UpdateFirmwareRequest> = closed({
  location: uri(),
  retries: Type.Optional(Type.Integer()),
  retrieveDate: dateTime(),
  retryInterval: Type.Optional(Type.Integer())
})

const UpdateFirmwareResponse: TUnsafe<UpdateFirmwareResponse> = closed({})

export {
  AuthorizeRequest,
  AuthorizeResponse,
  BootNotificationRequest,
  BootNotificationResponse,
  CancelReservationRequest,
  CancelReservationResponse,
  CertificateSignedRequest,
  CertificateSignedResponse,
  ChangeAvailabilityRequest,
  ChangeAvailabilityResponse,
  ChangeConfigurationRequest,
  ChangeConfigurationResponse,
  ClearCacheRequest,
  ClearCacheResponse,
  ClearChargingProfileRequest,
  ClearChargingProfileResponse,
  DataTransferRequest,
  DataTransferResponse,
  DeleteCertificateRequest,
  DeleteCertificateResponse,
  DiagnosticsStatusNotificationRequest,
  DiagnosticsStatusNotificationResponse,
  ExtendedTriggerMessageRequest,
  ExtendedTriggerMessageResponse,
  FirmwareStatusNotificationRequest,
  FirmwareStatusNotificationResponse,
  GetCompositeScheduleRequest,
  GetCompositeScheduleResponse,
  GetConfigurationRequest,
  GetConfigurationResponse,
  GetDiagnosticsRequest,
  GetDiagnosticsResponse,
  GetInstalledCertificateIdsRequest,
  GetInstalledCertificateIdsResponse,
  GetLocalListVersionRequest,
  GetLocalListVersionResponse,
  GetLogRequest,
  GetLogResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  InstallCertificateRequest,
  InstallCertificateResponse,
  LogStatusNotificationRequest,
  LogStatusNotificationResponse,
  MeterValuesRequest,
  MeterValuesResponse,
  RemoteStartTransactionRequest,
  RemoteStartTransactionResponse,
  RemoteStopTransactionRequest,
  RemoteStopTransactionResponse,
  ReserveNowRequest,
  ReserveNowResponse,
  ResetRequest,
  ResetResponse,
  SecurityEventNotificationRequest,
  SecurityEventNotificationResponse,
  SendLocalListRequest,
  SendLocalListResponse,
  SetChargingProfileRequest,
  SetChargingProfileResponse,
  SignCertificateRequest,
  SignCertificateResponse,
  SignedFirmwareStatusNotificationRequest,
  SignedFirmwareStatusNotificationResponse,
  SignedUpdateFirmwareRequest,
  SignedUpdateFirmwareResponse,
  StartTransactionRequest,
  StartTransactionResponse,
  StatusNotificationRequest,
  StatusNotificationResponse,
  StopTransactionRequest,
  StopTransactionResponse,
  TriggerMessageRequest,
  TriggerMessageResponse,
  UnlockConnectorRequest,
  UnlockConnectorResponse,
  UpdateFirmwareRequest,
  UpdateFirmwareResponse
}
