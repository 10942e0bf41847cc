import type { Generated } from 'kysely'
import type { Bit, Default, Fixed, JsonText, Milliseconds, Optional, Registration } from './columns.js'

// Charge points, and the lists, profiles and certificates that they hold.

export interface ChargePointsTable {
  id: Generated<number>
  /** The identity folded to lower case, for look-ups. */
  identity_key: Fixed<string>
  /** The identity as it was registered, for display. */
  identity: string
  /** The operators' name of the charge point. */
  name: Optional<string>
  /** The name folded to lower case, for sorting and searching. */
  name_key: Optional<string>
  site_id: Optional<string>
  enabled: Default<Bit>
  /** 1 if an operator created or changed the row; 0 if the charge point registered itself by open registration. */
  provisioned: Default<Bit>
  /** Salted hash, as JSON. */
  credential: Optional<JsonText>
  /** The previous password: valid until the charge point has used the new one. [A01.FR.03/04] */
  previous_credential: Optional<JsonText>
  /** Minimum security profile that the operator requires. */
  security_profile: Optional<number>
  /** Highest security profile of any connection so far; a lower one is refused. [A05.FR.09] */
  highest_security_profile: Default<number>
  /**
   * Serial number that the client certificate has to name. An operator set it, or the charge point told it in a boot
   * after a login with its password.
   */
  expected_serial_number: Optional<string>
  /** The operator's answer to the next BootNotification. */
  registration: Default<Registration>
  /** The answer to the last BootNotification: acceptance survives a restart of the back-end. [1.6 §4.2; B01] */
  boot_status: Optional<Registration>
  protocol: Optional<string>
  vendor: Optional<string>
  model: Optional<string>
  serial_number: Optional<string>
  /** 1.6 chargeBoxSerialNumber. */
  box_serial_number: Optional<string>
  firmware_version: Optional<string>
  iccid: Optional<string>
  imsi: Optional<string>
  meter_type: Optional<string>
  meter_serial_number: Optional<string>
  boot_reason: Optional<string>
  notes: Optional<string>
  /** The traits that an operator set for the charge point, as a JSON object by name. */
  traits: Optional<JsonText>
  last_boot_at: Optional<Milliseconds>
  /** How often it has booted since this is counted. */
  boots: Default<number>
  last_connected_at: Optional<Milliseconds>
  last_disconnected_at: Optional<Milliseconds>
  last_seen_at: Optional<Milliseconds>
  /**
   * When an operator removed the charge point. The row stays because its history refers to it; creating the identity
   * again uses the same row.
   */
  removed_at: Optional<Milliseconds>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** With several nodes: the newest connection of a charge point that has booked something. */
export interface NewestConnectionsTable {
  charge_point_id: Fixed<number>
  /** The order of the connection among those to all nodes. */
  epoch: number
}

/** The present state of a connector. `evse_id` is 0 in 1.6. Connector 0 or EVSE 0 means the whole charge point. */
export interface ConnectorsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  evse_id: Fixed<number>
  connector_id: Fixed<number>
  status: string
  error_code: Optional<string>
  info: Optional<string>
  vendor_id: Optional<string>
  vendor_error_code: Optional<string>
  timestamp: Milliseconds
  updated_at: Milliseconds
}

export interface StatusHistoryTable {
  id: Generated<number>
  charge_point_id: number
  evse_id: number
  connector_id: number
  status: string
  /** '' if there is no error. */
  error_code: Default<string>
  info: Optional<string>
  vendor_id: Optional<string>
  vendor_error_code: Optional<string>
  timestamp: Milliseconds
  received_at: Milliseconds
}

/**
 * When a connector entered a state, unless a row of `status_history` tells it: `CONNECTOR_MARKS` reads both. The next mark
 * of the same connector, by `started_at`, ends it.
 */
export interface ConnectorStatesTable {
  id: Generated<number>
  charge_point_id: number
  evse_id: number
  connector_id: number
  /**
   * A status of OCPP, or one of ours: Unknown, Resumed (the previous status is valid again), Ended (a transaction
   * ended).
   */
  state: string
  started_at: Milliseconds
  received_at: Milliseconds
}

export interface ReservationsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  reservation_id: Fixed<number>
  evse_id: Default<number>
  connector_id: Default<number>
  connector_type: Optional<string>
  id_token: Optional<string>
  id_token_type: Optional<string>
  group_id: Optional<string>
  /** Accepted, Used, Cancelled, Expired, Removed … */
  status: string
  expires_at: Optional<Milliseconds>
  transaction_id: Optional<string>
  /** NULL: an earlier release did not note it. */
  accepted_at: Optional<Milliseconds>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** The local authorization list that the charge point holds. */
export interface LocalListsTable {
  charge_point_id: number
  version: number
  /** The entries that were sent; `null` if they are not known. */
  entries: Optional<JsonText>
  updated_at: Milliseconds
}

export interface ChargingProfilesTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  evse_id: Default<number>
  connector_id: Default<number>
  profile_id: Fixed<number>
  /** ChargingLimitSource, e.g. CSO. */
  source: Default<string>
  stack_level: Optional<number>
  purpose: Optional<string>
  kind: Optional<string>
  transaction_id: Optional<string>
  payload: JsonText
  /** Of the call that was not answered, or of the remote start whose transaction is awaited; otherwise ''. */
  message_id: Default<string>
  /** 0: the charge point may have the profile or not. */
  confirmed: Default<number>
  /** When the charge point accepted the profile; absent if it was only reported. */
  accepted_at: Optional<number>
  /** When the charge point accepted or reported it last. */
  updated_at: Milliseconds
  /** How often the charge point had booted then. NULL: earlier releases did not count. */
  boots: Optional<number>
}

export interface DisplayMessagesTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  message_id: Fixed<number>
  priority: Optional<string>
  state: Optional<string>
  payload: JsonText
  updated_at: Milliseconds
}

export interface CertificatesTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  /** The use of the certificate, e.g. V2GRootCertificate, ChargingStationCertificate. */
  type: Fixed<string>
  hash_algorithm: Default<string>
  issuer_name_hash: Default<string>
  issuer_key_hash: Default<string>
  serial_number: Default<string>
  pem: Optional<string>
  expires_at: Optional<Milliseconds>
  status: Optional<string>
  updated_at: Milliseconds
}

export type IssuedStatus =
  /** The certificate is not signed yet. */
  | 'requested'
  /** The certificate is signed; the charge point has not confirmed that it arrived. */
  | 'issued'
  /** The charge point accepted the certificate. */
  | 'accepted'
  /** The charge point rejected the certificate. */
  | 'rejected'
  /** The authority rejected the signing request. */
  | 'failed'
  /** The charge point has connected with the certificate. */
  | 'in-use'
  /** The charge point has connected with a later certificate. */
  | 'superseded'
  | 'revoked'

/** A certificate that was signed, or is to be signed, for a charge point. */
export interface IssuedCertificatesTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  /** The use of the certificate, in the terms of 2.1. */
  type: Fixed<string>
  /** One certificate for both the connection to the CSMS and the connection to cars. */
  combined: Default<Bit>
  status: Default<IssuedStatus>
  /** `requestId` of SignCertificate; 2.1 only. */
  request_id: Optional<number>
  /** The certificate signing request, in PEM. */
  csr: Fixed<string>
  /** The certificate and its intermediate certificates, without the root, in PEM. */
  pem: Optional<string>
  subject: Optional<string>
  /** SHA-256 of the certificate: hexadecimal, lower case. */
  fingerprint: Optional<string>
  hash_algorithm: Optional<string>
  issuer_name_hash: Optional<string>
  issuer_key_hash: Optional<string>
  serial_number: Optional<string>
  /** Reason of the failure or of the rejection. */
  error: Optional<string>
  expires_at: Optional<Milliseconds>
  /** When the charge point first connected with the certificate. */
  used_at: Optional<Milliseconds>
  revoked_at: Optional<Milliseconds>
  /** When the charge point was last asked to renew the certificate. */
  renewal_asked_at: Optional<Milliseconds>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** The message log: a ring buffer with a maximum age and a maximum number of rows. It holds no secrets. */
export interface MessagesTable {
  id: Generated<number>
  charge_point_id: number
  /** `in`: sent by the charge point; `out`: sent by the CSMS. */
  direction: 'in' | 'out'
  /** 2 CALL, 3 CALLRESULT, 4 CALLERROR, 5 CALLRESULTERROR, 6 SEND. */
  message_type: number
  message_id: string
  /** Action of the CALL, stored with its answer as well; '' if not known. */
  action: string
  payload: string
  error_code: Optional<string>
  created_at: Milliseconds
}

/** A connection of a charge point. */
export interface ConnectionsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  connected_at: Fixed<Milliseconds>
  /** NULL while it is open, and if no process has seen its end. */
  disconnected_at: Optional<Milliseconds>
  /** If no process has seen its end: when the charge point was last heard before. NULL if that is unknown, too. */
  last_seen_at: Optional<Milliseconds>
  protocol: Fixed<string>
  security_profile: Optional<number>
  remote_address: Fixed<string>
  /** Why it ended: a reason of the library, or `unknown`. */
  reason: Optional<string>
  /** The WebSocket close code. [RFC 6455 §7.4] */
  code: Optional<number>
  is_open: Bit
  /** The process that the charge point connected to. */
  run_id: Fixed<string>
}
