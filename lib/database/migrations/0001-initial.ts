import type { Migration } from 'kysely'
import type { Dialect } from '../dialect.js'
import { createDeviceTables } from './0001-initial-devices.js'
import { createInstallationTables } from './0001-initial-installation.js'
import { createReportTables } from './0001-initial-reports.js'
import { createTransactionTables } from './0001-initial-transactions.js'

// Migrations do not use the present schema, because both must be free to change. Every integer is a bigint: OCPP sets no
// limit to integers, and the number that a charge point chose must not make an insert fail.

/** The schema of the first release. */
export function initial(dialect: Dialect): Migration {
  return {
    async up(db) {
      await createInstallationTables(db, dialect)
      await createTransactionTables(db, dialect)
      await createReportTables(db, dialect)
      await createDeviceTables(db, dialect)
    }
  }
}
