export type { ChargePointDetail, ChargePointItem } from './describe.js'
export { type AppliedDeviation, DEVIATIONS, type Deviation, type DeviationDefinition } from './deviations/names.js'
export {
  AbortedError,
  CallError,
  DisconnectedError,
  HandlerExistsError,
  InvalidCloseError,
  InvalidMessageIdError,
  InvalidOptionsError,
  InvalidPayloadError,
  InvalidResponseError,
  InvalidTimeoutError,
  InvalidUpgradeError,
  NotConnectedError,
  QueueFullError,
  TimeoutError,
  UnknownActionError,
  WebsocketExistsError,
  WrongProtocolError
} from './errors.js'
export { passwordMatches } from './handshake.js'
export type { Ocpp } from './ocpp-api.js'
export type { AuthenticatedEndpoint, EndpointOptions, FastifyOcppOptions, OpenEndpoint } from './options.js'
export { default } from './plugin.js'
export { ALL_PROTOCOLS, type VersionInfo, versionInfo } from './protocol.js'
export { redact } from './redact.js'
export { currentTime, parseTime } from './time.js'
export type * from './types/charge-point.js'
export type * from './types/cluster.js'
export type * from './types/events.js'
export type * from './types/handlers.js'
export type * from './types/handshake.js'
export type * from './types/protocol.js'
export type * from './types/validation.js'
export { validatePayload } from './validate.js'
