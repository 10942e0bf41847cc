import { type TUnsafe, Type } from '@sinclair/typebox'
import { closed, dateTime } from '../schema.js'
import type {
  AdjustPeriodicEventStreamRequest,
  AdjustPeriodicEventStreamResponse,
  AFRRSignalRequest,
  AFRRSignalResponse,
  AuthorizeRequest,
  AuthorizeResponse,
  BatterySwapRequest,
  BatterySwapResponse,
  BootNotificationRequest,
  BootNotificationResponse,
  CancelReservationRequest,
  CancelReservationResponse,
  CertificateSignedRequest,
  CertificateSignedResponse,
  ChangeAvailabilityRequest,
  ChangeAvailabilityResponse,
  ChangeTransactionTariffRequest,
  ChangeTransactionTariffResponse,
  ClearCacheRequest,
  ClearCacheResponse,
  ClearChargingProfileRequest,
  ClearChargingProfileResponse,
  ClearDERControlRequest,
  ClearDERControlResponse,
  ClearDisplayMessageRequest,
  ClearDisplayMessageResponse,
  ClearedChargingLimitRequest,
  ClearedChargingLimitResponse,
  ClearTariffsRequest,
  ClearTariffsResponse,
  ClearVariableMonitoringRequest,
  ClearVariableMonitoringResponse,
  ClosePeriodicEventStreamRequest,
  ClosePeriodicEventStreamResponse,
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
  GetCertificateChainStatusRequest,
  GetCertificateChainStatusResponse,
  GetCertificateStatusRequest,
  GetCertificateStatusResponse,
  GetChargingProfilesRequest,
  GetChargingProfilesResponse,
  GetCompositeScheduleRequest,
  GetCompositeScheduleResponse,
  GetDERControlRequest,
  GetDERControlResponse,
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
  GetPeriodicEventStreamRequest,
  GetPeriodicEventStreamResponse,
  GetReportRequest,
  GetReportResponse,
  GetTariffsRequest,
  GetTariffsResponse,
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
  NotifyAllowedEnergyTransferRequest,
  NotifyAllowedEnergyTransferResponse,
  NotifyChargingLimitRequest,
  NotifyChargingLimitResponse,
  NotifyCustomerInformationRequest,
  NotifyCustomerInformationResponse,
  NotifyDERAlarmRequest,
  NotifyDERAlarmResponse,
  NotifyDERStartStopRequest,
  NotifyDERStartStopResponse,
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
  NotifyPeriodicEventStream,
  NotifyPriorityChargingRequest,
  NotifyPriorityChargingResponse,
  NotifyReportRequest,
  NotifyReportResponse,
  NotifySettlementRequest,
  NotifySettlementResponse,
  NotifyWebPaymentStartedRequest,
  NotifyWebPaymentStartedResponse,
  OpenPeriodicEventStreamRequest,
  OpenPeriodicEventStreamResponse,
  PublishFirmwareRequest,
  PublishFirmwareResponse,
  PublishFirmwareStatusNotificationRequest,
  PublishFirmwareStatusNotificationResponse,
  PullDynamicScheduleUpdateRequest,
  PullDynamicScheduleUpdateResponse,
  ReportChargingProfilesRequest,
  ReportChargingProfilesResponse,
  ReportDERControlRequest,
  ReportDERControlResponse,
  RequestBatterySwapRequest,
  RequestBatterySwapResponse,
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
  SetDERControlRequest,
  SetDERControlResponse,
  SetDefaultTariffRequest,
  SetDefaultTariffResponse,
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
  UpdateDynamicScheduleRequest,
  UpdateDynamicScheduleResponse,
  UpdateFirmwareRequest,
  UpdateFirmwareResponse,
  UsePriorityChargingRequest,
  UsePriorityChargingResponse,
  VatNumberValidationRequest,
  VatNumberValidationResponse
} from './interfaces.js'
import {
  AddressType,
  AuthorizationData,
  AuthorizeCertificateStatusEnumType,
  BatteryDataType,
  BatterySwapEventEnumType,
  BootReasonEnumType,
  CancelReservationStatusEnumType,
  CertificateActionEnumType,
  CertificateHashDataChainType,
  CertificateHashDataType,
  CertificateSignedStatusEnumType,
  CertificateSigningUseEnumType,
  CertificateStatusRequestInfoType,
  CertificateStatusType,
  ChangeAvailabilityStatusEnumType,
  ChargingLimitType,
  ChargingNeedsType,
  ChargingProfileCriterionType,
  ChargingProfileStatusEnumType,
  ChargingProfileType,
  ChargingRateUnitEnumType,
  ChargingScheduleType,
  ChargingScheduleUpdateType,
  ChargingStationType,
  ClearCacheStatusEnumType,
  ClearChargingProfileStatusEnumType,
  ClearChargingProfileType,
  ClearMessageStatusEnumType,
  ClearMonitoringResultType,
  ClearTariffsResultType,
  ComponentCriterionEnumType,
  ComponentVariableType,
  CompositeScheduleType,
  ConnectorStatusEnumType,
  ConstantStreamDataType,
  CostDetailsType,
  CustomDataType,
  CustomerInformationStatusEnumType,
  DataTransferStatusEnumType,
  DERControlEnumType,
  DERControlStatusEnumType,
  DERCurveGetType,
  DERCurveType,
  DeleteCertificateStatusEnumType,
  DisplayMessageStatusEnumType,
  EnergyTransferModeEnumType,
  EnterServiceGetType,
  EnterServiceType,
  EVSEType,
  EventDataType,
  FirmwareStatusEnumType,
  FirmwareType,
  FixedPFGetType,
  FixedPFType,
  FixedVarGetType,
  FixedVarType,
  FreqDroopGetType,
  FreqDroopType,
  GenericDeviceModelStatusEnumType,
  GenericStatusEnumType,
  GetCertificateIdUseEnumType,
  GetCertificateStatusEnumType,
  GetChargingProfileStatusEnumType,
  GetDisplayMessagesStatusEnumType,
  GetInstalledCertificateStatusEnumType,
  GetVariableDataType,
  GetVariableResultType,
  GradientGetType,
  GradientType,
  GridEventFaultEnumType,
  IdTokenInfoType,
  IdTokenType,
  InstallCertificateStatusEnumType,
  InstallCertificateUseEnumType,
  Iso15118EVCertificateStatusEnumType,
  LimitMaxDischargeGetType,
  LimitMaxDischargeType,
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
  NotifyAllowedEnergyTransferStatusEnumType,
  NotifyEVChargingNeedsStatusEnumType,
  OCSPRequestDataType,
  OperationalStatusEnumType,
  PaymentStatusEnumType,
  PeriodicEventStreamParamsType,
  PreconditioningStatusEnumType,
  PriorityChargingStatusEnumType,
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
  StreamDataElementType,
  TariffAssignmentType,
  TariffChangeStatusEnumType,
  TariffGetStatusEnumType,
  TariffSetStatusEnumType,
  TariffType,
  TransactionEventEnumType,
  TransactionLimitType,
  TransactionType,
  TriggerMessageStatusEnumType,
  TriggerReasonEnumType,
  UnlockStatusEnumType,
  UnpublishFirmwareStatusEnumType,
  UpdateEnumType,
  UpdateFirmwareStatusEnumType,
  UploadLogStatusEnumType
} from './types.js'

const AFRRSignalRequest: TUnsafe<AFRRSignalRequest> = closed({
  timestamp: dateTime(),
  signal: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const AFRRSignalResponse: TUnsafe<AFRRSignalResponse> = closed({
  status: GenericStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const AdjustPeriodicEventStreamRequest: TUnsafe<AdjustPeriodicEventStreamRequest> = closed({
  id: Type.Integer({ minimum: 0.0 }),
  params: PeriodicEventStreamParamsType,
  customData: Type.Optional(CustomDataType)
})

const AdjustPeriodicEventStreamResponse: TUnsafe<AdjustPeriodicEventStreamResponse> = closed({
  status: GenericStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const AuthorizeRequest: TUnsafe<AuthorizeRequest> = closed({
  idToken: IdTokenType,
  certificate: Type.Optional(Type.String({ maxLength: 10000 })),
  iso15118CertificateHashData: Type.Optional(Type.Array(OCSPRequestDataType, { minItems: 1, maxItems: 4 })),
  customData: Type.Optional(CustomDataType)
})

const AuthorizeResponse: TUnsafe<AuthorizeResponse> = closed({
  idTokenInfo: IdTokenInfoType,
  certificateStatus: Type.Optional(AuthorizeCertificateStatusEnumType),
  allowedEnergyTransfer: Type.Optional(Type.Array(EnergyTransferModeEnumType, { minItems: 1 })),
  tariff: Type.Optional(TariffType),
  customData: Type.Optional(CustomDataType)
})

const BatterySwapRequest: TUnsafe<BatterySwapRequest> = closed({
  batteryData: Type.Array(BatteryDataType, { minItems: 1 }),
  eventType: BatterySwapEventEnumType,
  idToken: IdTokenType,
  requestId: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const BatterySwapResponse: TUnsafe<BatterySwapResponse> = closed({
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
  reservationId: Type.Integer({ minimum: 0.0 }),
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
  requestId: Type.Optional(Type.Integer()),
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

const ChangeTransactionTariffRequest: TUnsafe<ChangeTransactionTariffRequest> = closed({
  tariff: TariffType,
  transactionId: Type.String({ maxLength: 36 }),
  customData: Type.Optional(CustomDataType)
})

const ChangeTransactionTariffResponse: TUnsafe<ChangeTransactionTariffResponse> = closed({
  status: TariffChangeStatusEnumType,
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

const ClearDERControlRequest: TUnsafe<ClearDERControlRequest> = closed({
  isDefault: Type.Boolean(),
  controlType: Type.Optional(DERControlEnumType),
  controlId: Type.Optional(Type.String({ maxLength: 36 })),
  customData: Type.Optional(CustomDataType)
})

const ClearDERControlResponse: TUnsafe<ClearDERControlResponse> = closed({
  status: DERControlStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const ClearDisplayMessageRequest: TUnsafe<ClearDisplayMessageRequest> = closed({
  id: Type.Integer({ minimum: 0.0 }),
  customData: Type.Optional(CustomDataType)
})

const ClearDisplayMessageResponse: TUnsafe<ClearDisplayMessageResponse> = closed({
  status: ClearMessageStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const ClearTariffsRequest: TUnsafe<ClearTariffsRequest> = closed({
  tariffIds: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { minItems: 1 })),
  evseId: Type.Optional(Type.Integer({ minimum: 0.0 })),
  customData: Type.Optional(CustomDataType)
})

const ClearTariffsResponse: TUnsafe<ClearTariffsResponse> = closed({
  clearTariffsResult: Type.Array(ClearTariffsResultType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const ClearVariableMonitoringRequest: TUnsafe<ClearVariableMonitoringRequest> = closed({
  id: Type.Array(Type.Integer({ minimum: 0.0 }), { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const ClearVariableMonitoringResponse: TUnsafe<ClearVariableMonitoringResponse> = closed({
  clearMonitoringResult: Type.Array(ClearMonitoringResultType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const ClearedChargingLimitRequest: TUnsafe<ClearedChargingLimitRequest> = closed({
  chargingLimitSource: Type.String({ maxLength: 20 }),
  evseId: Type.Optional(Type.Integer({ minimum: 0.0 })),
  customData: Type.Optional(CustomDataType)
})

const ClearedChargingLimitResponse: TUnsafe<ClearedChargingLimitResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const ClosePeriodicEventStreamRequest: TUnsafe<ClosePeriodicEventStreamRequest> = closed({
  id: Type.Integer({ minimum: 0.0 }),
  customData: Type.Optional(CustomDataType)
})

const ClosePeriodicEventStreamResponse: TUnsafe<ClosePeriodicEventStreamResponse> = closed({
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
  requestId: Type.Integer({ minimum: 0.0 }),
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
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const FirmwareStatusNotificationResponse: TUnsafe<FirmwareStatusNotificationResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const Get15118EVCertificateRequest: TUnsafe<Get15118EVCertificateRequest> = closed({
  iso15118SchemaVersion: Type.String({ maxLength: 50 }),
  action: CertificateActionEnumType,
  exiRequest: Type.String({ maxLength: 11000 }),
  maximumContractCertificateChains: Type.Optional(Type.Integer({ minimum: 0.0 })),
  prioritizedEMAIDs: Type.Optional(Type.Array(Type.String({ maxLength: 255 }), { minItems: 1, maxItems: 8 })),
  customData: Type.Optional(CustomDataType)
})

const Get15118EVCertificateResponse: TUnsafe<Get15118EVCertificateResponse> = closed({
  status: Iso15118EVCertificateStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  exiResponse: Type.String({ maxLength: 17000 }),
  remainingContracts: Type.Optional(Type.Integer({ minimum: 0.0 })),
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

const GetCertificateChainStatusRequest: TUnsafe<GetCertificateChainStatusRequest> = closed({
  certificateStatusRequests: Type.Array(CertificateStatusRequestInfoType, { minItems: 1, maxItems: 4 }),
  customData: Type.Optional(CustomDataType)
})

const GetCertificateChainStatusResponse: TUnsafe<GetCertificateChainStatusResponse> = closed({
  certificateStatus: Type.Array(CertificateStatusType, { minItems: 1, maxItems: 4 }),
  customData: Type.Optional(CustomDataType)
})

const GetCertificateStatusRequest: TUnsafe<GetCertificateStatusRequest> = closed({
  ocspRequestData: OCSPRequestDataType,
  customData: Type.Optional(CustomDataType)
})

const GetCertificateStatusResponse: TUnsafe<GetCertificateStatusResponse> = closed({
  status: GetCertificateStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  ocspResult: Type.Optional(Type.String({ maxLength: 18000 })),
  customData: Type.Optional(CustomDataType)
})

const GetChargingProfilesRequest: TUnsafe<GetChargingProfilesRequest> = closed({
  requestId: Type.Integer(),
  evseId: Type.Optional(Type.Integer({ minimum: 0.0 })),
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
  evseId: Type.Integer({ minimum: 0.0 }),
  customData: Type.Optional(CustomDataType)
})

const GetCompositeScheduleResponse: TUnsafe<GetCompositeScheduleResponse> = closed({
  status: GenericStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  schedule: Type.Optional(CompositeScheduleType),
  customData: Type.Optional(CustomDataType)
})

const GetDERControlRequest: TUnsafe<GetDERControlRequest> = closed({
  requestId: Type.Integer(),
  isDefault: Type.Optional(Type.Boolean()),
  controlType: Type.Optional(DERControlEnumType),
  controlId: Type.Optional(Type.String({ maxLength: 36 })),
  customData: Type.Optional(CustomDataType)
})

const GetDERControlResponse: TUnsafe<GetDERControlResponse> = closed({
  status: DERControlStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const GetDisplayMessagesRequest: TUnsafe<GetDisplayMessagesRequest> = closed({
  id: Type.Optional(Type.Array(Type.Integer({ minimum: 0.0 }), { minItems: 1 })),
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
  retries: Type.Optional(Type.Integer({ minimum: 0.0 })),
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

const GetPeriodicEventStreamRequest: TUnsafe<GetPeriodicEventStreamRequest> = closed({
  customData: Type.Optional(CustomDataType)
})

const GetPeriodicEventStreamResponse: TUnsafe<GetPeriodicEventStreamResponse> = closed({
  constantStreamData: Type.Optional(Type.Array(ConstantStreamDataType, { minItems: 1 })),
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

const GetTariffsRequest: TUnsafe<GetTariffsRequest> = closed({
  evseId: Type.Integer({ minimum: 0.0 }),
  customData: Type.Optional(CustomDataType)
})

const GetTariffsResponse: TUnsafe<GetTariffsResponse> = closed({
  status: TariffGetStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  tariffAssignments: Type.Optional(Type.Array(TariffAssignmentType, { minItems: 1 })),
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
  certificate: Type.String({ maxLength: 10000 }),
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
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const LogStatusNotificationResponse: TUnsafe<LogStatusNotificationResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const MeterValuesRequest: TUnsafe<MeterValuesRequest> = closed({
  evseId: Type.Integer({ minimum: 0.0 }),
  meterValue: Type.Array(MeterValueType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const MeterValuesResponse: TUnsafe<MeterValuesResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const NotifyAllowedEnergyTransferRequest: TUnsafe<NotifyAllowedEnergyTransferRequest> = closed({
  transactionId: Type.String({ maxLength: 36 }),
  allowedEnergyTransfer: Type.Array(EnergyTransferModeEnumType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const NotifyAllowedEnergyTransferResponse: TUnsafe<NotifyAllowedEnergyTransferResponse> = closed({
  status: NotifyAllowedEnergyTransferStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const NotifyChargingLimitRequest: TUnsafe<NotifyChargingLimitRequest> = closed({
  chargingSchedule: Type.Optional(Type.Array(ChargingScheduleType, { minItems: 1 })),
  evseId: Type.Optional(Type.Integer({ minimum: 0.0 })),
  chargingLimit: ChargingLimitType,
  customData: Type.Optional(CustomDataType)
})

const NotifyChargingLimitResponse: TUnsafe<NotifyChargingLimitResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const NotifyCustomerInformationRequest: TUnsafe<NotifyCustomerInformationRequest> = closed({
  data: Type.String({ maxLength: 512 }),
  tbc: Type.Optional(Type.Boolean({ default: false })),
  seqNo: Type.Integer({ minimum: 0.0 }),
  generatedAt: dateTime(),
  requestId: Type.Integer({ minimum: 0.0 }),
  customData: Type.Optional(CustomDataType)
})

const NotifyCustomerInformationResponse: TUnsafe<NotifyCustomerInformationResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const NotifyDERAlarmRequest: TUnsafe<NotifyDERAlarmRequest> = closed({
  controlType: DERControlEnumType,
  gridEventFault: Type.Optional(GridEventFaultEnumType),
  alarmEnded: Type.Optional(Type.Boolean()),
  timestamp: dateTime(),
  extraInfo: Type.Optional(Type.String({ maxLength: 200 })),
  customData: Type.Optional(CustomDataType)
})

const NotifyDERAlarmResponse: TUnsafe<NotifyDERAlarmResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const NotifyDERStartStopRequest: TUnsafe<NotifyDERStartStopRequest> = closed({
  controlId: Type.String({ maxLength: 36 }),
  started: Type.Boolean(),
  timestamp: dateTime(),
  supersededIds: Type.Optional(Type.Array(Type.String({ maxLength: 36 }), { minItems: 1, maxItems: 24 })),
  customData: Type.Optional(CustomDataType)
})

const NotifyDERStartStopResponse: TUnsafe<NotifyDERStartStopResponse> = closed({
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
  evseId: Type.Integer({ minimum: 1.0 }),
  maxScheduleTuples: Type.Optional(Type.Integer({ minimum: 0.0 })),
  chargingNeeds: ChargingNeedsType,
  timestamp: Type.Optional(dateTime()),
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
  evseId: Type.Integer({ minimum: 1.0 }),
  selectedChargingScheduleId: Type.Optional(Type.Integer({ minimum: 0.0 })),
  powerToleranceAcceptance: Type.Optional(Type.Boolean()),
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
  seqNo: Type.Integer({ minimum: 0.0 }),
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
  seqNo: Type.Integer({ minimum: 0.0 }),
  generatedAt: dateTime(),
  customData: Type.Optional(CustomDataType)
})

const NotifyMonitoringReportResponse: TUnsafe<NotifyMonitoringReportResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const NotifyPeriodicEventStream: TUnsafe<NotifyPeriodicEventStream> = closed({
  data: Type.Array(StreamDataElementType, { minItems: 1 }),
  id: Type.Integer({ minimum: 0.0 }),
  pending: Type.Integer({ minimum: 0.0 }),
  basetime: dateTime(),
  customData: Type.Optional(CustomDataType)
})

const NotifyPriorityChargingRequest: TUnsafe<NotifyPriorityChargingRequest> = closed({
  transactionId: Type.String({ maxLength: 36 }),
  activated: Type.Boolean(),
  customData: Type.Optional(CustomDataType)
})

const NotifyPriorityChargingResponse: TUnsafe<NotifyPriorityChargingResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const NotifyReportRequest: TUnsafe<NotifyReportRequest> = closed({
  requestId: Type.Integer(),
  generatedAt: dateTime(),
  reportData: Type.Optional(Type.Array(ReportDataType, { minItems: 1 })),
  tbc: Type.Optional(Type.Boolean({ default: false })),
  seqNo: Type.Integer({ minimum: 0.0 }),
  customData: Type.Optional(CustomDataType)
})

const NotifyReportResponse: TUnsafe<NotifyReportResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const NotifySettlementRequest: TUnsafe<NotifySettlementRequest> = closed({
  transactionId: Type.Optional(Type.String({ maxLength: 36 })),
  pspRef: Type.String({ maxLength: 255 }),
  status: PaymentStatusEnumType,
  statusInfo: Type.Optional(Type.String({ maxLength: 500 })),
  settlementAmount: Type.Number(),
  settlementTime: dateTime(),
  receiptId: Type.Optional(Type.String({ maxLength: 50 })),
  receiptUrl: Type.Optional(Type.String({ maxLength: 2000 })),
  vatCompany: Type.Optional(AddressType),
  vatNumber: Type.Optional(Type.String({ maxLength: 20 })),
  customData: Type.Optional(CustomDataType)
})

const NotifySettlementResponse: TUnsafe<NotifySettlementResponse> = closed({
  receiptUrl: Type.Optional(Type.String({ maxLength: 2000 })),
  receiptId: Type.Optional(Type.String({ maxLength: 50 })),
  customData: Type.Optional(CustomDataType)
})

const NotifyWebPaymentStartedRequest: TUnsafe<NotifyWebPaymentStartedRequest> = closed({
  evseId: Type.Integer({ minimum: 0.0 }),
  timeout: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const NotifyWebPaymentStartedResponse: TUnsafe<NotifyWebPaymentStartedResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const OpenPeriodicEventStreamRequest: TUnsafe<OpenPeriodicEventStreamRequest> = closed({
  constantStreamData: ConstantStreamDataType,
  customData: Type.Optional(CustomDataType)
})

const OpenPeriodicEventStreamResponse: TUnsafe<OpenPeriodicEventStreamResponse> = closed({
  status: GenericStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const PublishFirmwareRequest: TUnsafe<PublishFirmwareRequest> = closed({
  location: Type.String({ maxLength: 2000 }),
  retries: Type.Optional(Type.Integer({ minimum: 0.0 })),
  checksum: Type.String({ maxLength: 32 }),
  requestId: Type.Integer({ minimum: 0.0 }),
  retryInterval: Type.Optional(Type.Integer({ minimum: 0.0 })),
  customData: Type.Optional(CustomDataType)
})

const PublishFirmwareResponse: TUnsafe<PublishFirmwareResponse> = closed({
  status: GenericStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const PublishFirmwareStatusNotificationRequest: TUnsafe<PublishFirmwareStatusNotificationRequest> = closed({
  status: PublishFirmwareStatusEnumType,
  location: Type.Optional(Type.Array(Type.String({ maxLength: 2000 }), { minItems: 1 })),
  requestId: Type.Optional(Type.Integer({ minimum: 0.0 })),
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const PublishFirmwareStatusNotificationResponse: TUnsafe<PublishFirmwareStatusNotificationResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const PullDynamicScheduleUpdateRequest: TUnsafe<PullDynamicScheduleUpdateRequest> = closed({
  chargingProfileId: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const PullDynamicScheduleUpdateResponse: TUnsafe<PullDynamicScheduleUpdateResponse> = closed({
  scheduleUpdate: Type.Optional(ChargingScheduleUpdateType),
  status: ChargingProfileStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const ReportChargingProfilesRequest: TUnsafe<ReportChargingProfilesRequest> = closed({
  requestId: Type.Integer(),
  chargingLimitSource: Type.String({ maxLength: 20 }),
  chargingProfile: Type.Array(ChargingProfileType, { minItems: 1 }),
  tbc: Type.Optional(Type.Boolean({ default: false })),
  evseId: Type.Integer({ minimum: 0.0 }),
  customData: Type.Optional(CustomDataType)
})

const ReportChargingProfilesResponse: TUnsafe<ReportChargingProfilesResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const ReportDERControlRequest: TUnsafe<ReportDERControlRequest> = closed({
  curve: Type.Optional(Type.Array(DERCurveGetType, { minItems: 1, maxItems: 24 })),
  enterService: Type.Optional(Type.Array(EnterServiceGetType, { minItems: 1, maxItems: 24 })),
  fixedPFAbsorb: Type.Optional(Type.Array(FixedPFGetType, { minItems: 1, maxItems: 24 })),
  fixedPFInject: Type.Optional(Type.Array(FixedPFGetType, { minItems: 1, maxItems: 24 })),
  fixedVar: Type.Optional(Type.Array(FixedVarGetType, { minItems: 1, maxItems: 24 })),
  freqDroop: Type.Optional(Type.Array(FreqDroopGetType, { minItems: 1, maxItems: 24 })),
  gradient: Type.Optional(Type.Array(GradientGetType, { minItems: 1, maxItems: 24 })),
  limitMaxDischarge: Type.Optional(Type.Array(LimitMaxDischargeGetType, { minItems: 1, maxItems: 24 })),
  requestId: Type.Integer(),
  tbc: Type.Optional(Type.Boolean()),
  customData: Type.Optional(CustomDataType)
})

const ReportDERControlResponse: TUnsafe<ReportDERControlResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const RequestBatterySwapRequest: TUnsafe<RequestBatterySwapRequest> = closed({
  idToken: IdTokenType,
  requestId: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const RequestBatterySwapResponse: TUnsafe<RequestBatterySwapResponse> = closed({
  status: GenericStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const RequestStartTransactionRequest: TUnsafe<RequestStartTransactionRequest> = closed({
  evseId: Type.Optional(Type.Integer({ minimum: 1.0 })),
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
  reservationId: Type.Integer({ minimum: 0.0 }),
  reservationUpdateStatus: ReservationUpdateStatusEnumType,
  customData: Type.Optional(CustomDataType)
})

const ReservationStatusUpdateResponse: TUnsafe<ReservationStatusUpdateResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const ReserveNowRequest: TUnsafe<ReserveNowRequest> = closed({
  id: Type.Integer({ minimum: 0.0 }),
  expiryDateTime: dateTime(),
  connectorType: Type.Optional(Type.String({ maxLength: 20 })),
  idToken: IdTokenType,
  evseId: Type.Optional(Type.Integer({ minimum: 0.0 })),
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
  evseId: Type.Optional(Type.Integer({ minimum: 0.0 })),
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
  evseId: Type.Integer({ minimum: 0.0 }),
  chargingProfile: ChargingProfileType,
  customData: Type.Optional(CustomDataType)
})

const SetChargingProfileResponse: TUnsafe<SetChargingProfileResponse> = closed({
  status: ChargingProfileStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const SetDERControlRequest: TUnsafe<SetDERControlRequest> = closed({
  isDefault: Type.Boolean(),
  controlId: Type.String({ maxLength: 36 }),
  controlType: DERControlEnumType,
  curve: Type.Optional(DERCurveType),
  enterService: Type.Optional(EnterServiceType),
  fixedPFAbsorb: Type.Optional(FixedPFType),
  fixedPFInject: Type.Optional(FixedPFType),
  fixedVar: Type.Optional(FixedVarType),
  freqDroop: Type.Optional(FreqDroopType),
  gradient: Type.Optional(GradientType),
  limitMaxDischarge: Type.Optional(LimitMaxDischargeType),
  customData: Type.Optional(CustomDataType)
})

const SetDERControlResponse: TUnsafe<SetDERControlResponse> = closed({
  status: DERControlStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  supersededIds: Type.Optional(Type.Array(Type.String({ maxLength: 36 }), { minItems: 1, maxItems: 24 })),
  customData: Type.Optional(CustomDataType)
})

const SetDefaultTariffRequest: TUnsafe<SetDefaultTariffRequest> = closed({
  evseId: Type.Integer({ minimum: 0.0 }),
  tariff: TariffType,
  customData: Type.Optional(CustomDataType)
})

const SetDefaultTariffResponse: TUnsafe<SetDefaultTariffResponse> = closed({
  status: TariffSetStatusEnumType,
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
  severity: Type.Integer({ minimum: 0.0 }),
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
  hashRootCertificate: Type.Optional(CertificateHashDataType),
  requestId: Type.Optional(Type.Integer()),
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
  evseId: Type.Integer({ minimum: 0.0 }),
  connectorId: Type.Integer({ minimum: 0.0 }),
  customData: Type.Optional(CustomDataType)
})

const StatusNotificationResponse: TUnsafe<StatusNotificationResponse> = closed({
  customData: Type.Optional(CustomDataType)
})

const TransactionEventRequest: TUnsafe<TransactionEventRequest> = closed({
  costDetails: Type.Optional(CostDetailsType),
  eventType: TransactionEventEnumType,
  meterValue: Type.Optional(Type.Array(MeterValueType, { minItems: 1 })),
  timestamp: dateTime(),
  triggerReason: TriggerReasonEnumType,
  seqNo: Type.Integer({ minimum: 0.0 }),
  offline: Type.Optional(Type.Boolean({ default: false })),
  numberOfPhasesUsed: Type.Optional(Type.Integer({ minimum: 0.0, maximum: 3.0 })),
  cableMaxCurrent: Type.Optional(Type.Integer()),
  reservationId: Type.Optional(Type.Integer({ minimum: 0.0 })),
  preconditioningStatus: Type.Optional(PreconditioningStatusEnumType),
  evseSleep: Type.Optional(Type.Boolean()),
  transactionInfo: TransactionType,
  evse: Type.Optional(EVSEType),
  idToken: Type.Optional(IdTokenType),
  customData: Type.Optional(CustomDataType)
})

const TransactionEventResponse: TUnsafe<TransactionEventResponse> = closed({
  totalCost: Type.Optional(Type.Number()),
  chargingPriority: Type.Optional(Type.Integer()),
  idTokenInfo: Type.Optional(IdTokenInfoType),
  transactionLimit: Type.Optional(TransactionLimitType),
  updatedPersonalMessage: Type.Optional(MessageContentType),
  updatedPersonalMessageExtra: Type.Optional(Type.Array(MessageContentType, { minItems: 1, maxItems: 4 })),
  customData: Type.Optional(CustomDataType)
})

const TriggerMessageRequest: TUnsafe<TriggerMessageRequest> = closed({
  evse: Type.Optional(EVSEType),
  requestedMessage: MessageTriggerEnumType,
  customTrigger: Type.Optional(Type.String({ maxLength: 50 })),
  customData: Type.Optional(CustomDataType)
})

const TriggerMessageResponse: TUnsafe<TriggerMessageResponse> = closed({
  status: TriggerMessageStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const UnlockConnectorRequest: TUnsafe<UnlockConnectorRequest> = closed({
  evseId: Type.Integer({ minimum: 0.0 }),
  connectorId: Type.Integer({ minimum: 0.0 }),
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

const UpdateDynamicScheduleRequest: TUnsafe<UpdateDynamicScheduleRequest> = closed({
  chargingProfileId: Type.Integer(),
  scheduleUpdate: ChargingScheduleUpdateType,
  customData: Type.Optional(CustomDataType)
})

const UpdateDynamicScheduleResponse: TUnsafe<UpdateDynamicScheduleResponse> = closed({
  status: ChargingProfileStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const UpdateFirmwareRequest: TUnsafe<UpdateFirmwareRequest> = closed({
  retries: Type.Optional(Type.Integer({ minimum: 0.0 })),
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

const UsePriorityChargingRequest: TUnsafe<UsePriorityChargingRequest> = closed({
  transactionId: Type.String({ maxLength: 36 }),
  activate: Type.Boolean(),
  customData: Type.Optional(CustomDataType)
})

const UsePriorityChargingResponse: TUnsafe<UsePriorityChargingResponse> = closed({
  status: PriorityChargingStatusEnumType,
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const VatNumberValidationRequest: TUnsafe<VatNumberValidationRequest> = closed({
  vatNumber: Type.String({ maxLength: 20 }),
  evseId: Type.Optional(Type.Integer({ minimum: 0.0 })),
  customData: Type.Optional(CustomDataType)
})

const VatNumberValidationResponse: TUnsafe<VatNumberValidationResponse> = closed({
  company: Type.Optional(AddressType),
  statusInfo: Type.Optional(StatusInfoType),
  vatNumber: Type.String({ maxLength: 20 }),
  evseId: Type.Optional(Type.Integer({ minimum: 0.0 })),
  status: GenericStatusEnumType,
  customData: Type.Optional(CustomDataType)
})

export {
  AdjustPeriodicEventStreamRequest,
  AdjustPeriodicEventStreamResponse,
  AFRRSignalRequest,
  AFRRSignalResponse,
  AuthorizeRequest,
  AuthorizeResponse,
  BatterySwapRequest,
  BatterySwapResponse,
  BootNotificationRequest,
  BootNotificationResponse,
  CancelReservationRequest,
  CancelReservationResponse,
  CertificateSignedRequest,
  CertificateSignedResponse,
  ChangeAvailabilityRequest,
  ChangeAvailabilityResponse,
  ChangeTransactionTariffRequest,
  ChangeTransactionTariffResponse,
  ClearCacheRequest,
  ClearCacheResponse,
  ClearChargingProfileRequest,
  ClearChargingProfileResponse,
  ClearDERControlRequest,
  ClearDERControlResponse,
  ClearDisplayMessageRequest,
  ClearDisplayMessageResponse,
  ClearedChargingLimitRequest,
  ClearedChargingLimitResponse,
  ClearTariffsRequest,
  ClearTariffsResponse,
  ClearVariableMonitoringRequest,
  ClearVariableMonitoringResponse,
  ClosePeriodicEventStreamRequest,
  ClosePeriodicEventStreamResponse,
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
  GetCertificateChainStatusRequest,
  GetCertificateChainStatusResponse,
  GetCertificateStatusRequest,
  GetCertificateStatusResponse,
  GetChargingProfilesRequest,
  GetChargingProfilesResponse,
  GetCompositeScheduleRequest,
  GetCompositeScheduleResponse,
  GetDERControlRequest,
  GetDERControlResponse,
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
  GetPeriodicEventStreamRequest,
  GetPeriodicEventStreamResponse,
  GetReportRequest,
  GetReportResponse,
  GetTariffsRequest,
  GetTariffsResponse,
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
  NotifyAllowedEnergyTransferRequest,
  NotifyAllowedEnergyTransferResponse,
  NotifyChargingLimitRequest,
  NotifyChargingLimitResponse,
  NotifyCustomerInformationRequest,
  NotifyCustomerInformationResponse,
  NotifyDERAlarmRequest,
  NotifyDERAlarmResponse,
  NotifyDERStartStopRequest,
  NotifyDERStartStopResponse,
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
  NotifyPeriodicEventStream,
  NotifyPriorityChargingRequest,
  NotifyPriorityChargingResponse,
  NotifyReportRequest,
  NotifyReportResponse,
  NotifySettlementRequest,
  NotifySettlementResponse,
  NotifyWebPaymentStartedRequest,
  NotifyWebPaymentStartedResponse,
  OpenPeriodicEventStreamRequest,
  OpenPeriodicEventStreamResponse,
  PublishFirmwareRequest,
  PublishFirmwareResponse,
  PublishFirmwareStatusNotificationRequest,
  PublishFirmwareStatusNotificationResponse,
  PullDynamicScheduleUpdateRequest,
  PullDynamicScheduleUpdateResponse,
  ReportChargingProfilesRequest,
  ReportChargingProfilesResponse,
  ReportDERControlRequest,
  ReportDERControlResponse,
  RequestBatterySwapRequest,
  RequestBatterySwapResponse,
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
  SetDERControlRequest,
  SetDERControlResponse,
  SetDefaultTariffRequest,
  SetDefaultTariffResponse,
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
  UpdateDynamicScheduleRequest,
  UpdateDynamicScheduleResponse,
  UpdateFirmwareRequest,
  UpdateFirmwareResponse,
  UsePriorityChargingRequest,
  UsePriorityChargingResponse,
  VatNumberValidationRequest,
  VatNumberValidationResponse
}
