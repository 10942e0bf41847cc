import type { Selectable } from 'kysely'
import type { Columns } from '../database/json.js'
import type { Schema } from '../database/schema.js'

// How the API shows the tables of a charge point. `id` and `charge_point_id` are internal.

const KEYS = { id: 'hidden', charge_point_id: 'hidden' } as const
const PLACE = { evse_id: 'place', connector_id: 'place' } as const
const COMPONENT = {
  component: 'value',
  component_instance: 'value',
  ...PLACE,
  variable: 'value',
  variable_instance: 'value'
} as const
const STATUS = {
  status: 'value',
  error_code: 'value',
  info: 'value',
  vendor_id: 'value',
  vendor_error_code: 'value',
  timestamp: 'time'
} as const

type Tables<T extends keyof Schema> = { readonly [Table in T]: Columns<Selectable<Schema[Table]>> }

/** The tables in the state of a charge point. */
export const STATE_COLUMNS: Tables<
  | 'connectors'
  | 'configuration_keys'
  | 'variables'
  | 'variable_monitors'
  | 'reservations'
  | 'charging_profiles'
  | 'display_messages'
  | 'certificates'
  | 'report_requests'
  | 'status_history'
  | 'device_events'
  | 'security_events'
  | 'status_reports'
  | 'notifications'
> = {
  // Connector 0 is shown: it is the charge point itself in 1.6, and the whole EVSE in 2.x.
  connectors: { ...KEYS, evse_id: 'place', connector_id: 'value', ...STATUS, updated_at: 'time' },
  status_history: { ...KEYS, evse_id: 'place', connector_id: 'value', ...STATUS, received_at: 'time' },
  configuration_keys: { ...KEYS, key: 'value', value: 'text', readonly: 'boolean', updated_at: 'time' },
  variables: {
    ...KEYS,
    ...COMPONENT,
    attribute: 'value',
    value: 'text',
    mutability: 'value',
    persistent: 'boolean',
    constant: 'boolean',
    characteristics: 'json',
    updated_at: 'time'
  },
  variable_monitors: {
    ...KEYS,
    monitor_id: 'value',
    ...COMPONENT,
    type: 'value',
    value: 'value',
    severity: 'value',
    transaction_only: 'boolean',
    event_notification_type: 'value',
    updated_at: 'time'
  },
  reservations: {
    ...KEYS,
    accepted_at: 'hidden',
    reservation_id: 'value',
    ...PLACE,
    connector_type: 'value',
    id_token: 'value',
    id_token_type: 'value',
    group_id: 'value',
    status: 'value',
    expires_at: 'time',
    transaction_id: 'value',
    created_at: 'time',
    updated_at: 'time'
  },
  charging_profiles: {
    ...KEYS,
    ...PLACE,
    profile_id: 'value',
    source: 'value',
    stack_level: 'value',
    purpose: 'value',
    kind: 'value',
    transaction_id: 'value',
    payload: 'json',
    message_id: 'hidden',
    confirmed: 'boolean',
    accepted_at: 'time',
    updated_at: 'time',
    boots: 'hidden'
  },
  display_messages: {
    ...KEYS,
    message_id: 'value',
    priority: 'value',
    state: 'value',
    payload: 'json',
    updated_at: 'time'
  },
  certificates: {
    ...KEYS,
    type: 'value',
    hash_algorithm: 'value',
    issuer_name_hash: 'value',
    issuer_key_hash: 'value',
    serial_number: 'value',
    pem: 'value',
    expires_at: 'time',
    status: 'value',
    updated_at: 'time'
  },
  report_requests: {
    ...KEYS,
    action: 'value',
    request_id: 'requestId',
    parts: 'json',
    last_seq_no: 'value',
    complete: 'boolean',
    payload: 'json',
    type: 'value',
    created_at: 'time',
    updated_at: 'time'
  },
  device_events: {
    ...KEYS,
    event_id: 'value',
    timestamp: 'time',
    trigger: 'value',
    cause: 'value',
    ...COMPONENT,
    actual_value: 'text',
    severity: 'value',
    cleared: 'boolean',
    transaction_id: 'value',
    monitor_id: 'value',
    event_notification_type: 'value',
    tech_code: 'value',
    tech_info: 'value',
    received_at: 'time'
  },
  security_events: {
    ...KEYS,
    type: 'value',
    source: 'value',
    timestamp: 'time',
    tech_info: 'value',
    received_at: 'time'
  },
  status_reports: {
    ...KEYS,
    kind: 'value',
    request_id: 'requestId',
    status: 'value',
    details: 'json',
    received_at: 'time'
  },
  notifications: {
    ...KEYS,
    action: 'value',
    message_id: 'value',
    evse_id: 'place',
    transaction_id: 'value',
    payload: 'json',
    received_at: 'time'
  }
}

/** The local authorization list as the charge point holds it. */
export const LOCAL_LIST_COLUMNS: Columns<Selectable<Schema['local_lists']>> = {
  charge_point_id: 'hidden',
  version: 'value',
  entries: 'json',
  updated_at: 'time'
}

/** The data of a charge point in its last BootNotification. */
export const BOOT_COLUMNS = {
  vendor: 'text',
  model: 'text',
  serial_number: 'value',
  box_serial_number: 'value',
  firmware_version: 'value',
  iccid: 'value',
  imsi: 'value',
  meter_type: 'value',
  meter_serial_number: 'value',
  reason: 'value',
  protocol: 'value'
} as const

/** The frames of the message log. */
export const MESSAGE_COLUMNS: Columns<Selectable<Schema['messages']>> = {
  ...KEYS,
  id: 'value',
  direction: 'value',
  message_type: 'value',
  message_id: 'value',
  action: 'value',
  payload: 'json',
  error_code: 'value',
  created_at: 'time'
}
