import type { Generated } from 'kysely'
import type { Bit, Default, Fixed, JsonText, Milliseconds, Optional, Registration } from './columns.js'

// Charge points, and what they hold.

export interface ChargePointsTable {
  id: Generated<number>
  /** The identity without regard to case: what is looked up. */
  identity_key: Fixed<string>
  /** The identity as it was registered: what is shown. */
  identity: string
  enabled: Default<Bit>
  /** Whether an operator made or changed it; else it came by itself, under open registration. */
  provisioned: Default<Bit>
  /** Salted hash, as JSON. */
  credential: Optional<JsonText>
  /** Still valid until the charge point has used the new one. [A01.FR.03/04] */
  previous_credential: Optional<JsonText>
  /** What the operator demands. */
  security_profile: Optional<number>
  /** The highest it has ever connected with; a lower one is refused. [A05.FR.09] */
  highest_security_profile: Default<number>
  /** Whose certificate it has to show: told by an operator, or by itself when it booted with its password. */
  expected_serial_number: Optional<string>
  /** What the operator wants the next BootNotification to be answered. */
  registration: Default<Registration>
  /** What the last BootNotification was answered: acceptance survives our restart. [1.6 §4.2; B01] */
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
  /** The traits that an operator gave to the charge point, as JSON by their names. */
  traits: Optional<JsonText>
  last_boot_at: Optional<Milliseconds>
  last_connected_at: Optional<Milliseconds>
  last_disconnected_at: Optional<Milliseconds>
  last_seen_at: Optional<Milliseconds>
  /** When an operator removed the charge point. The row stays for its history, and is used again if it is created again. */
  removed_at: Optional<Milliseconds>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** The present state. 1.6: evse_id 0. Connector or EVSE 0 is the whole. */
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
  /** '' when there is no error. */
  error_code: Default<string>
  info: Optional<string>
  vendor_id: Optional<string>
  vendor_error_code: Optional<string>
  timestamp: Milliseconds
  received_at: Milliseconds
}

/** When a connector began to be in a state. The next row of its place, by `started_at`, ends it. */
export interface ConnectorStatesTable {
  id: Generated<number>
  charge_point_id: number
  evse_id: number
  connector_id: number
  /** A status of OCPP; also Unknown, Resumed (the one before), Ended (a transaction). */
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
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** The local authorization list as the charge point holds it. */
export interface LocalListsTable {
  charge_point_id: number
  version: number
  /** What we sent, in whole; null when it is not known. */
  entries: Optional<JsonText>
  updated_at: Milliseconds
}

export interface ChargingProfilesTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  evse_id: Default<number>
  connector_id: Default<number>
  profile_id: Fixed<number>
  /** CSO, or who else set it. */
  source: Default<string>
  stack_level: Optional<number>
  purpose: Optional<string>
  kind: Optional<string>
  transaction_id: Optional<string>
  payload: JsonText
  updated_at: Milliseconds
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
  /** The use, e.g. V2GRootCertificate, ChargingStationCertificate. */
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
  /** Not signed yet. */
  | 'requested'
  /** Signed, and not known to have arrived. */
  | 'issued'
  /** The charge point took it. */
  | 'accepted'
  /** The charge point did not take it. */
  | 'rejected'
  /** The authority refused to sign. */
  | 'failed'
  /** The charge point has come with it. */
  | 'in-use'
  /** The charge point has come with a later one. */
  | 'superseded'
  | 'revoked'

/** What was signed for a charge point, or is going to be. */
export interface IssuedCertificatesTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  /** The use, in the words of 2.1. */
  type: Fixed<string>
  /** One for the connection to us and that to cars. */
  combined: Default<Bit>
  status: Default<IssuedStatus>
  /** Of SignCertificate; 2.1. */
  request_id: Optional<number>
  /** The certificate signing request, in PEM. */
  csr: Fixed<string>
  /** The certificate and those above it, without the root. */
  pem: Optional<string>
  subject: Optional<string>
  /** SHA-256 of the certificate: hexadecimal, lower case. */
  fingerprint: Optional<string>
  hash_algorithm: Optional<string>
  issuer_name_hash: Optional<string>
  issuer_key_hash: Optional<string>
  serial_number: Optional<string>
  /** Why it failed or was rejected. */
  error: Optional<string>
  expires_at: Optional<Milliseconds>
  /** When the charge point first came with it. */
  used_at: Optional<Milliseconds>
  revoked_at: Optional<Milliseconds>
  /** When the charge point was last asked to renew it. */
  renewal_asked_at: Optional<Milliseconds>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** The log of frames: a ring, cut by age and by rows. No secrets. */
export interface MessagesTable {
  id: Generated<number>
  charge_point_id: number
  /** in: from the charge point. */
  direction: 'in' | 'out'
  /** 2 CALL, 3 CALLRESULT, 4 CALLERROR, 5 CALLRESULTERROR, 6 SEND. */
  message_type: number
  message_id: string
  /** Of the CALL, also beside its answer; '' when unknown. */
  action: string
  payload: string
  error_code: Optional<string>
  created_at: Milliseconds
}
