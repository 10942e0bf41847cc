import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { tokenOf } from '../operators/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { at, charge, issue, ok, priced, receiptsOf, refused, result, SELLER, transactionOf, VAT } from './support.js'

const ONE_TAX = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.39 }], taxRates: VAT } }
const IDLE = {
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.4 }], taxRates: VAT },
  idleTime: { prices: [{ priceMinute: 0.1 }], taxRates: VAT }
}

async function billed(server: TestServer, identity: string, tariff: object = ONE_TAX) {
  const id = await charge(server, await priced(server, identity, { tariff }), identity, { wh: 10_000 })
  await issue(server)
  return id
}

/** Number, kind and sums of the receipts of a transaction, in their order. */
async function sums(server: TestServer, id: number) {
  const receipts = await receiptsOf(server, id)
  return receipts
    .toReversed()
    .map(({ kind, netMinor, taxMinor, totalMinor }: Record<string, unknown>) => [kind, netMinor, taxMinor, totalMinor])
}

const correct = (id: number) => `/transactions/${id}/corrections`

onBothBackends('a correction', (start) => {
  const backend = () => start(SELLER)

  it('credits the receipt with its lines, and issues another one, with who, why, before and after', async () => {
    const server = await backend()
    const id = await billed(server, 'ENERGY')
    const [first] = await receiptsOf(server, id)
    const made = await ok(server, 'POST', correct(id), { energyWh: 5000, reason: 'The meter was read off' })
    assert.deepEqual(await sums(server, id), [
      ['receipt', 390, 74, 464],
      ['credit-note', -390, -74, -464],
      ['receipt', 195, 37, 232]
    ])
    const [next, note, credited] = await receiptsOf(server, id)
    assert.deepEqual({ ...first, creditedBy: note.number }, credited)
    assert.deepEqual([note.refersTo, note.reason, note.issuedBy], [first.number, 'The meter was read off', 'operator'])
    assert.deepEqual(
      note.lines.map(({ component, totalMinor }: Record<string, unknown>) => [component, totalMinor]),
      [['energy', -464]]
    )
    assert.deepEqual(note.taxes, [{ type: 'VAT', tax: 19, netMinor: -390, taxMinor: -74 }])
    const { energyWh, meterStart, meterStop } = next.session
    assert.deepEqual(
      [energyWh, meterStart, meterStop, next.correction],
      [5000, undefined, undefined, { energyWh: 5000 }]
    )
    const { id: _, at: __, ...shown } = made
    const facts = { currency: 'EUR', duration: 3600, tariffId: 'ENERGY' }
    assert.deepEqual(shown, {
      transaction: id,
      operator: 'operator',
      reason: 'The meter was read off',
      correction: { energyWh: 5000 },
      before: { ...facts, netMinor: 390, taxMinor: 74, totalMinor: 464, energyWh: 10_000 },
      after: { ...facts, netMinor: 195, taxMinor: 37, totalMinor: 232, energyWh: 5000 },
      creditNote: note.number,
      receipt: next.number
    })
    assert.deepEqual(await ok(server, 'GET', correct(id)), { items: [made] })
    // The transaction stays as it was measured.
    assert.equal((await ok(server, 'GET', `/transactions/${id}`)).energyWh, 10_000)
    const audit = await ok(server, 'GET', '/audit?limit=1')
    assert.match(JSON.stringify(audit.items[0]), /corrections.*The meter was read off/)
  })

  it('is not billed a second time when a late message tells the cost for the first time', async () => {
    const server = await backend()
    const tariff = { ...ONE_TAX, appliesTo: { idTokens: ['LATE-TOKEN'] } }
    await ok(server, 'PUT', '/tariffs/LATE-TOKEN', tariff)
    const charger = await connectCharger(server.url, 'LATE-TOKEN', { protocol: 'ocpp2.0.1', boot: true })
    const event = (eventType: string, seqNo: number, rest: object) =>
      result(charger, 'TransactionEvent', {
        ...{ eventType, seqNo, timestamp: at(`0${8 + seqNo}:00:00`), triggerReason: 'Trigger' },
        ...{ transactionInfo: { transactionId: 'tx' }, ...rest }
      })
    const meter = (value: number, context: string) => [
      { timestamp: at('08:30:00'), sampledValue: [{ value, context }] }
    ]
    await event('Ended', 1, { meterValue: meter(11_000, 'Transaction.End') })
    const id = await transactionOf(server, 'LATE-TOKEN')
    const bill = { energyWh: 5000, tariffId: 'LATE-TOKEN', reason: 'test' }
    await ok(server, 'POST', correct(id), bill)
    await event('Started', 0, {
      idToken: { idToken: 'LATE-TOKEN', type: 'ISO14443' },
      meterValue: meter(1000, 'Transaction.Begin')
    })
    await issue(server)
    assert.deepEqual(await sums(server, id), [['receipt', 195, 37, 232]])
    const [receipt] = await receiptsOf(server, id)
    assert.ok(receipt.outdatedSince)
  })

  it('bills nothing for good, also if a transaction that the back-end closed goes on', async () => {
    const server = await backend()
    const charger = await priced(server, 'WAIVED-OPEN', { tariff: ONE_TAX, protocol: 'ocpp2.0.1' })
    const event = (eventType: string, seqNo: number, seconds: number, value: number) => {
      const timestamp = new Date(Date.now() + seconds * 1000).toISOString()
      return result(charger, 'TransactionEvent', {
        ...{ eventType, seqNo, timestamp, triggerReason: 'Trigger', transactionInfo: { transactionId: 'tx' } },
        meterValue: [{ timestamp, sampledValue: [{ value }] }]
      })
    }
    await event('Started', 0, -3600, 0)
    const id = await transactionOf(server, 'WAIVED-OPEN')
    await ok(server, 'POST', `/transactions/${id}/close`, { note: 'test' })
    await ok(server, 'POST', correct(id), { waive: true, reason: 'test' })
    await event('Updated', 1, 10, 5000)
    assert.equal((await ok(server, 'GET', `/transactions/${id}`)).status, 'open')
    await event('Ended', 2, 20, 10_000)
    await issue(server)
    assert.deepEqual(await sums(server, id), [])
    assert.deepEqual((await ok(server, 'GET', `/transactions/${id}/cost`)).receipt, { status: 'waived' })
  })

  it('may correct the end, the idle time and the tariff', async () => {
    const server = await backend()
    await ok(server, 'PUT', '/tariffs/hourly', { currency: 'EUR', chargePoint: 'NOBODY', pricePerHour: 1.2, tax: 19 })
    const id = await billed(server, 'TIMES')
    await ok(server, 'POST', correct(id), { tariffId: 'hourly', endedAt: at('08:30:00'), reason: 'unplugged earlier' })
    const idle = await billed(server, 'IDLED', IDLE)
    assert.deepEqual(await sums(server, idle), [])
    assert.equal((await ok(server, 'GET', `/transactions/${idle}/cost`)).receipt.reason, 'no-states')
    await ok(server, 'POST', correct(idle), { idleSeconds: 600, reason: 'seen on camera' })
    assert.deepEqual((await sums(server, id)).slice(1), [
      ['credit-note', -390, -74, -464],
      ['receipt', 60, 11, 71]
    ])
    // 10 kWh at 0.40 and ten minutes at 0.10.
    assert.deepEqual(await sums(server, idle), [['receipt', 500, 95, 595]])
    const { receipt } = await ok(server, 'GET', `/transactions/${idle}/cost`)
    assert.equal(receipt.status, 'issued')
  })

  it('takes the version of the tariff that was valid at the start', async () => {
    const server = await backend()
    const version = (priceKwh: number) => ({ currency: 'EUR', energy: { prices: [{ priceKwh }], taxRates: VAT } })
    const appliesTo = { chargePoints: ['NOBODY-ELSE'] }
    await ok(server, 'PUT', '/tariffs/dearer', { ...version(0.5), appliesTo })
    await ok(server, 'PUT', '/tariffs/dearer', { ...version(0.9), appliesTo, validFrom: '2026-03-03T00:00:00Z' })
    const id = await billed(server, 'VERSION')
    await ok(server, 'POST', correct(id), { tariffId: 'dearer', reason: 'wrong tariff' })
    assert.deepEqual((await sums(server, id)).at(-1), ['receipt', 500, 95, 595])
  })

  it('may set the amount, or waive it', async () => {
    const server = await backend()
    const id = await billed(server, 'AMOUNT')
    await ok(server, 'POST', correct(id), { amount: 2.5, reason: 'goodwill' })
    const made = await ok(server, 'POST', correct(id), { waive: true, reason: 'more goodwill' })
    assert.deepEqual([made.after, made.receipt, typeof made.creditNote], [{ totalMinor: 0 }, undefined, 'string'])
    assert.deepEqual(await sums(server, id), [
      ['receipt', 390, 74, 464],
      ['credit-note', -390, -74, -464],
      ['receipt', 210, 40, 250],
      ['credit-note', -210, -40, -250]
    ])
    await issue(server)
    assert.equal((await sums(server, id)).length, 4)
    const { receipt } = await ok(server, 'GET', `/transactions/${id}/cost`)
    assert.equal(receipt.status, 'credited')
    // A waived bill may be billed after all.
    const again = await ok(server, 'POST', correct(id), { amount: 0.57, reason: 'sorry' })
    assert.equal(again.creditNote, undefined)
    // 47.899 cents without tax.
    assert.deepEqual((await sums(server, id)).at(-1), ['receipt', 48, 9, 57])
  })

  it('waives what is unknown for good', async () => {
    const server = await backend()
    const charger = await priced(server, 'WAIVED', { tariff: IDLE })
    const id = await charge(server, charger, 'WAIVED')
    const made = await ok(server, 'POST', correct(id), { waive: true, reason: 'nobody knows' })
    assert.deepEqual([made.before.unknown, made.creditNote, made.receipt], ['no-states', undefined, undefined])
    await issue(server)
    assert.deepEqual(await sums(server, id), [])
    const { receipt } = await ok(server, 'GET', `/transactions/${id}/cost`)
    assert.deepEqual(receipt, { status: 'waived' })
  })

  it('refuses what is not possible, and changes nothing then', async () => {
    const server = await backend()
    const id = await billed(server, 'REFUSED', {
      ...ONE_TAX,
      fixedFee: { prices: [{ priceFixed: 1 }], taxRates: [{ type: 'VAT', tax: 7 }] }
    })
    await ok(server, 'PUT', '/tariffs/francs', { currency: 'CHF', chargePoint: 'NOBODY-2', pricePerKwh: 1 })
    const before = await sums(server, id)
    const reason = 'test'
    const cases: [object, unknown[]][] = [
      [{ reason }, [422, 'INVALID_CORRECTION', '']],
      [{ waive: true, energyWh: 1, reason }, [422, 'INVALID_CORRECTION', '/waive']],
      [{ amount: 1, energyWh: 1, reason }, [422, 'INVALID_CORRECTION', '/amount']],
      [{ amount: 1.001, reason }, [422, 'INVALID_CORRECTION', '/amount']],
      [{ amount: 1, reason }, [422, 'SEVERAL_TAXES', '/amount']],
      [{ endedAt: at('07:59:59'), reason }, [422, 'INVALID_CORRECTION', '/endedAt']],
      [{ endedAt: '2098-01-01T00:00:00Z', reason }, [422, 'INVALID_CORRECTION', '/endedAt']],
      [{ idleSeconds: 3601, reason }, [422, 'INVALID_CORRECTION', '/idleSeconds']],
      [{ tariffId: 'nothing', reason }, [422, 'UNKNOWN_TARIFF', '/tariffId']],
      [{ tariffId: 'francs', reason }, [409, 'CURRENCY_CHANGE', '/tariffId']],
      [{ energyWh: -1, reason }, [400, 'INVALID_REQUEST', '/energyWh']],
      [{ energyWh: 1 }, [400, 'INVALID_REQUEST', '/reason']]
    ]
    for (const [body, expected] of cases) {
      const found = await refused(server, 'POST', correct(id), body)
      assert.deepEqual([found[0], found[2]], [expected[0], expected[2]], JSON.stringify(body))
      if (expected[0] !== 400) assert.equal(found[1], expected[1], JSON.stringify(body))
    }
    assert.deepEqual(await sums(server, id), before)
    assert.deepEqual((await ok(server, 'GET', correct(id))).items, [])
    assert.deepEqual(await refused(server, 'POST', correct(999_999), { waive: true, reason }), [
      404,
      'UNKNOWN_TRANSACTION'
    ])
    assert.deepEqual(await refused(server, 'GET', correct(999_999)), [404, 'UNKNOWN_TRANSACTION'])
  })

  it('refuses a correction that leaves the cost unknown, and one of a transaction that runs', async () => {
    const server = await backend()
    const charger = await priced(server, 'OPEN', { tariff: IDLE })
    const begin = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: at('08:00:00') }
    const { transactionId } = await result(charger, 'StartTransaction', begin)
    const id = await transactionOf(server, 'OPEN')
    const body = { energyWh: 1000, reason: 'test' }
    assert.deepEqual(await refused(server, 'POST', correct(id), body), [409, 'TRANSACTION_OPEN'])
    await result(charger, 'StopTransaction', { transactionId, meterStop: 5, timestamp: at('09:00:00') })
    assert.deepEqual(await refused(server, 'POST', correct(id), body), [422, 'STILL_UNKNOWN'])
    assert.deepEqual(await sums(server, id), [])
  })

  it('settles what a late message changed, and only that', async () => {
    const server = await backend()
    const outdated = async (identity: string) => {
      const charger = await priced(server, identity, { tariff: ONE_TAX })
      const begin = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: at('08:00:00') }
      const { transactionId } = await result(charger, 'StartTransaction', begin)
      const id = await transactionOf(server, identity)
      await ok(server, 'POST', `/transactions/${id}/close`, { meterStop: 7000, note: 'It is broken' })
      await issue(server)
      await result(charger, 'StopTransaction', { transactionId, meterStop: 10_000, timestamp: at('09:00:00') })
      return id
    }
    const [id] = [await outdated('SETTLED'), await outdated('UNSETTLED')]
    const problems = async (identity: string) =>
      (await ok(server, 'GET', `/problems?kind=receipt-outdated&chargePoint=${identity}`)).items.length
    assert.deepEqual([await problems('SETTLED'), await problems('UNSETTLED')], [1, 1])
    await ok(server, 'POST', correct(id), { energyWh: 10_000, reason: 'as reported' })
    assert.deepEqual([await problems('SETTLED'), await problems('UNSETTLED')], [0, 1])
    assert.deepEqual((await sums(server, id)).at(-1), ['receipt', 390, 74, 464])
  })

  it('needs the scope to write bills', async () => {
    const server = await backend()
    const id = await billed(server, 'SCOPE')
    const headers = await tokenOf(server, 'correcting-reader', 'billing:read')
    const payload = { waive: true, reason: 'test' }
    const url = `/api/v1${correct(id)}`
    assert.equal((await server.app.inject({ method: 'POST', url, headers, payload })).statusCode, 403)
    assert.equal((await server.app.inject({ url, headers })).statusCode, 200)
  })
})

onBothBackends('a credit note', (start) => {
  it('is issued once for a receipt, and never for a credit note', async () => {
    const server = await start(SELLER)
    const id = await billed(server, 'CREDIT')
    const [{ number }] = await receiptsOf(server, id)
    const answers = await Promise.all(
      [1, 2, 3].map(() => operate(server, 'POST', `/receipts/${number}/credit`, { reason: 'broken cable' }))
    )
    assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [201, 409, 409])
    const note = answers.find(({ statusCode }) => statusCode === 201)?.json()
    assert.deepEqual(
      [note.kind, note.refersTo, note.totalMinor, note.reason],
      ['credit-note', number, -464, 'broken cable']
    )
    assert.deepEqual(await refused(server, 'POST', `/receipts/${number}/credit`, { reason: 'again' }), [
      409,
      'ALREADY_CREDITED'
    ])
    assert.deepEqual(await refused(server, 'POST', `/receipts/${note.number}/credit`, { reason: 'x' }), [
      409,
      'NO_RECEIPT'
    ])
    await issue(server)
    assert.equal((await receiptsOf(server, id)).length, 2)
  })

  it('cannot be issued without a seller', async () => {
    const server = await start(SELLER)
    const id = await billed(server, 'UNSOLD')
    const [{ number }] = await receiptsOf(server, id)
    const without = await start()
    assert.deepEqual(await refused(without, 'POST', `/receipts/${number}/credit`, { reason: 'x' }), [
      409,
      'RECEIPTS_OFF'
    ])
    assert.deepEqual(await refused(without, 'POST', correct(id), { waive: true, reason: 'x' }), [409, 'RECEIPTS_OFF'])
  })
})
