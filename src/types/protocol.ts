import type * as v16 from '../v16/index.js'
import type * as v21 from '../v21/index.js'
import type * as v201 from '../v201/index.js'

/** A WebSocket subprotocol. [OCPP-J §3.1.2] */
export type Protocol = 'ocpp1.6' | 'ocpp2.0.1' | 'ocpp2.1'

/** The two ends of a connection. 1.6 calls the CSMS the central system. */
export type Role = 'csms' | 'chargePoint'

/** Status in the answer to a BootNotification. [1.6 §4.2; 2.x B01-B03] */
export type RegistrationStatus = 'Accepted' | 'Pending' | 'Rejected'

/** The CALLERROR codes of all versions. A code is sent in the spelling of the version of the connection. */
export type CallErrorCode =
  | 'FormatViolation'
  | 'FormationViolation'
  | 'GenericError'
  | 'InternalError'
  | 'MessageTypeNotSupported'
  | 'NotImplemented'
  | 'NotSupported'
  | 'OccurenceConstraintViolation'
  | 'OccurrenceConstraintViolation'
  | 'PropertyConstraintViolation'
  | 'ProtocolError'
  | 'RpcFrameworkError'
  | 'SecurityError'
  | 'TypeConstraintViolation'

/** The first breach of its schema in a payload. */
export interface Violation {
  /** CALLERROR code in the spelling of the version. */
  readonly code: CallErrorCode
  /** JSON pointer into the payload [RFC 6901]. For a missing member, the place where it should be. */
  readonly pointer: string
  /** Requirement of the schema, without any of the input. */
  readonly message: string
}

export type Direction = 'inbound' | 'outbound'

interface ProtocolMap {
  'ocpp1.6': { Actions: v16.Actions; ChargePoint: v16.ChargePointAction; Csms: v16.CsmsAction; Send: v16.SendAction }
  'ocpp2.0.1': {
    Actions: v201.Actions
    ChargePoint: v201.ChargePointAction
    Csms: v201.CsmsAction
    Send: v201.SendAction
  }
  'ocpp2.1': { Actions: v21.Actions; ChargePoint: v21.ChargePointAction; Csms: v21.CsmsAction; Send: v21.SendAction }
}

/** The actions of one version with the types of their payloads. */
export type Actions<P extends Protocol> = ProtocolMap[P]['Actions']

/** The actions that a charge point may send with a CALL. */
export type ChargePointAction<P extends Protocol> = ProtocolMap[P]['ChargePoint']

/** The actions that a CSMS may send with a CALL. */
export type CsmsAction<P extends Protocol> = ProtocolMap[P]['Csms']

/** The actions that a charge point may send with a SEND, which has no answer. 2.1 only. */
export type SendAction<P extends Protocol> = ProtocolMap[P]['Send']

/** The request payload of an action. For several versions, the union of theirs. */
export type RequestOf<P extends Protocol, A> = P extends Protocol
  ? A extends keyof Actions<P>
    ? Actions<P>[A] extends { request: infer R }
      ? R
      : never
    : never
  : never

/** `void`: the linter allows the word only as a return type. */
type Nothing = ReturnType<() => void>

/** The response payload of an action. For several versions, the union of theirs. `void` for a SEND. */
export type ResponseOf<P extends Protocol, A> = P extends Protocol
  ? A extends keyof Actions<P>
    ? Actions<P>[A] extends { messageType: 'CALL'; response: infer R }
      ? R
      : Nothing
    : never
  : never
