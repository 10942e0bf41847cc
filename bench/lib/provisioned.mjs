import { createCredential, writeCredential } from '../../dist/lib/charge-points/credential.js'
import { migrateDatabase, openDatabase } from '../../dist/lib/database/open.js'
import { emptyDatabase } from '../storage/databases.mjs'
import { ServerProcess } from './server-process.mjs'

const PASSWORD = 'the-same-for-this-benchmark'
const ROWS_AT_ONCE = 500

/**
 * Makes charge points known with a password, straight in the database.
 *
 * @param {Record<string, string>} settings
 * @param {readonly string[]} identities
 * @param {string} password
 */
export async function provision(settings, identities, password) {
  const database = openDatabase({ DATABASE_POOL_SIZE: 2, ...settings })
  try {
    await migrateDatabase(database)
    const now = Date.now()
    const rows = identities.map((identity) => ({
      identity,
      identity_key: identity.toLowerCase(),
      credential: writeCredential(createCredential(password)),
      created_at: now,
      updated_at: now
    }))
    while (rows.length > 0) {
      await database.writeDb.insertInto('charge_points').values(rows.splice(0, ROWS_AT_ONCE)).execute()
    }
  } finally {
    await database.close()
  }
}

/**
 * A server that a fleet can connect to. The back-end has an empty SQLite database, and knows the chargers by their
 * passwords.
 *
 * @param {import('./server-process.mjs').ServerName} name
 * @param {number} chargers
 * @param {string[]} [nodeOptions]
 */
export async function startServer(name, chargers, nodeOptions = []) {
  if (name !== 'backend') return { server: await ServerProcess.start(name, nodeOptions), drop: async () => {} }
  const { settings, drop } = await emptyDatabase('sqlite')
  const identities = Array.from({ length: chargers }, (_, index) => `CP-${index}`)
  await provision(settings, identities, PASSWORD)
  const more = { settings: { OPERATOR_TOKEN: 'token-of-the-benchmark', ...settings }, password: PASSWORD }
  const server = await ServerProcess.start('backend', nodeOptions, more)
  return { server, drop }
}
