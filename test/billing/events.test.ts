import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends } from '../app/support.js'
import { until } from '../support/wait.js'
import { openReceiver, type ReceivedEvent } from '../webhooks/receiver.js'
import { addWebhook, LOCAL } from '../webhooks/support.js'
import { charge, issue, ok, priced, receiptsOf, result, SELLER } from './support.js'

interface Sums {
  netMinor: number
  taxMinor: number
  totalMinor: number
}

interface Line extends Sums {
  component: string
}

interface Document extends Sums {
  number: string
  kind: string
  refersTo?: string
  currency: string
  lines: Line[]
  session: { chargePoint: string; idToken: string; energyWh: number }
  seller: { name: string }
}

/** An invoice as a billing system makes it: from the event alone. */
function invoiceOf({ data }: ReceivedEvent) {
  const document = data.document as Document
  const sum = (name: keyof Sums) => document.lines.reduce((all, line) => all + line[name], 0)
  assert.deepEqual(
    [sum('netMinor'), sum('taxMinor'), sum('totalMinor')],
    [document.netMinor, document.taxMinor, document.totalMinor]
  )
  return [data.change, document.kind, document.number, document.refersTo, document.totalMinor, data.idToken]
}

onBothBackends('the events of bills', (start) => {
  it('have everything that a billing system needs, and reach webhooks that may know', async () => {
    const server = await start({ ...SELLER, ...LOCAL })
    const [whole, short, none] = [await openReceiver(), await openReceiver(), await openReceiver()]
    const types = ['cost', 'receipt']
    const filter = { types, chargePoints: ['TOLD'] }
    await addWebhook(server, {
      ...{ url: whole.url, filter },
      scopes: ['transactions:read', 'billing:read', 'id-tokens:read']
    })
    await addWebhook(server, { url: short.url, filter, scopes: ['billing:read'] })
    await addWebhook(server, { url: none.url, filter, scopes: ['charge-points:read', 'transactions:read'] })
    const id = await charge(server, await priced(server, 'TOLD'), 'TOLD')
    await issue(server)
    await ok(server, 'POST', `/transactions/${id}/corrections`, { energyWh: 1000, reason: 'test' })
    const [next, note, first] = await receiptsOf(server, id)

    const events = (await whole.received(4)).map(({ event }) => event)
    const [cost, ...bills] = events
    const { data: issued } = bills[0] ?? assert.fail('no bill was told')
    assert.deepEqual(
      [cost?.type, cost?.data],
      [
        'cost',
        {
          ...{ change: 'final', id, transactionId: first.session.transactionId, revision: 1, calculatedBy: 'us' },
          ...{ total: 4.46, currency: 'EUR' }
        }
      ]
    )
    assert.deepEqual(bills.map(invoiceOf), [
      ['issued', 'receipt', first.number, undefined, 446, 'ANNA-1234'],
      ['credited', 'credit-note', note.number, first.number, -446, 'ANNA-1234'],
      ['issued', 'receipt', next.number, undefined, 152, 'ANNA-1234']
    ])
    const { creditedBy: _, ...document } = first
    assert.deepEqual(issued.document, document)
    const [tariff] = issued.tariffs as { id: string; version: number; document: { currency: string } }[]
    assert.deepEqual([tariff?.id, tariff?.version, tariff?.document.currency], ['TOLD', 1, 'EUR'])
    const { periods } = issued.cost as { periods: { charges: { because: string }[] }[] }
    assert.deepEqual(
      periods.flatMap(({ charges }) => charges.map(({ because }) => because)),
      ['always', 'always']
    )

    const shortened = (await short.received(3)).map(({ event }) => event)
    assert.deepEqual(
      shortened.map(({ type, data }) => [type, data.idToken]),
      Array.from({ length: 3 }, () => ['receipt', 'ANNA…'])
    )
    await until('the third webhook has its event', () => none.requests.length === 1)
    assert.equal(none.requests[0]?.event.type, 'cost')
  })

  it('have signed values to the byte, also those with a URL', async () => {
    const server = await start({ ...SELLER, ...LOCAL })
    const receiver = await openReceiver()
    const filter = { types: ['receipt'], chargePoints: ['SIGNING'] }
    await addWebhook(server, { url: receiver.url, filter, scopes: ['billing:read'] })
    const charger = await priced(server, 'SIGNING')
    const begin = { connectorId: 1, idTag: 'A', meterStart: 1000, timestamp: '2026-03-02T08:00:00Z' }
    const { transactionId } = await result(charger, 'StartTransaction', begin)
    const signed = 'OCMF|{"ID":"https://user:name@meter.example/1"}|{"SD":"30 45"}'
    const sample = { value: signed, format: 'SignedData', context: 'Transaction.End' }
    const timestamp = '2026-03-02T09:00:00Z'
    const transactionData = [{ timestamp, sampledValue: [sample] }]
    await result(charger, 'StopTransaction', { transactionId, meterStop: 8333, timestamp, transactionData })
    await issue(server)
    const [{ event } = assert.fail('no receipt was told')] = await receiver.received(1)
    const { signedValues } = event.data.document as { signedValues: { data: string }[] }
    assert.deepEqual(
      signedValues.map(({ data }) => data),
      [signed]
    )
  })

  it('of a cost follow each change of the figure, once', async () => {
    const server = await start({ ...SELLER, ...LOCAL })
    const receiver = await openReceiver()
    const filter = { types: ['cost'], chargePoints: ['REVISED'] }
    await addWebhook(server, { url: receiver.url, filter, scopes: ['transactions:read'] })
    const charger = await priced(server, 'REVISED', { protocol: 'ocpp2.0.1' })
    const meter = (value: number, context: string) => [
      { timestamp: '2026-03-02T07:30:00Z', sampledValue: [{ value, context }] }
    ]
    const event = (eventType: string, seqNo: number, meterValue: object[] = []) =>
      charger.call('TransactionEvent', {
        ...{ eventType, seqNo, timestamp: `2026-03-02T0${7 + seqNo}:00:00Z`, triggerReason: 'Trigger' },
        transactionInfo: { transactionId: 'tx' },
        ...(meterValue.length > 0 && { meterValue })
      })
    await event('Started', 0)
    await event('Ended', 1, meter(8333, 'Transaction.End'))
    await event('Ended', 1, meter(8333, 'Transaction.End'))
    await event('Updated', 2, meter(1000, 'Transaction.Begin'))
    const events = await receiver.received(2)
    assert.deepEqual(
      events.map(({ event: { data } }) => [data.change, data.revision, data.total, data.unknown]),
      [
        ['final', 1, undefined, 'no-start-register'],
        ['revised', 2, 4.46, undefined]
      ]
    )
  })
})
