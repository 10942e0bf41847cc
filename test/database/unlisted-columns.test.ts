import assert from 'node:assert/strict'
import { it } from 'node:test'
import { sql } from 'kysely'
import { onBothBackends, operate } from '../app/support.js'
import { book, startTransaction } from '../ledger/wire-support.js'
import { connectCharger } from '../support/charger.js'

const VALUE = 'nobody decided to show this'

/** The resources of a charge point and the lists that are made of rows. */
const PATHS = [
  '/charge-points',
  '/charge-points/CP-1',
  '/charge-points/CP-1/state',
  '/charge-points/CP-1/messages',
  '/charge-points/CP-1/calls',
  '/charge-points/CP-1/meter-values',
  '/charge-points/CP-1/certificates',
  '/calls',
  '/bulk-calls',
  '/id-tokens',
  '/id-tokens/TAG',
  '/tariffs',
  '/transactions',
  '/transactions/1',
  '/transactions/1/meter-values',
  '/webhooks',
  '/operator-tokens',
  '/audit'
]

onBothBackends('a column that no resource lists', (start) => {
  it('is in no answer', async () => {
    const server = await start({ OCPP_REGISTRATION: 'open', UNKNOWN_ID_TOKENS: 'accept' })
    const { db, writer } = server.app.database
    const tables = await db.introspection.getTables()
    await writer.write(async (trx) => {
      for (const { name } of tables) {
        await sql`alter table ${sql.table(name)} add column unlisted text default ${sql.lit(VALUE)}`.execute(trx)
      }
    })
    const charger = await connectCharger(server.url, 'CP-1', { boot: true })
    charger.onCall(() => ({ configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '60' }] }))
    await book(charger, 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' })
    await book(charger, 'SecurityEventNotification', { type: 'SettingSystemTime', timestamp: '2026-01-01T09:00:00Z' })
    await book(charger, 'FirmwareStatusNotification', { status: 'Idle' })
    const transactionId = await startTransaction(charger)
    const meterValue = [{ timestamp: '2026-01-01T10:00:00Z', sampledValue: [{ value: '200' }] }]
    await book(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue })
    await operate(server, 'PUT', '/id-tokens/TAG', { status: 'Accepted' })
    await operate(server, 'PUT', '/tariffs/standard', { currency: 'EUR', pricePerKwh: 0.39 })
    await operate(server, 'POST', '/charge-points/CP-1/calls/GetConfiguration', {})

    for (const path of PATHS) {
      const { statusCode, body } = await operate(server, 'GET', path)
      assert.equal(statusCode, 200, path)
      assert.ok(!body.includes(VALUE), `${path} shows an unlisted column`)
    }
    const { connectors, configuration, securityEvents, progress } = (
      await operate(server, 'GET', '/charge-points/CP-1/state')
    ).json()
    for (const block of [connectors, configuration, securityEvents, progress]) assert.equal(block.length, 1)
  })
})
