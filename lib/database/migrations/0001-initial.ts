import { type CreateTableBuilder, type Kysely, type Migration, sql } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

// A migration knows nothing of the present schema: both must be free to change.

/** By type: `name`, then ! for NOT NULL; what follows = is the default. */
interface Columns {
  text?: readonly string[]
  integer?: readonly string[]
  /** Epoch milliseconds, and ids of other tables. */
  bigint?: readonly string[]
  double?: readonly string[]
}

interface Keys {
  unique?: readonly (readonly string[])[]
  indexes?: readonly (readonly string[])[]
}

interface Table extends Keys {
  columns: Columns
  /** False: too many rows, or rows that outlive what they belong to. */
  references?: boolean
}

const PLACE = ['evse_id! = 0', 'connector_id! = 0']
const COMPONENT = ["component_instance! = ''", "variable_instance! = ''", 'component!', 'variable!']

/** Tables of a charge point: `id` and `charge_point_id` come first. */
const TABLES: Record<string, Table> = {
  connectors: {
    columns: {
      text: ['status!', 'error_code', 'info', 'vendor_id', 'vendor_error_code'],
      integer: PLACE,
      bigint: ['timestamp!', 'updated_at!']
    },
    unique: [['charge_point_id', 'evse_id', 'connector_id']]
  },
  status_history: {
    columns: {
      text: ['status!', "error_code! = ''", 'info', 'vendor_id', 'vendor_error_code'],
      integer: PLACE,
      bigint: ['timestamp!', 'received_at!']
    },
    unique: [['charge_point_id', 'evse_id', 'connector_id', 'timestamp', 'status', 'error_code']],
    indexes: [['charge_point_id', 'id']],
    references: false
  },
  transactions: {
    columns: {
      text: [
        'transaction_id!',
        'start_key',
        'protocol!',
        "status! = 'open'",
        'id_token',
        'id_token_type',
        'group_id',
        'stop_id_token',
        'charging_state',
        'missing_seq_nos',
        'stop_reason',
        'closed_reason',
        'tariff_id',
        'tariff',
        'cost_details',
        'currency'
      ],
      integer: [
        'ocpp16_id',
        ...PLACE,
        'reservation_id',
        'remote_start_id',
        'first_seq_no',
        'last_seq_no',
        'ended_seq_no',
        'offline! = 0'
      ],
      bigint: ['start_timestamp', 'end_timestamp', 'created_at!', 'ended_at', 'updated_at!'],
      double: ['meter_start', 'meter_stop', 'energy_wh', 'duration', 'charging_duration', 'cost']
    },
    unique: [['charge_point_id', 'transaction_id'], ['charge_point_id', 'start_key'], ['ocpp16_id']],
    indexes: [['charge_point_id', 'created_at'], ['start_timestamp'], ['id_token']]
  },
  transaction_events: {
    columns: {
      text: ['transaction_id!', 'event_type!', 'trigger_reason', 'payload!', 'response'],
      integer: ['seq_no!', 'offline! = 0'],
      bigint: ['timestamp!', 'received_at!']
    },
    unique: [['charge_point_id', 'transaction_id', 'event_type', 'seq_no', 'timestamp']],
    references: false
  },
  meter_values: {
    columns: {
      text: [
        "transaction_id! = ''",
        'measurand!',
        "phase! = ''",
        "context! = ''",
        "location! = ''",
        "unit! = ''",
        "format! = 'Raw'",
        'raw!',
        'signed_data'
      ],
      integer: PLACE,
      bigint: ['timestamp!', 'received_at!'],
      double: ['value']
    },
    // In this order it also serves "by transaction, in the order of time".
    unique: [
      [
        'charge_point_id',
        'transaction_id',
        'timestamp',
        'evse_id',
        'connector_id',
        'measurand',
        'phase',
        'context',
        'location',
        'unit',
        'format'
      ]
    ],
    indexes: [['charge_point_id', 'timestamp']],
    references: false
  },
  calls: {
    columns: {
      text: [
        'message_id!',
        'protocol!',
        'action!',
        'request!',
        "status! = 'pending'",
        'response',
        'error_code',
        'error_description',
        'error_details',
        'operator',
        'idempotency_key'
      ],
      bigint: ['created_at!', 'sent_at', 'answered_at'],
      double: ['duration']
    },
    unique: [['charge_point_id', 'idempotency_key']],
    indexes: [['charge_point_id', 'id'], ['message_id']],
    references: false
  },
  messages: {
    columns: {
      text: ['direction!', 'message_id!', 'action!', 'payload!', 'error_code'],
      integer: ['message_type!'],
      bigint: ['created_at!']
    },
    indexes: [['charge_point_id', 'id']],
    references: false
  },
  configuration_keys: {
    columns: { text: ['key!', 'value'], integer: ['readonly! = 0'], bigint: ['updated_at!'] },
    unique: [['charge_point_id', 'key']]
  },
  variables: {
    columns: {
      text: [...COMPONENT, "attribute! = 'Actual'", 'value', 'mutability', 'characteristics'],
      integer: [...PLACE, 'persistent', 'constant'],
      bigint: ['updated_at!']
    },
    unique: [
      [
        'charge_point_id',
        'component',
        'component_instance',
        'evse_id',
        'connector_id',
        'variable',
        'variable_instance',
        'attribute'
      ]
    ]
  },
  variable_monitors: {
    columns: {
      text: [...COMPONENT, 'type!', 'event_notification_type'],
      integer: [...PLACE, 'monitor_id!', 'severity', 'transaction_only! = 0'],
      bigint: ['updated_at!'],
      double: ['value']
    },
    unique: [['charge_point_id', 'monitor_id']]
  },
  device_events: {
    columns: {
      text: [
        ...COMPONENT,
        'trigger!',
        'actual_value!',
        'transaction_id',
        'event_notification_type',
        'tech_code',
        'tech_info'
      ],
      integer: [...PLACE, 'event_id!', 'cause', 'severity', 'cleared', 'monitor_id'],
      bigint: ['timestamp!', 'received_at!']
    },
    unique: [['charge_point_id', 'event_id', 'timestamp', 'component', 'variable']],
    indexes: [['charge_point_id', 'id']],
    references: false
  },
  security_events: {
    columns: { text: ['type!', 'source!', 'tech_info'], bigint: ['timestamp!', 'received_at!'] },
    unique: [['charge_point_id', 'type', 'timestamp', 'source']],
    indexes: [['charge_point_id', 'id']],
    references: false
  },
  status_reports: {
    columns: { text: ['kind!', 'status!', 'details'], integer: ['request_id! = -1'], bigint: ['received_at!'] },
    indexes: [['charge_point_id', 'kind', 'id']],
    references: false
  },
  reservations: {
    columns: {
      text: ['connector_type', 'id_token', 'id_token_type', 'group_id', 'status!', 'transaction_id'],
      integer: [...PLACE, 'reservation_id!'],
      bigint: ['expires_at', 'created_at!', 'updated_at!']
    },
    unique: [['charge_point_id', 'reservation_id']]
  },
  charging_profiles: {
    columns: {
      text: ["source! = 'CSO'", 'purpose', 'kind', 'transaction_id', 'payload!'],
      integer: [...PLACE, 'profile_id!', 'stack_level'],
      bigint: ['updated_at!']
    },
    unique: [['charge_point_id', 'evse_id', 'connector_id', 'profile_id', 'source']]
  },
  display_messages: {
    columns: { text: ['priority', 'state', 'payload!'], integer: ['message_id!'], bigint: ['updated_at!'] },
    unique: [['charge_point_id', 'message_id']]
  },
  certificates: {
    columns: {
      text: [
        'type!',
        "hash_algorithm! = ''",
        "issuer_name_hash! = ''",
        "issuer_key_hash! = ''",
        "serial_number! = ''",
        'pem',
        'status'
      ],
      bigint: ['expires_at', 'updated_at!']
    },
    unique: [['charge_point_id', 'type', 'hash_algorithm', 'issuer_name_hash', 'issuer_key_hash', 'serial_number']]
  },
  notifications: {
    columns: {
      text: ['action!', 'message_id!', 'transaction_id', 'payload!'],
      integer: ['evse_id! = 0'],
      bigint: ['received_at!']
    },
    indexes: [
      ['charge_point_id', 'id'],
      ['charge_point_id', 'action', 'id']
    ],
    references: false
  },
  report_requests: {
    columns: {
      text: ['action!', 'parts!', 'payload'],
      integer: ['request_id!', 'last_seq_no', 'complete! = 0'],
      bigint: ['created_at!', 'updated_at!']
    },
    unique: [['charge_point_id', 'action', 'request_id']]
  }
}

/** Tables of the installation: `id` comes first. */
const COMMON_TABLES: Record<string, Table> = {
  charge_points: {
    columns: {
      text: [
        'identity_key!',
        'identity!',
        'credential',
        'previous_credential',
        "registration! = 'Accepted'",
        'boot_status',
        'protocol',
        'vendor',
        'model',
        'serial_number',
        'box_serial_number',
        'firmware_version',
        'iccid',
        'imsi',
        'meter_type',
        'meter_serial_number',
        'boot_reason',
        'notes'
      ],
      integer: ['enabled! = 1', 'provisioned! = 0', 'security_profile', 'highest_security_profile! = 0'],
      bigint: [
        'last_boot_at',
        'last_connected_at',
        'last_disconnected_at',
        'last_seen_at',
        'removed_at',
        'created_at!',
        'updated_at!'
      ]
    },
    unique: [['identity_key']]
  },
  id_tokens: {
    columns: {
      text: [
        'token_key!',
        'id_token!',
        "type! = ''",
        "status! = 'Accepted'",
        'group_id',
        'language',
        'additional_info',
        'notes'
      ],
      integer: ['master_group! = 0'],
      bigint: ['expires_at', 'created_at!', 'updated_at!']
    },
    unique: [['token_key', 'type']],
    indexes: [['group_id']]
  },
  tariffs: {
    columns: {
      text: ['tariff_id!', 'group_id', 'currency!', 'description', 'payload'],
      bigint: ['charge_point_id', 'created_at!', 'updated_at!'],
      double: ['price_per_kwh! = 0', 'price_per_minute! = 0', 'price_per_session! = 0', 'tax! = 0']
    },
    unique: [['tariff_id']],
    indexes: [['charge_point_id'], ['group_id']]
  },
  operator_tokens: {
    columns: { text: ['name!', 'token_hash!', 'scopes!'], bigint: ['expires_at', 'last_used_at', 'created_at!'] },
    unique: [['name'], ['token_hash']]
  }
}

// OCPP sets no bounds to an integer, and a charge point's number must not make a row fail.
const TYPES = { text: 'text', integer: 'bigint', bigint: 'bigint', double: 'double precision' } as const

type Builder = CreateTableBuilder<string, string>

function addColumns(table: Builder, columns: Columns): Builder {
  let builder = table
  for (const kind of ['bigint', 'integer', 'double', 'text'] as const) {
    for (const declaration of columns[kind] ?? []) builder = addColumn(builder, declaration, TYPES[kind])
  }
  return builder
}

function addColumn(table: Builder, declaration: string, type: (typeof TYPES)[keyof typeof TYPES]): Builder {
  const [left = '', preset] = declaration.split(' = ')
  const name = left.replace('!', '')
  return table.addColumn(name, type, (column) => {
    const nullable = left.endsWith('!') ? column.notNull() : column
    return preset === undefined ? nullable : nullable.defaultTo(sql.raw(preset))
  })
}

async function createTable(db: Kysely<unknown>, name: string, table: Builder, { unique = [], indexes = [] }: Keys) {
  await table.execute()
  for (const columns of unique) await createIndex(db, name, columns).unique().execute()
  for (const columns of indexes) await createIndex(db, name, columns).execute()
}

function createIndex(db: Kysely<unknown>, table: string, columns: readonly string[]) {
  // PostgreSQL cuts a name at 63 characters.
  const name = `${table}_${columns.join('_')}`.slice(0, 60)
  return db.schema
    .createIndex(name)
    .on(table)
    .columns([...columns])
}

/** Everything of the first release. */
export function initial(dialect: Dialect): Migration {
  const newTable = (db: Kysely<unknown>, name: string): Builder => {
    const [type, build] = idColumn(dialect)
    return db.schema.createTable(name).addColumn('id', type, build)
  }
  return {
    async up(db) {
      for (const [name, table] of Object.entries(COMMON_TABLES)) {
        await createTable(db, name, addColumns(newTable(db, name), table.columns), table)
      }
      for (const [name, table] of Object.entries(TABLES)) {
        const builder = newTable(db, name).addColumn('charge_point_id', 'bigint', (column) =>
          table.references === false
            ? column.notNull()
            : column.notNull().references('charge_points.id').onDelete('cascade')
        )
        await createTable(db, name, addColumns(builder, table.columns), table)
      }
      await db.schema
        .createTable('local_lists')
        .addColumn('charge_point_id', 'bigint', (column) =>
          column.primaryKey().references('charge_points.id').onDelete('cascade')
        )
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('entries', 'text')
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema
        .createTable('meta')
        .addColumn('key', 'text', (column) => column.primaryKey().notNull())
        .addColumn('value', 'text', (column) => column.notNull())
        .execute()
      // The few that are open, among all that ever were.
      await db.schema
        .createIndex('transactions_open')
        .on('transactions')
        .columns(['charge_point_id', 'evse_id', 'connector_id'])
        .where(sql.ref('status'), '=', sql.lit('open'))
        .execute()
    }
  }
}
