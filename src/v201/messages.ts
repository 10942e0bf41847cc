import { type TUnsafe, Type } from '@sinclair/typebox'
import { closed, dateTime } from '../schema.js'
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
  ClearCacheRequest,
  ClearCacheResponse,
  ClearChargingProfileRequest,
  ClearChargingProfileResponse,
  ClearDisplayMessageRequest,
  ClearDisplayMessageResponse,
  ClearedChargingLimitRequest,
  ClearedChargingLimitResponse,
  ClearVariableMonitoringRequest,
  ClearVariableMonitoringResponse,
  CostUpdatedRequest,
  CostUpdatedResponse,
  CustomerInformationRequest,
  CustomerInformationResponse,
  DataTransferRequest,
  DataTransferResponse,
  DeleteCertificateRequest,
  DeleteCertificateResponse,
  FirmwareStatusNotificationRequest,
  FirmwareStatusNotificationResponse,
  Get15118EVCertificateRequest,
  Get15118EVCertificateResponse,
  GetBaseReportRequest,
  GetBaseReportResponse,
  GetCertificateStatusRequest,
  GetCertificateStatusResponse,
  GetChargingProfilesRequest,
  GetChargingProfilesResponse,
  GetCompositeScheduleRequest,
  GetCompositeScheduleResponse,
  GetDisplayMessagesRequest,
  GetDisplayMessagesResponse,
  GetInstalledCertificateIdsRequest,
  GetInstalledCertificateIdsResponse,
  GetLocalListVersionRequest,
  GetLocalListVersionResponse,
  GetLogRequest,
  GetLogResponse,
  GetMonitoringReportRequest,
  GetMonitoringReportResponse,
  GetReportRequest,
  GetReportResponse,
  GetTransactionStatusRequest,
  GetTransactionStatusResponse,
  GetVariablesRequest,
  GetVariablesResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  InstallCertificateRequest,
  InstallCertificateResponse,
  LogStatusNotificationRequest,
  LogStatusNotificationResponse,
  MeterValuesRequest,
  MeterValuesResponse,
  NotifyChargingLimitRequest,
  NotifyChargingLimitResponse,
  NotifyCustomerInformationRequest,
  NotifyCustomerInformationResponse,
  NotifyDisplayMessagesRequest,
  NotifyDisplayMessagesResponse,
  NotifyEVChargingNeedsRequest,
  NotifyEVChargingNeedsResponse,
  NotifyEVChargingScheduleRequest,
  NotifyEVChargingScheduleResponse,
  NotifyEventRequest,
  NotifyEventResponse,
  NotifyMonitoringReportRequest,
  NotifyMonitoringReportResponse,
  NotifyReportRequest,
  NotifyReportResponse,
  PublishFirmwareRequest,
  PublishFirmwareResponse,
  PublishFirmwareStatusNotificationRequest,
  PublishFirmwareStatusNotificationResponse,
  ReportChargingProfilesRequest,
  ReportChargingProfilesResponse,
  RequestStartTransactionRequest,
  RequestStartTransactionResponse,
  RequestStopTransactionRequest,
  RequestStopTransactionResponse,
  ReservationStatusUpdateRequest,
  ReservationStatusUpdateResponse,
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
  SetDisplayMessageRequest,
  SetDisplayMessageResponse,
  SetMonitoringBaseRequest,
  SetMonitoringBaseResponse,
  SetMonitoringLevelRequest,
  SetMonitoringLevelResponse,
  SetNetworkProfileRequest,
  SetNetworkProfileResponse,
  SetVariableMonitoringRequest,
  SetVariableMonitoringResponse,
  SetVariablesRequest,
  SetVariablesResponse,
  SignCertificateRequest,
  SignCertificateResponse,
  StatusNotificationRequest,
  StatusNotificationResponse,
  TransactionEventRequest,
  TransactionEventResponse,
  TriggerMessageRequest,
  TriggerMessageResponse,
  UnlockConnectorRequest,
  UnlockConnectorResponse,
  UnpublishFirmwareRequest,
  UnpublishFirmwareResponse,
  UpdateFirmwareRequest,
  UpdateFirmwareResponse
} from './interfaces.js'
import {
  AuthorizationData,
  AuthorizeCertificateStatusEnumType,
  BootReasonEnumType,
  CancelReservationStatusEnumType,
  CertificateActionEnumType,
  CertificateHashDataChainType,
  CertificateHashDataType,
  CertificateSignedStatusEnumType,
  CertificateSigningUseEnumType,
  ChangeAvailabilityStatusEnumType,
  ChargingLimitSourceEnumType,
  ChargingLimitType,
  ChargingNeedsType,
  ChargingProfileCriterionType,
  ChargingProfileStatusEnumType,
  ChargingProfileType,
  ChargingRateUnitEnumType,
  ChargingScheduleType,
  ChargingStationType,
  ClearCacheStatusEnumType,
  ClearChargingProfileStatusEnumType,
  ClearChargingProfileType,
  ClearMessageStatusEnumType,
  ClearMonitoringResultType,
  ComponentCriterionEnumType,
  ComponentVariableType,
  CompositeScheduleType,
  ConnectorEnumType,
  ConnectorStatusEnumType,
  CustomDataType,
  CustomerInformationStatusEnumType,
  DataTransferStatusEnumType,
  DeleteCertificateStatusEnumType,
  DisplayMessageStatusEnumType,
  EVSEType,
  EventDataType,
  FirmwareStatusEnumType,
  FirmwareType,
  GenericDeviceModelStatusEnumType,
  GenericStatusEnumType,
  GetCertificateIdUseEnumType,
  GetCertificateStatusEnumType,
  GetChargingProfileStatusEnumType,
  GetDisplayMessagesStatusEnumType,
  GetInstalledCertificateStatusEnumType,
  GetVariableDataType,
  GetVariableResultType,
  IdTokenInfoType,
  IdTokenType,
  InstallCertificateStatusEnumType,
  InstallCertificateUseEnumType,
  Iso15118EVCertificateStatusEnumType,
  LogEnumType,
  LogParametersType,
  LogStatusEnumType,
  MessageContentType,
  MessageInfoType,
  MessagePriorityEnumType,
  MessageStateEnumType,
  MessageTriggerEnumType,
  MeterValueType,
  MonitoringBaseEnumType,
  MonitoringCriterionEnumType,
  MonitoringDataType,
  NetworkConnectionProfileType,
  NotifyEVChargingNeedsStatusEnumType,
  OCSPRequestDataType,
  OperationalStatusEnumType,
  PublishFirmwareStatusEnumType,
  RegistrationStatusEnumType,
  ReportBaseEnumType,
  ReportDataType,
  RequestStartStopStatusEnumType,
  ReservationUpdateStatusEnumType,
  ReserveNowStatusEnumType,
  ResetEnumType,
  ResetStatusEnumType,
  SendLocalListStatusEnumType,
  SetMonitoringDataType,
  SetMonitoringResultType,
  SetNetworkProfileStatusEnumType,
  SetVariableDataType,
  SetVariableResultType,
  StatusInfoType,
  TransactionEventEnumType,
  TransactionType,
  TriggerMessageStatusEnumType,
  TriggerReasonEnumType,
  UnlockStatusEnumType,
  UnpublishFirmwareStatusEnumType,
  UpdateEnumType,
  UpdateFirmwareStatusEnumType,
  UploadLogStatusEnumType
} from './types.js'

const AuthorizeRequest: TUnsafe<AuthorizeRequest> = closed({
  idToken: IdTokenType,
  certificate: Type.Optional(Type.String({ maxLength: 5500 })),
  iso15118CertificateHashData: Type.Optional(Type.Array(OCSPRequestDataType, { minItems: 1, maxItems: 4 })),
  customData: Type.Optional(CustomDataType)
})

const AuthorizeResponse: TUnsafe<AuthorizeResponse> = closed({
  idTokenInfo: IdTokenInfoType,
  certificateStatus: Type.Optional(AuthorizeCertificateStatusEnumType),
  customData: Type.Optional(CustomDataType)
})

const BootNotificationRequest: TUnsafe<BootNotificationRequest> = closed({
  chargingStation: ChargingStationType,
  reason: BootReasonEnumType,
  customData: Type.Optional(CustomDataType)
})

const BootNotificationResponse: TUnsafe<BootNotificationResponse> = closed({
  currentTime: dateTime(),
  interval: Type.Integer(),
  status: RegistrationStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const CancelReservationRequest: TUnsafe<CancelReservationRequest> = closed({
  reservationId: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const CancelReservationResponse: TUnsafe<CancelReservationResponse> = closed({
  status: CancelReservationStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const CertificateSignedRequest: TUnsafe<CertificateSignedRequest> = closed({
  certificateChain: Type.String({ maxLength: 10000 }),
  certificateType: Type.Optional(CertificateSigningUseEnumType),
  customData: Type.Optional(CustomDataType)
})

const CertificateSignedResponse: TUnsafe<CertificateSignedResponse> = closed({
  status: CertificateSignedStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const ChangeAvailabilityRequest: TUnsafe<ChangeAvailabilityRequest> = closed({
  evse: Type.Optional(EVSEType),
  operationalStatus: OperationalStatusEnumType,
  customData: Type.Optional(CustomDataType)
})

const ChangeAvailabilityResponse: TUnsafe<ChangeAvailabilityResponse> = closed({
  status: ChangeAvailabilityStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const ClearCacheRequest: TUnsafe<ClearCacheRequest> = closed({
  customData: Type.Optional(CustomDataType)
})

const ClearCacheResponse: TUnsafe<ClearCacheResponse> = closed({
  status: ClearCacheStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const ClearChargingProfileRequest: TUnsafe<ClearChargingProfileRequest> = closed({
  chargingProfileId: Type.Optional(Type.Integer()),
  chargingProfileCriteria: Type.Optional(ClearChargingProfileType),
  customData: Type.Optional(CustomDataType)
})

const ClearChargingProfileResponse: TUnsafe<ClearChargingProfileResponse> = closed({
  status: ClearChargingProfileStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const ClearDisplayMessageRequest: TUnsafe<ClearDisplayMessageRequest> = closed({
  id: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const ClearDisplayMessageResponse: TUnsafe<ClearDisplayMessageResponse> = closed({
  status: ClearMessageStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const ClearVariableMonitoringRequest: TUnsafe<ClearVariableMonitoringRequest> = closed({
  id: Type.Array(Type.Integer(), { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const ClearVariableMonitoringResponse: TUnsafe<ClearVariableMonitoringResponse> = closed({
  clearMonitoringResult: Type.Array(ClearMonitoringResultType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const ClearedChargingLimitRequest: TUnsafe<ClearedChargingLimitRequest> = closed({
  chargingLimitSource: ChargingLimitSourceEnumType,
  evseId: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const ClearedChargingLimitResponse: TUnsafe<ClearedChargingLimitResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const CostUpdatedRequest: TUnsafe<CostUpdatedRequest> = closed({
  totalCost: Type.Number(),
  transactionId: Type.String({ maxLength: 36 }),
  customData: Type.Optional(CustomDataType)
})

const CostUpdatedResponse: TUnsafe<CostUpdatedResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const CustomerInformationRequest: TUnsafe<CustomerInformationRequest> = closed({
  customerCertificate: Type.Optional(CertificateHashDataType),
  idToken: Type.Optional(IdTokenType),
  requestId: Type.Integer(),
  report: Type.Boolean(),
  clear: Type.Boolean(),
  customerIdentifier: Type.Optional(Type.String({ maxLength: 64 })),
  customData: Type.Optional(CustomDataType)
})

const CustomerInformationResponse: TUnsafe<CustomerInformationResponse> = closed({
  status: CustomerInformationStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const DataTransferRequest: TUnsafe<DataTransferRequest> = closed({
  messageId: Type.Optional(Type.String({ maxLength: 50 })),
  data: Type.Optional(Type.Unknown()),
  vendorId: Type.String({ maxLength: 255 }),
  customData: Type.Optional(CustomDataType)
})

const DataTransferResponse: TUnsafe<DataTransferResponse> = closed({
  status: DataTransferStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  data: Type.Optional(Type.Unknown()),
  customData: Type.Optional(CustomDataType)
})

const DeleteCertificateRequest: TUnsafe<DeleteCertificateRequest> = closed({
  certificateHashData: CertificateHashDataType,
  customData: Type.Optional(CustomDataType)
})

const DeleteCertificateResponse: TUnsafe<DeleteCertificateResponse> = closed({
  status: DeleteCertificateStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const FirmwareStatusNotificationRequest: TUnsafe<FirmwareStatusNotificationRequest> = closed({
  status: FirmwareStatusEnumType,
  requestId: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const FirmwareStatusNotificationResponse: TUnsafe<FirmwareStatusNotificationResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const Get15118EVCertificateRequest: TUnsafe<Get15118EVCertificateRequest> = closed({
  iso15118SchemaVersion: Type.String({ maxLength: 50 }),
  action: CertificateActionEnumType,
  exiRequest: Type.String({ maxLength: 5600 }),
  customData: Type.Optional(CustomDataType)
})

const Get15118EVCertificateResponse: TUnsafe<Get15118EVCertificateResponse> = closed({
  status: Iso15118EVCertificateStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  exiResponse: Type.String({ maxLength: 5600 }),
  customData: Type.Optional(CustomDataType)
})

const GetBaseReportRequest: TUnsafe<GetBaseReportRequest> = closed({
  requestId: Type.Integer(),
  reportBase: ReportBaseEnumType,
  customData: Type.Optional(CustomDataType)
})

const GetBaseReportResponse: TUnsafe<GetBaseReportResponse> = closed({
  status: GenericDeviceModelStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const GetCertificateStatusRequest: TUnsafe<GetCertificateStatusRequest> = closed({
  ocspRequestData: OCSPRequestDataType,
  customData: Type.Optional(CustomDataType)
})

const GetCertificateStatusResponse: TUnsafe<GetCertificateStatusResponse> = closed({
  status: GetCertificateStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  ocspResult: Type.Optional(Type.String({ maxLength: 5500 })),
  customData: Type.Optional(CustomDataType)
})

const GetChargingProfilesRequest: TUnsafe<GetChargingProfilesRequest> = closed({
  requestId: Type.Integer(),
  evseId: Type.Optional(Type.Integer()),
  chargingProfile: ChargingProfileCriterionType,
  customData: Type.Optional(CustomDataType)
})

const GetChargingProfilesResponse: TUnsafe<GetChargingProfilesResponse> = closed({
  status: GetChargingProfileStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const GetCompositeScheduleRequest: TUnsafe<GetCompositeScheduleRequest> = closed({
  duration: Type.Integer(),
  chargingRateUnit: Type.Optional(ChargingRateUnitEnumType),
  evseId: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const GetCompositeScheduleResponse: TUnsafe<GetCompositeScheduleResponse> = closed({
  status: GenericStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  schedule: Type.Optional(CompositeScheduleType),
  customData: Type.Optional(CustomDataType)
})

const GetDisplayMessagesRequest: TUnsafe<GetDisplayMessagesRequest> = closed({
  id: Type.Optional(Type.Array(Type.Integer(), { minItems: 1 })),
  requestId: Type.Integer(),
  priority: Type.Optional(MessagePriorityEnumType),
  state: Type.Optional(MessageStateEnumType),
  customData: Type.Optional(CustomDataType)
})

const GetDisplayMessagesResponse: TUnsafe<GetDisplayMessagesResponse> = closed({
  status: GetDisplayMessagesStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const GetInstalledCertificateIdsRequest: TUnsafe<GetInstalledCertificateIdsRequest> = closed({
  certificateType: Type.Optional(Type.Array(GetCertificateIdUseEnumType, { minItems: 1 })),
  customData: Type.Optional(CustomDataType)
})

const GetInstalledCertificateIdsResponse: TUnsafe<GetInstalledCertificateIdsResponse> = closed({
  status: GetInstalledCertificateStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  certificateHashDataChain: Type.Optional(Type.Array(CertificateHashDataChainType, { minItems: 1 })),
  customData: Type.Optional(CustomDataType)
})

const GetLocalListVersionRequest: TUnsafe<GetLocalListVersionRequest> = closed({
  customData: Type.Optional(CustomDataType)
})

const GetLocalListVersionResponse: TUnsafe<GetLocalListVersionResponse> = closed({
  versionNumber: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const GetLogRequest: TUnsafe<GetLogRequest> = closed({
  log: LogParametersType,
  logType: LogEnumType,
  requestId: Type.Integer(),
  retries: Type.Optional(Type.Integer()),
  retryInterval: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const GetLogResponse: TUnsafe<GetLogResponse> = closed({
  status: LogStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  filename: Type.Optional(Type.String({ maxLength: 255 })),
  customData: Type.Optional(CustomDataType)
})

const GetMonitoringReportRequest: TUnsafe<GetMonitoringReportRequest> = closed({
  componentVariable: Type.Optional(Type.Array(ComponentVariableType, { minItems: 1 })),
  requestId: Type.Integer(),
  monitoringCriteria: Type.Optional(Type.Array(MonitoringCriterionEnumType, { minItems: 1, maxItems: 3 })),
  customData: Type.Optional(CustomDataType)
})

const GetMonitoringReportResponse: TUnsafe<GetMonitoringReportResponse> = closed({
  status: GenericDeviceModelStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const GetReportRequest: TUnsafe<GetReportRequest> = closed({
  componentVariable: Type.Optional(Type.Array(ComponentVariableType, { minItems: 1 })),
  requestId: Type.Integer(),
  componentCriteria: Type.Optional(Type.Array(ComponentCriterionEnumType, { minItems: 1, maxItems: 4 })),
  customData: Type.Optional(CustomDataType)
})

const GetReportResponse: TUnsafe<GetReportResponse> = closed({
  status: GenericDeviceModelStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const GetTransactionStatusRequest: TUnsafe<GetTransactionStatusRequest> = closed({
  transactionId: Type.Optional(Type.String({ maxLength: 36 })),
  customData: Type.Optional(CustomDataType)
})

const GetTransactionStatusResponse: TUnsafe<GetTransactionStatusResponse> = closed({
  ongoingIndicator: Type.Optional(Type.Boolean()),
  messagesInQueue: Type.Boolean(),
  customData: Type.Optional(CustomDataType)
})

const GetVariablesRequest: TUnsafe<GetVariablesRequest> = closed({
  getVariableData: Type.Array(GetVariableDataType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const GetVariablesResponse: TUnsafe<GetVariablesResponse> = closed({
  getVariableResult: Type.Array(GetVariableResultType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const HeartbeatRequest: TUnsafe<HeartbeatRequest> = closed({
  customData: Type.Optional(CustomDataType)
})

const HeartbeatResponse: TUnsafe<HeartbeatResponse> = closed({
  currentTime: dateTime(),
  customData: Type.Optional(CustomDataType)
})

const InstallCertificateRequest: TUnsafe<InstallCertificateRequest> = closed({
  certificateType: InstallCertificateUseEnumType,
  certificate: Type.String({ maxLength: 5500 }),
  customData: Type.Optional(CustomDataType)
})

const InstallCertificateResponse: TUnsafe<InstallCertificateResponse> = closed({
  status: InstallCertificateStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const LogStatusNotificationRequest: TUnsafe<LogStatusNotificationRequest> = closed({
  status: UploadLogStatusEnumType,
  requestId: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const LogStatusNotificationResponse: TUnsafe<LogStatusNotificationResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const MeterValuesRequest: TUnsafe<MeterValuesRequest> = closed({
  evseId: Type.Integer(),
  meterValue: Type.Array(MeterValueType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const MeterValuesResponse: TUnsafe<MeterValuesResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const NotifyChargingLimitRequest: TUnsafe<NotifyChargingLimitRequest> = closed({
  chargingSchedule: Type.Optional(Type.Array(ChargingScheduleType, { minItems: 1 })),
  evseId: Type.Optional(Type.Integer()),
  chargingLimit: ChargingLimitType,
  customData: Type.Optional(CustomDataType)
})

const NotifyChargingLimitResponse: TUnsafe<NotifyChargingLimitResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const NotifyCustomerInformationRequest: TUnsafe<NotifyCustomerInformationRequest> = closed({
  data: Type.String({ maxLength: 512 }),
  tbc: Type.Optional(Type.Boolean({ default: false })),
  seqNo: Type.Integer(),
  generatedAt: dateTime(),
  requestId: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const NotifyCustomerInformationResponse: TUnsafe<NotifyCustomerInformationResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const NotifyDisplayMessagesRequest: TUnsafe<NotifyDisplayMessagesRequest> = closed({
  messageInfo: Type.Optional(Type.Array(MessageInfoType, { minItems: 1 })),
  requestId: Type.Integer(),
  tbc: Type.Optional(Type.Boolean({ default: false })),
  customData: Type.Optional(CustomDataType)
})

const NotifyDisplayMessagesResponse: TUnsafe<NotifyDisplayMessagesResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const NotifyEVChargingNeedsRequest: TUnsafe<NotifyEVChargingNeedsRequest> = closed({
  maxScheduleTuples: Type.Optional(Type.Integer()),
  chargingNeeds: ChargingNeedsType,
  evseId: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const NotifyEVChargingNeedsResponse: TUnsafe<NotifyEVChargingNeedsResponse> = closed({
  status: NotifyEVChargingNeedsStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const NotifyEVChargingScheduleRequest: TUnsafe<NotifyEVChargingScheduleRequest> = closed({
  timeBase: dateTime(),
  chargingSchedule: ChargingScheduleType,
  evseId: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const NotifyEVChargingScheduleResponse: TUnsafe<NotifyEVChargingScheduleResponse> = closed({
  status: GenericStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const NotifyEventRequest: TUnsafe<NotifyEventRequest> = closed({
  generatedAt: dateTime(),
  tbc: Type.Optional(Type.Boolean({ default: false })),
  seqNo: Type.Integer(),
  eventData: Type.Array(EventDataType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const NotifyEventResponse: TUnsafe<NotifyEventResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const NotifyMonitoringReportRequest: TUnsafe<NotifyMonitoringReportRequest> = closed({
  monitor: Type.Optional(Type.Array(MonitoringDataType, { minItems: 1 })),
  requestId: Type.Integer(),
  tbc: Type.Optional(Type.Boolean({ default: false })),
  seqNo: Type.Integer(),
  generatedAt: dateTime(),
  customData: Type.Optional(CustomDataType)
})

const NotifyMonitoringReportResponse: TUnsafe<NotifyMonitoringReportResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const NotifyReportRequest: TUnsafe<NotifyReportRequest> = closed({
  requestId: Type.Integer(),
  generatedAt: dateTime(),
  reportData: Type.Optional(Type.Array(ReportDataType, { minItems: 1 })),
  tbc: Type.Optional(Type.Boolean({ default: false })),
  seqNo: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const NotifyReportResponse: TUnsafe<NotifyReportResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const PublishFirmwareRequest: TUnsafe<PublishFirmwareRequest> = closed({
  location: Type.String({ maxLength: 512 }),
  retries: Type.Optional(Type.Integer()),
  checksum: Type.String({ maxLength: 32 }),
  requestId: Type.Integer(),
  retryInterval: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const PublishFirmwareResponse: TUnsafe<PublishFirmwareResponse> = closed({
  status: GenericStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const PublishFirmwareStatusNotificationRequest: TUnsafe<PublishFirmwareStatusNotificationRequest> = closed({
  status: PublishFirmwareStatusEnumType,
  location: Type.Optional(Type.Array(Type.String({ maxLength: 512 }), { minItems: 1 })),
  requestId: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const PublishFirmwareStatusNotificationResponse: TUnsafe<PublishFirmwareStatusNotificationResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const ReportChargingProfilesRequest: TUnsafe<ReportChargingProfilesRequest> = closed({
  requestId: Type.Integer(),
  chargingLimitSource: ChargingLimitSourceEnumType,
  chargingProfile: Type.Array(ChargingProfileType, { minItems: 1 }),
  tbc: Type.Optional(Type.Boolean({ default: false })),
  evseId: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const ReportChargingProfilesResponse: TUnsafe<ReportChargingProfilesResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const RequestStartTransactionRequest: TUnsafe<RequestStartTransactionRequest> = closed({
  evseId: Type.Optional(Type.Integer()),
  groupIdToken: Type.Optional(IdTokenType),
  idToken: IdTokenType,
  remoteStartId: Type.Integer(),
  chargingProfile: Type.Optional(ChargingProfileType),
  customData: Type.Optional(CustomDataType)
})

const RequestStartTransactionResponse: TUnsafe<RequestStartTransactionResponse> = closed({
  status: RequestStartStopStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  transactionId: Type.Optional(Type.String({ maxLength: 36 })),
  customData: Type.Optional(CustomDataType)
})

const RequestStopTransactionRequest: TUnsafe<RequestStopTransactionRequest> = closed({
  transactionId: Type.String({ maxLength: 36 }),
  customData: Type.Optional(CustomDataType)
})

const RequestStopTransactionResponse: TUnsafe<RequestStopTransactionResponse> = closed({
  status: RequestStartStopStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const ReservationStatusUpdateRequest: TUnsafe<ReservationStatusUpdateRequest> = closed({
  reservationId: Type.Integer(),
  reservationUpdateStatus: ReservationUpdateStatusEnumType,
  customData: Type.Optional(CustomDataType)
})

const ReservationStatusUpdateResponse: TUnsafe<ReservationStatusUpdateResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const ReserveNowRequest: TUnsafe<ReserveNowRequest> = closed({
  id: Type.Integer(),
  expiryDateTime: dateTime(),
  connectorType: Type.Optional(ConnectorEnumType),
  idToken: IdTokenType,
  evseId: Type.Optional(Type.Integer()),
  groupIdToken: Type.Optional(IdTokenType),
  customData: Type.Optional(CustomDataType)
})

const ReserveNowResponse: TUnsafe<ReserveNowResponse> = closed({
  status: ReserveNowStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const ResetRequest: TUnsafe<ResetRequest> = closed({
  type: ResetEnumType,
  evseId: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const ResetResponse: TUnsafe<ResetResponse> = closed({
  status: ResetStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const SecurityEventNotificationRequest: TUnsafe<SecurityEventNotificationRequest> = closed({
  type: Type.String({ maxLength: 50 }),
  timestamp: dateTime(),
  techInfo: Type.Optional(Type.String({ maxLength: 255 })),
  customData: Type.Optional(CustomDataType)
})

const SecurityEventNotificationResponse: TUnsafe<SecurityEventNotificationResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const SendLocalListRequest: TUnsafe<SendLocalListRequest> = closed({
  localAuthorizationList: Type.Optional(Type.Array(AuthorizationData, { minItems: 1 })),
  versionNumber: Type.Integer(),
  updateType: UpdateEnumType,
  customData: Type.Optional(CustomDataType)
})

const SendLocalListResponse: TUnsafe<SendLocalListResponse> = closed({
  status: SendLocalListStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const SetChargingProfileRequest: TUnsafe<SetChargingProfileRequest> = closed({
  evseId: Type.Integer(),
  chargingProfile: ChargingProfileType,
  customData: Type.Optional(CustomDataType)
})

const SetChargingProfileResponse: TUnsafe<SetChargingProfileResponse> = closed({
  status: ChargingProfileStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const SetDisplayMessageRequest: TUnsafe<SetDisplayMessageRequest> = closed({
  message: MessageInfoType,
  customData: Type.Optional(CustomDataType)
})

const SetDisplayMessageResponse: TUnsafe<SetDisplayMessageResponse> = closed({
  status: DisplayMessageStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const SetMonitoringBaseRequest: TUnsafe<SetMonitoringBaseRequest> = closed({
  monitoringBase: MonitoringBaseEnumType,
  customData: Type.Optional(CustomDataType)
})

const SetMonitoringBaseResponse: TUnsafe<SetMonitoringBaseResponse> = closed({
  status: GenericDeviceModelStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const SetMonitoringLevelRequest: TUnsafe<SetMonitoringLevelRequest> = closed({
  severity: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const SetMonitoringLevelResponse: TUnsafe<SetMonitoringLevelResponse> = closed({
  status: GenericStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const SetNetworkProfileRequest: TUnsafe<SetNetworkProfileRequest> = closed({
  configurationSlot: Type.Integer(),
  connectionData: NetworkConnectionProfileType,
  customData: Type.Optional(CustomDataType)
})

const SetNetworkProfileResponse: TUnsafe<SetNetworkProfileResponse> = closed({
  status: SetNetworkProfileStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const SetVariableMonitoringRequest: TUnsafe<SetVariableMonitoringRequest> = closed({
  setMonitoringData: Type.Array(SetMonitoringDataType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const SetVariableMonitoringResponse: TUnsafe<SetVariableMonitoringResponse> = closed({
  setMonitoringResult: Type.Array(SetMonitoringResultType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const SetVariablesRequest: TUnsafe<SetVariablesRequest> = closed({
  setVariableData: Type.Array(SetVariableDataType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const SetVariablesResponse: TUnsafe<SetVariablesResponse> = closed({
  setVariableResult: Type.Array(SetVariableResultType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const SignCertificateRequest: TUnsafe<SignCertificateRequest> = closed({
  csr: Type.String({ maxLength: 5500 }),
  certificateType: Type.Optional(CertificateSigningUseEnumType),
  customData: Type.Optional(CustomDataType)
})

const SignCertificateResponse: TUnsafe<SignCertificateResponse> = closed({
  status: GenericStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const StatusNotificationRequest: TUnsafe<StatusNotificationRequest> = closed({
  timestamp: dateTime(),
  connectorStatus: ConnectorStatusEnumType,
  evseId: Type.Integer(),
  connectorId: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const StatusNotificationResponse: TUnsafe<StatusNotificationResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const TransactionEventRequest: TUnsafe<TransactionEventRequest> = closed({
  eventType: TransactionEventEnumType,
  meterValue: Type.Optional(Type.Array(MeterValueType, { minItems: 1 })),
  timestamp: dateTime(),
  triggerReason: TriggerReasonEnumType,
  seqNo: Type.Integer(),
  offline: Type.Optional(Type.Boolean({ default: false })),
  numberOfPhasesUsed: Type.Optional(Type.Integer()),
  cableMaxCurrent: Type.Optional(Type.Integer()),
  reservationId: Type.Optional(Type.Integer()),
  transactionInfo: TransactionType,
  evse: Type.Optional(EVSEType),
  idToken: Type.Optional(IdTokenType),
  customData: Type.Optional(CustomDataType)
})

const TransactionEventResponse: TUnsafe<TransactionEventResponse> = closed({
  totalCost: Type.Optional(Type.Number()),
  chargingPriority: Type.Optional(Type.Integer()),
  idTokenInfo: Type.Optional(IdTokenInfoType),
  updatedPersonalMessage: Type.Optional(MessageContentType),
  customData: Type.Optional(CustomDataType)
})

const TriggerMessageRequest: TUnsafe<TriggerMessageRequest> = closed({
  evse: Type.Optional(EVSEType),
  requestedMessage: MessageTriggerEnumType,
  customData: Type.Optional(CustomDataType)
})

const TriggerMessageResponse: TUnsafe<TriggerMessageResponse> = closed({
  status: TriggerMessageStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const UnlockConnectorRequest: TUnsafe<UnlockConnectorRequest> = closed({
  evseId: Type.Integer(),
  connectorId: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const UnlockConnectorResponse: TUnsafe<UnlockConnectorResponse> = closed({
  status: UnlockStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const UnpublishFirmwareRequest: TUnsafe<UnpublishFirmwareRequest> = closed({
  checksum: Type.String({ maxLength: 32 }),
  customData: Type.Optional(CustomDataType)
})

const UnpublishFirmwareResponse: TUnsafe<UnpublishFirmwareResponse> = closed({
  status: UnpublishFirmwareStatusEnumType,
  customData: Type.Optional(CustomDataType)
})

const UpdateFirmwareRequest: TUnsafe<UpdateFirmwareRequest> = closed({
  retries: Type.Optional(Type.Integer()),
  retryInterval: Type.Optional(Type.Integer()),
  requestId: Type.Integer(),
  firmware: FirmwareType,
  customData: Type.Optional(CustomDataType)
})

const UpdateFirmwareResponse: TUnsafe<UpdateFirmwareResponse> = closed({
  status: UpdateFirmwareStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

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
  ClearCacheRequest,
  ClearCacheResponse,
  ClearChargingProfileRequest,
  ClearChargingProfileResponse,
  ClearDisplayMessageRequest,
  ClearDisplayMessageResponse,
  ClearedChargingLimitRequest,
  ClearedChargingLimitResponse,
  ClearVariableMonitoringRequest,
  ClearVariableMonitoringResponse,
  CostUpdatedRequest,
  CostUpdatedResponse,
  CustomerInformationRequest,
  CustomerInformationResponse,
  DataTransferRequest,
  DataTransferResponse,
  DeleteCertificateRequest,
  DeleteCertificateResponse,
  FirmwareStatusNotificationRequest,
  FirmwareStatusNotificationResponse,
  Get15118EVCertificateRequest,
  Get15118EVCertificateResponse,
  GetBaseReportRequest,
  GetBaseReportResponse,
  GetCertificateStatusRequest,
  GetCertificateStatusResponse,
  GetChargingProfilesRequest,
  GetChargingProfilesResponse,
  GetCompositeScheduleRequest,
  GetCompositeScheduleResponse,
  GetDisplayMessagesRequest,
  GetDisplayMessagesResponse,
  GetInstalledCertificateIdsRequest,
  GetInstalledCertificateIdsResponse,
  GetLocalListVersionRequest,
  GetLocalListVersionResponse,
  GetLogRequest,
  GetLogResponse,
  GetMonitoringReportRequest,
  GetMonitoringReportResponse,
  GetReportRequest,
  GetReportResponse,
  GetTransactionStatusRequest,
  GetTransactionStatusResponse,
  GetVariablesRequest,
  GetVariablesResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  InstallCertificateRequest,
  InstallCertificateResponse,
  LogStatusNotificationRequest,
  LogStatusNotificationResponse,
  MeterValuesRequest,
  MeterValuesResponse,
  NotifyChargingLimitRequest,
  NotifyChargingLimitResponse,
  NotifyCustomerInformationRequest,
  NotifyCustomerInformationResponse,
  NotifyDisplayMessagesRequest,
  NotifyDisplayMessagesResponse,
  NotifyEVChargingNeedsRequest,
  NotifyEVChargingNeedsResponse,
  NotifyEVChargingScheduleRequest,
  NotifyEVChargingScheduleResponse,
  NotifyEventRequest,
  NotifyEventResponse,
  NotifyMonitoringReportRequest,
  NotifyMonitoringReportResponse,
  NotifyReportRequest,
  NotifyReportResponse,
  PublishFirmwareRequest,
  PublishFirmwareResponse,
  PublishFirmwareStatusNotificationRequest,
  PublishFirmwareStatusNotificationResponse,
  ReportChargingProfilesRequest,
  ReportChargingProfilesResponse,
  RequestStartTransactionRequest,
  RequestStartTransactionResponse,
  RequestStopTransactionRequest,
  RequestStopTransactionResponse,
  ReservationStatusUpdateRequest,
  ReservationStatusUpdateResponse,
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
  SetDisplayMessageRequest,
  SetDisplayMessageResponse,
  SetMonitoringBaseRequest,
  SetMonitoringBaseResponse,
  SetMonitoringLevelRequest,
  SetMonitoringLevelResponse,
  SetNetworkProfileRequest,
  SetNetworkProfileResponse,
  SetVariableMonitoringRequest,
  SetVariableMonitoringResponse,
  SetVariablesRequest,
  SetVariablesResponse,
  SignCertificateRequest,
  SignCertificateResponse,
  StatusNotificationRequest,
  StatusNotificationResponse,
  TransactionEventRequest,
  TransactionEventResponse,
  TriggerMessageRequest,
  TriggerMessageResponse,
  UnlockConnectorRequest,
  UnlockConnectorResponse,
  UnpublishFirmwareRequest,
  UnpublishFirmwareResponse,
  UpdateFirmwareRequest,
  UpdateFirmwareResponse
}
