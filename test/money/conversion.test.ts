import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sql } from 'kysely'
import { appliedMigrations, knownMigrations, MIGRATIONS, migrate } from '../../lib/database/migrations.js'
import { findTariff } from '../../lib/ledger/tariffs.js'
import { emptyDatabase, onBothDatabases, open } from '../database/support.js'
import { isConvertedExactly } from './conversion.js'

describe('a flat tariff of an earlier release', () => {
  // 10 000: conversion.long.ts.
  it('costs the same to the cent', () => isConvertedExactly(500))
})

onBothDatabases('tariffs of an earlier release', (dialect) => {
  it('become first versions, and transactions keep their figures', async () => {
    const database = open(await emptyDatabase(dialect))
    const { writeDb } = database
    const before = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name < '0030'))
    await migrate(writeDb, { dialect, migrations: before })
    await sql`insert into charge_points (id, identity_key, identity, created_at, updated_at)
      values (1, 'cp-1', 'CP-1', 0, 0)`.execute(writeDb)
    await sql`insert into tariffs (tariff_id, charge_point_id, group_id, currency, price_per_kwh, price_per_hour,
      price_per_session, tax, description, created_at, updated_at) values
      ('all', 1, 'staff', 'EUR', 0.39, 1.2, 0.5, 19, 'Day', 1, 2),
      ('free', null, null, 'CHF', 0, 0, 0, 0, null, 3, 4),
      ('same', null, null, 'CHF', 0, 0, 0, 0, null, 3, 4)`.execute(writeDb)
    const old = JSON.stringify({
      id: 'all',
      currency: 'EUR',
      pricePerKwh: 1,
      pricePerHour: 0,
      pricePerSession: 0,
      tax: 0
    })
    await sql`insert into transactions (charge_point_id, transaction_id, protocol, tariff_id, tariff, cost, cost_details,
      currency, created_at, updated_at) values (1, 't', 'ocpp1.6', 'all', ${old}, 7.77, '{"net":7,"tax":0.77,"total":7.77}',
      'EUR', 5, 6)`.execute(writeDb)
    await migrate(writeDb, { dialect })
    assert.deepEqual(await migrate(writeDb, { dialect }), [])
    assert.deepEqual(await appliedMigrations(database.db), knownMigrations())

    const {
      warnings: _,
      document,
      text: __,
      ocppTariffId,
      ...record
    } = (await findTariff(database.db, 'all')) ?? assert.fail()
    assert.deepEqual(record, {
      id: 'all',
      chargePoint: 'CP-1',
      groupId: 'staff',
      ...{ currency: 'EUR', pricePerKwh: 0.39, pricePerHour: 1.2, pricePerSession: 0.5, tax: 19, description: 'Day' },
      enabled: true,
      appliesTo: { chargePoints: ['CP-1'], groupIds: ['staff'] },
      priority: 0,
      version: 1,
      updatedAt: '1970-01-01T00:00:00.002Z'
    })
    assert.match(ocppTariffId, /^all\.[0-9a-f]{12}$/)
    assert.deepEqual(document.energy, { prices: [{ priceKwh: 0.39 }], taxRates: [{ type: 'VAT', tax: 19 }] })
    assert.deepEqual((await findTariff(database.db, 'free'))?.document, {
      currency: 'CHF',
      fixedFee: { prices: [{ priceFixed: 0 }] }
    })
    const { cost, cost_details, tariff } = await database.db
      .selectFrom('transactions')
      .selectAll()
      .executeTakeFirstOrThrow()
    assert.deepEqual([cost, cost_details, tariff], [7.77, '{"net":7,"tax":0.77,"total":7.77}', old])
  })
})
