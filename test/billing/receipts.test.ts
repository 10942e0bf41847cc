import assert from 'node:assert/strict'
import { it } from 'node:test'
import { BEARER, onBothBackends, operate } from '../app/support.js'
import { tokenOf } from '../operators/support.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { at, charge, issue, ok, priced, receiptsOf, refused, result, SELLER, transactionOf, VAT } from './support.js'

const IDLE = {
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.4 }], taxRates: VAT },
  idleTime: { prices: [{ priceMinute: 0.1, conditions: { minIdleTime: 300 } }], taxRates: VAT }
}

function event(eventType: string, seqNo: number, time: string, more: { wh?: number; state?: string } = {}) {
  const { wh, state } = more
  const sampledValue = [{ value: wh, measurand: 'Energy.Active.Import.Register' }]
  return {
    ...{ eventType, seqNo, timestamp: at(time), triggerReason: 'Trigger', evse: { id: 1, connectorId: 1 } },
    transactionInfo: { transactionId: 'tx', ...(state !== undefined && { chargingState: state }) },
    ...(wh !== undefined && { meterValue: [{ timestamp: at(time), sampledValue }] })
  }
}

async function receiptIn(server: TestServer, transaction: number) {
  return (await ok(server, 'GET', `/transactions/${transaction}/cost`)).receipt
}

onBothBackends('a receipt', (start) => {
  const backend = () => start(SELLER)

  it('shows what was charged in whole cents that add up, and never changes', async () => {
    const server = await backend()
    await ok(server, 'PUT', '/sites/lyon', { name: 'Bellecour <1>', address: '6 place', timeZone: 'Europe/Paris' })
    await ok(server, 'PUT', '/charge-points/SHOWN', { site: 'lyon' })
    const charger = await priced(server, 'SHOWN')
    const id = await charge(server, charger, 'SHOWN')
    // Late messages may still come.
    await server.app.issuing?.run()
    assert.deepEqual(await receiptIn(server, id), { status: 'waiting' })
    await issue(server)
    const [receipt, ...others] = await receiptsOf(server, id)
    assert.deepEqual(others, [])
    const { number, lines, taxes, netMinor, taxMinor, totalMinor, session, seller, issuedAt, tariffs } = receipt
    assert.match(number, /^R-\d{4}-\d{6}$/)
    assert.match(issuedAt, /[+]0[12]:00$/)
    assert.deepEqual([receipt.kind, receipt.currency, receipt.minorDigits], ['receipt', 'EUR', 2])
    // Case C17 of the cost function: 0.99 with 7 %, 7.333 kWh at 0.39 with 19 %.
    assert.deepEqual([netMinor, taxMinor, totalMinor], [385, 61, 446])
    assert.deepEqual(
      lines.map(({ component, netMinor, taxMinor, totalMinor }: Record<string, unknown>) => [
        component,
        netMinor,
        taxMinor,
        totalMinor
      ]),
      [
        ['fixed', 99, 7, 106],
        ['energy', 286, 54, 340]
      ]
    )
    assert.deepEqual(lines[1].prices, [{ price: 0.39, priceInclTax: 0.4641, per: 'kWh', quantity: 7333, unit: 'Wh' }])
    assert.deepEqual(taxes, [
      { type: 'VAT', tax: 7, netMinor: 99, taxMinor: 7 },
      { type: 'VAT', tax: 19, netMinor: 286, taxMinor: 54 }
    ])
    assert.deepEqual(seller, { name: 'Strom & Söhne GmbH', address: 'Ladeweg 1, 10115 Berlin', taxId: 'DE123456789' })
    const { transactionId, ...known } = session
    assert.equal(typeof transactionId, 'string')
    assert.deepEqual(known, {
      id,
      chargePoint: 'SHOWN',
      evseId: 1,
      site: { id: 'lyon', name: 'Bellecour <1>', address: '6 place' },
      idToken: 'ANNA…',
      startedAt: '2026-03-02T09:00:00+01:00',
      endedAt: '2026-03-02T10:00:00+01:00',
      timeZone: 'Europe/Paris',
      meterStart: 1000,
      meterStop: 8333,
      energyWh: 7333,
      duration: 3600
    })
    assert.deepEqual([tariffs[0].id, tariffs[0].version], ['SHOWN', 1])
    assert.deepEqual(await receiptIn(server, id), { status: 'issued', number })
    // Another name of the site, and another look for what is due, change nothing.
    await ok(server, 'PUT', '/sites/lyon', { name: 'Other' })
    await issue(server)
    assert.deepEqual(await ok(server, 'GET', `/receipts/${number}`), receipt)
  })

  it('is a page to print, on which nothing from outside is markup', async () => {
    const server = await backend()
    await ok(server, 'PUT', '/sites/page', { name: '<script>alert(1)</script>' })
    await ok(server, 'PUT', '/charge-points/PAGE', { site: 'page' })
    const id = await charge(server, await priced(server, 'PAGE'), 'PAGE')
    await issue(server)
    const [{ number }] = await receiptsOf(server, id)
    const headers = { ...BEARER, accept: 'text/html' }
    const page = await server.app.inject({ url: `/api/v1/receipts/${number}`, headers })
    assert.equal(page.statusCode, 200)
    assert.match(String(page.headers['content-type']), /^text\/html/)
    assert.match(String(page.headers['content-security-policy']), /default-src 'none'; style-src 'sha256-/)
    for (const part of [
      number,
      'Strom &amp; Söhne GmbH',
      '4.46',
      '3.85',
      '0.61',
      '7.333 kWh',
      'DE123456789',
      'noindex'
    ]) {
      assert.ok(page.body.includes(part), part)
    }
    assert.ok(!page.body.includes('<script>'))
  })

  it('has a number without gaps', async () => {
    const server = await backend()
    const charger = await priced(server, 'GAPLESS')
    for (const hour of [1, 3, 5]) await charge(server, charger, 'GAPLESS', { hour })
    await issue(server)
    const { items } = await ok(server, 'GET', '/receipts?limit=1000')
    const numbers = items.map(({ number }: { number: string }) => number).toReversed()
    const year = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Berlin', year: 'numeric' }).format(new Date())
    assert.deepEqual(
      numbers,
      numbers.map((_: string, index: number) => `R-${year}-${String(index + 1).padStart(6, '0')}`)
    )
  })

  it('is not issued while the cost is unknown, and the reason is shown', async () => {
    const server = await backend()
    const charger = await priced(server, 'UNKNOWN', { tariff: IDLE, protocol: 'ocpp2.0.1' })
    await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0 }))
    await result(charger, 'TransactionEvent', event('Ended', 1, '09:00:00', { wh: 10_000 }))
    const id = await transactionOf(server, 'UNKNOWN')
    await issue(server)
    assert.deepEqual(await receiptIn(server, id), { status: 'blocked', reason: 'no-states' })
    assert.deepEqual(await receiptsOf(server, id), [])
    const { items } = await ok(server, 'GET', '/problems?kind=receipt-blocked&chargePoint=UNKNOWN')
    assert.deepEqual(
      items.map(({ id, detail }: Record<string, unknown>) => [id, detail]),
      [[`receipt-blocked-${id}`, 'no receipt can be issued: no-states']]
    )
  })

  it('waits for events that are missing, whatever order they come in', async () => {
    const server = await backend()
    const charger = await priced(server, 'MISSING', { protocol: 'ocpp2.0.1' })
    await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0, state: 'Charging' }))
    await result(charger, 'TransactionEvent', event('Ended', 2, '09:00:00', { wh: 7333 }))
    const id = await transactionOf(server, 'MISSING')
    await issue(server)
    assert.deepEqual(await receiptIn(server, id), { status: 'blocked', reason: 'missing-events' })
    await result(charger, 'TransactionEvent', event('Updated', 1, '08:30:00', { wh: 4000 }))
    await issue(server)
    assert.deepEqual(
      (await receiptsOf(server, id)).map(({ totalMinor }: { totalMinor: number }) => totalMinor),
      [446]
    )
  })

  it('is not issued for a transaction that runs, or that was closed without a report of its end', async () => {
    const server = await backend()
    const charger = await priced(server, 'RUNS')
    const begin = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: at('08:00:00') }
    await result(charger, 'StartTransaction', begin)
    const id = await transactionOf(server, 'RUNS')
    await issue(server)
    assert.equal(await receiptIn(server, id), undefined)
    await result(charger, 'StartTransaction', { ...begin, timestamp: at('12:00:00') })
    await issue(server)
    assert.deepEqual(await receiptIn(server, id), { status: 'blocked', reason: 'not-ended' })
  })

  it('waits on when a late message comes at the moment at which it would be issued', async () => {
    const server = await backend()
    const id = await charge(server, await priced(server, 'MOMENT'), 'MOMENT')
    const { store, issuing } = server.app
    const lastHeard = (changed_at: number) =>
      store.write((trx) =>
        trx.updateTable('pending_receipts').set({ changed_at }).where('transaction_ref', '=', id).execute()
      )
    await lastHeard(Date.now() - 3_600_000)
    const commit = store.commit.bind(store)
    store.commit = async (...args) => {
      await lastHeard(Date.now())
      return commit(...args)
    }
    await issuing?.run()
    store.commit = commit
    assert.deepEqual(await receiptIn(server, id), { status: 'waiting' })
    await issue(server)
    assert.equal((await receiptsOf(server, id)).length, 1)
  })

  it('waits for the end of a transaction that goes on after all', async () => {
    const server = await backend()
    const charger = await priced(server, 'GOES-ON')
    const begin = { connectorId: 1, idTag: 'A', meterStart: 1000, timestamp: at('08:00:00') }
    const { transactionId } = await result(charger, 'StartTransaction', begin)
    const id = await transactionOf(server, 'GOES-ON')
    const free = { connectorId: 1, errorCode: 'NoError', status: 'Available', timestamp: at('08:30:00') }
    await result(charger, 'StatusNotification', free)
    const isClosed = async () => (await ok(server, 'GET', `/transactions/${id}`)).status === 'closed'
    await until('the transaction is closed', isClosed)
    await issue(server)
    assert.deepEqual(await receiptIn(server, id), { status: 'blocked', reason: 'not-ended' })
    const meterValue = [{ timestamp: at('08:45:00'), sampledValue: [{ value: '5000' }] }]
    await result(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue })
    await issue(server)
    assert.equal(await receiptIn(server, id), undefined)
    await result(charger, 'StopTransaction', { transactionId, meterStop: 8333, timestamp: at('09:00:00') })
    await issue(server)
    assert.equal((await receiptsOf(server, id))[0].totalMinor, 446)
  })

  it('stays when a late message changes the figure: a problem proposes a correction', async () => {
    const server = await backend()
    const charger = await priced(server, 'LATE')
    const begin = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: at('08:00:00') }
    const { transactionId } = await result(charger, 'StartTransaction', begin)
    const id = await transactionOf(server, 'LATE')
    await ok(server, 'POST', `/transactions/${id}/close`, { meterStop: 7000, note: 'It is broken' })
    await issue(server)
    const [before] = await receiptsOf(server, id)
    // It was not: the charge point tells the end after all.
    await result(charger, 'StopTransaction', { transactionId, meterStop: 7333, timestamp: at('09:00:00') })
    await issue(server)
    const cost = await ok(server, 'GET', `/transactions/${id}/cost`)
    assert.deepEqual([cost.revisions.length, cost.cost.total], [2, 4.46])
    const [after, ...others] = await receiptsOf(server, id)
    const { outdatedSince, ...same } = after
    assert.deepEqual([same, others, typeof outdatedSince], [before, [], 'string'])
    const { items } = await ok(server, 'GET', '/problems?kind=receipt-outdated&chargePoint=LATE')
    assert.deepEqual(
      items.map(({ id, transaction }: Record<string, unknown>) => [id, transaction]),
      [[`receipt-outdated-${before.number}`, id]]
    )
  })

  it('bills what a 2.1 charge point calculated, where the tariff says so', async () => {
    const server = await backend()
    const charger = await priced(server, 'STATION', {
      tariff: { currency: 'EUR', energy: { prices: [{ priceKwh: 0.39 }], taxRates: VAT }, billedBy: 'station' },
      protocol: 'ocpp2.1'
    })
    const price = { exclTax: 3.9, inclTax: 4.65, taxRates: [{ type: 'VAT', tax: 19 }] }
    const total = { exclTax: 3.9, inclTax: 4.65 }
    const costDetails = {
      totalCost: { currency: 'EUR', typeOfCost: 'NormalCost', energy: price, total },
      totalUsage: { energy: 10, chargingTime: 3600, idleTime: 0 }
    }
    await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0 }))
    await result(charger, 'TransactionEvent', { ...event('Ended', 1, '09:00:00', { wh: 10_000 }), costDetails })
    await issue(server)
    const [receipt] = await receiptsOf(server, await transactionOf(server, 'STATION'))
    assert.deepEqual(
      [receipt.calculatedBy, receipt.netMinor, receipt.taxMinor, receipt.totalMinor],
      ['station', 390, 75, 465]
    )
    assert.deepEqual(receipt.taxes, [{ type: 'VAT', tax: 19, netMinor: 390, taxMinor: 75 }])
    assert.deepEqual(receipt.lines, [{ component: 'energy', netMinor: 390, taxMinor: 75, totalMinor: 465, prices: [] }])
  })

  it('shows figures of a charge point only as far as they fit together', async () => {
    const server = await backend()
    const rate = (tax: number) => [{ type: 'VAT', tax }]
    const cases: [string, object, unknown, by?: string][] = [
      // Ours is billed unless the tariff says otherwise.
      ['BY-US', { total: { exclTax: 1, inclTax: 1.19 } }, [['energy', 390, 74, 464]], 'us'],
      // The lines are a cent short.
      [
        'SHORT',
        {
          energy: { exclTax: 3.89, inclTax: 4.65, taxRates: rate(19) },
          total: { exclTax: 3.9, inclTax: 4.65 }
        },
        [['amount', 390, 75, 465]]
      ],
      [
        'TWO-RATES',
        {
          energy: { exclTax: 2.9, inclTax: 3.45, taxRates: rate(19) },
          fixed: { exclTax: 1, inclTax: 1.07, taxRates: rate(7) },
          total: { exclTax: 3.9, inclTax: 4.52 }
        },
        'no-tax-rates'
      ],
      // 20 per cent, by the sums.
      [
        'WRONG-TAX',
        {
          energy: { exclTax: 3.9, inclTax: 4.68, taxRates: rate(19) },
          total: { exclTax: 3.9, inclTax: 4.68 }
        },
        'no-tax-rates'
      ],
      ['YEN', { currency: 'JPY', total: { exclTax: 390, inclTax: 390 } }, 'other-currency'],
      ['FINE', { total: { exclTax: 3.905, inclTax: 4.65 } }, 'no-net'],
      ['HALF', { total: { inclTax: 4.65 } }, 'no-net']
    ]
    for (const [identity, figures, expected, billedBy = 'station'] of cases) {
      const charger = await priced(server, identity, {
        tariff: { currency: 'EUR', energy: { prices: [{ priceKwh: 0.39 }], taxRates: VAT }, billedBy },
        protocol: 'ocpp2.1'
      })
      const costDetails = {
        totalCost: { currency: 'EUR', typeOfCost: 'NormalCost', ...figures },
        totalUsage: { energy: 10, chargingTime: 3600, idleTime: 0 }
      }
      await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0 }))
      await result(charger, 'TransactionEvent', { ...event('Ended', 1, '09:00:00', { wh: 10_000 }), costDetails })
      await issue(server)
      const id = await transactionOf(server, identity)
      const [receipt] = await receiptsOf(server, id)
      const lines = receipt?.lines.map((line: Record<string, unknown>) => [
        ...[line.component, line.netMinor],
        ...[line.taxMinor, line.totalMinor]
      ])
      assert.deepEqual(lines ?? (await receiptIn(server, id)).reason, expected, identity)
    }
  })

  it('is found by charge point, kind and time, page by page', async () => {
    const server = await backend()
    const charger = await priced(server, 'LISTED')
    const ids = [
      await charge(server, charger, 'LISTED', { hour: 1 }),
      await charge(server, charger, 'LISTED', { hour: 3 })
    ]
    await issue(server)
    const page = await ok(server, 'GET', '/receipts?chargePoint=listed&kind=receipt&limit=1')
    const next = await ok(server, 'GET', `/receipts?chargePoint=listed&limit=1&cursor=${page.nextCursor}`)
    const found = [...page.items, ...next.items].map(({ session }) => session.id)
    assert.deepEqual([found, next.nextCursor], [ids.toReversed(), undefined])
    assert.deepEqual((await ok(server, 'GET', '/receipts?chargePoint=LISTED&kind=credit-note')).items, [])
    assert.deepEqual((await ok(server, 'GET', '/receipts?chargePoint=LISTED&from=2099-01-01')).items, [])
    assert.equal((await ok(server, 'GET', '/receipts?chargePoint=Listed')).items.length, 2)
    const { issued_at: first } = await server.app.database.db
      .selectFrom('receipts')
      .select('issued_at')
      .where('transaction_ref', '=', ids[0] ?? 0)
      .executeTakeFirstOrThrow()
    const issuedBefore = async (time: number) => {
      const { items } = await ok(server, 'GET', `/receipts?chargePoint=LISTED&to=${new Date(time).toISOString()}`)
      return items.map(({ session }: { session: { id: number } }) => session.id).includes(ids[0])
    }
    assert.deepEqual([await issuedBefore(first), await issuedBefore(first + 1)], [false, true])
    assert.deepEqual(await refused(server, 'GET', '/receipts?cursor=x'), [400, 'INVALID_QUERY'])
    assert.deepEqual(await refused(server, 'GET', '/receipts/R-2026-999999'), [404, 'UNKNOWN_RECEIPT'])
    assert.equal((await refused(server, 'GET', '/receipts/nonsense'))[0], 400)
  })

  it('needs a scope of its own', async () => {
    const server = await backend()
    const headers = await tokenOf(server, 'no-billing', 'transactions:write')
    assert.equal((await server.app.inject({ url: '/api/v1/receipts', headers })).statusCode, 403)
    const reader = await tokenOf(server, 'billing-reader', 'billing:read')
    assert.equal((await server.app.inject({ url: '/api/v1/receipts', headers: reader })).statusCode, 200)
  })
})

onBothBackends('without a seller', (start) => {
  it('no receipt is issued, nor anything noted', async () => {
    const server = await start()
    const id = await charge(server, await priced(server, 'OFF'), 'OFF')
    assert.equal(await receiptIn(server, id), undefined)
    const rows = await server.app.database.db.selectFrom('pending_receipts').selectAll().execute()
    assert.deepEqual([rows, server.app.issuing], [[], undefined])
    const answer = await operate(server, 'GET', '/receipts')
    assert.deepEqual(answer.json(), { items: [] })
  })
})
