import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { prune } from '../../lib/database/retention.js'
import { readSignedValue, xmlOf } from '../../lib/money/signed-value.js'
import { BEARER, onBothBackends } from '../app/support.js'
import type { TestServer } from '../support/server.js'
import { at, issue, ok, priced, receiptsOf, refused, result, SELLER, TARIFF, transactionOf } from './support.js'

const ocmf = (kind: string, wh: number) =>
  `OCMF|{"FV":"1.0","MS":"12&<>\\"é","RD":[{"TM":"2026-03-02T08:00:00,000+0100 S","TX":"${kind}","RV":${wh / 1000},"RU":"kWh"}]}|{"SD":"30 45"}`

function signed16(context: string, value: string) {
  return { value, context, format: 'SignedData', measurand: 'Energy.Active.Import.Register' }
}

const RAW = { value: '1000', context: 'Transaction.Begin' }

interface Shown {
  context?: string
  data: string
  encoding: string
  publicKey?: string
}

async function valuesOf(server: TestServer, id: number): Promise<Shown[]> {
  return (await ok(server, 'GET', `/transactions/${id}/signed-values`)).items
}

async function xmlFor(server: TestServer, id: number): Promise<string> {
  const headers = { ...BEARER, accept: 'application/xml' }
  const answer = await server.app.inject({ url: `/api/v1/transactions/${id}/signed-values`, headers })
  assert.equal(answer.statusCode, 200)
  assert.match(String(answer.headers['content-type']), /^application\/xml/)
  return answer.body
}

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' }
const unescaped = (text: string) => text.replace(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity)

/** Context, encoding and content of each signed value in XML, read by nothing of ours. */
function contentOf(xml: string) {
  const values = [...xml.matchAll(/<value [^>]*?context="([^"]*)"[^>]*>\s*<signedData [^>]*encoding="(\w+)">([^<]*)</g)]
  return values.map(([, context, encoding, data = '']) => [context, encoding, unescaped(data)])
}

onBothBackends('signed meter values', (start) => {
  const backend = () => start(SELLER)

  it('of 1.6 are kept to the byte, from MeterValues and from StopTransaction', async () => {
    const server = await backend()
    const charger = await priced(server, 'SIGNED-16')
    const begin = { connectorId: 1, idTag: 'A', meterStart: 1000, timestamp: at('08:00:00') }
    const { transactionId } = await result(charger, 'StartTransaction', begin)
    const first = { timestamp: at('08:00:00'), sampledValue: [RAW, signed16('Transaction.Begin', ocmf('B', 1000))] }
    await result(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue: [first] })
    const json = JSON.stringify({ signedMeterData: 'AAECAwQF+/8=', encodingMethod: 'EDL', publicKey: '04ab' })
    const last = { timestamp: at('09:00:00'), sampledValue: [signed16('Transaction.End', json)] }
    await result(charger, 'StopTransaction', {
      ...{ transactionId, meterStop: 8333, timestamp: at('09:00:00') },
      transactionData: [first, last]
    })
    const id = await transactionOf(server, 'SIGNED-16')
    assert.deepEqual(
      (await valuesOf(server, id)).map(({ context, data, encoding, publicKey }) => [
        context,
        data,
        encoding,
        publicKey
      ]),
      [
        ['Transaction.Begin', ocmf('B', 1000), 'plain', undefined],
        ['Transaction.End', 'AAECAwQF+/8=', 'base64', '04ab']
      ]
    )
    const xml = await xmlFor(server, id)
    assert.deepEqual(contentOf(xml), [
      ['Transaction.Begin', 'plain', ocmf('B', 1000)],
      ['Transaction.End', 'base64', 'AAECAwQF+/8=']
    ])
    assert.match(xml, /<publicKey encoding="hex">04ab<\/publicKey>/)
    assert.match(xml, /<value transactionId="\d+" context="Transaction.Begin">\s*<signedData format="OCMF"/)
  })

  it('of 2.x are kept to the byte, from Started, Updated, Ended and MeterValues', async () => {
    const server = await backend()
    const charger = await priced(server, 'SIGNED-2', { protocol: 'ocpp2.0.1' })
    const signedMeterValue = (text: string) => ({
      ...{ signedMeterData: Buffer.from(text).toString('base64'), signingMethod: 'ECDSA-secp256r1-SHA256' },
      ...{ encodingMethod: 'OCMF', publicKey: 'b2NhOmJhc2UxNg==' }
    })
    const meter = (time: string, context: string, wh: number, text?: string) => ({
      timestamp: at(time),
      sampledValue: [{ value: wh, context, ...(text !== undefined && { signedMeterValue: signedMeterValue(text) }) }]
    })
    const event = (eventType: string, seqNo: number, time: string, ...meterValue: object[]) =>
      result(charger, 'TransactionEvent', {
        ...{ eventType, seqNo, timestamp: at(time), triggerReason: 'Trigger', evse: { id: 1, connectorId: 1 } },
        transactionInfo: { transactionId: 'tx' },
        meterValue
      })
    await event('Started', 0, '08:00:00', meter('08:00:00', 'Transaction.Begin', 0, 'B'))
    await event('Updated', 1, '08:20:00', meter('08:20:00', 'Sample.Periodic', 2000, 'P'))
    await result(charger, 'MeterValues', { evseId: 1, meterValue: [meter('08:30:00', 'Sample.Clock', 3000, 'C')] })
    // The start once more, this time with the reading that was not signed before.
    await event(
      'Ended',
      2,
      '09:00:00',
      meter('08:00:00', 'Transaction.Begin', 0, 'B'),
      meter('09:00:00', 'Transaction.End', 7333, 'E')
    )
    const id = await transactionOf(server, 'SIGNED-2')
    assert.deepEqual(
      (await valuesOf(server, id)).map(({ data }) => Buffer.from(data, 'base64').toString()),
      ['B', 'P', 'C', 'E']
    )
    assert.deepEqual(
      contentOf(await xmlFor(server, id)).map(([, encoding, data]) => [
        encoding,
        Buffer.from(data ?? '', 'base64').toString()
      ]),
      [...'BPCE'].map((text) => ['base64', text])
    )
    await issue(server)
    const [receipt] = await receiptsOf(server, id)
    assert.deepEqual(
      receipt.signedValues.map(({ context, data }: Shown) => [context, Buffer.from(data, 'base64').toString()]),
      [
        ['Transaction.Begin', 'B'],
        ['Transaction.End', 'E']
      ]
    )
  })

  it('are kept where an unsigned value of the same moment came before', async () => {
    const server = await backend()
    const charger = await priced(server, 'SIGNED-LATE', { protocol: 'ocpp2.0.1' })
    const value = (more: object = {}) => ({
      timestamp: at('08:00:00'),
      sampledValue: [{ value: 0, context: 'Transaction.Begin', ...more }]
    })
    const event = (eventType: string, seqNo: number, time: string, meterValue: object[]) =>
      result(charger, 'TransactionEvent', {
        ...{ eventType, seqNo, timestamp: at(time), triggerReason: 'Trigger', evse: { id: 1, connectorId: 1 } },
        transactionInfo: { transactionId: 'tx' },
        meterValue
      })
    await event('Started', 0, '08:00:00', [value()])
    const signedMeterValue = { signedMeterData: 'QQ==', signingMethod: '', encodingMethod: 'OCMF', publicKey: '' }
    await event('Ended', 1, '09:00:00', [value({ signedMeterValue })])
    const values = await valuesOf(server, await transactionOf(server, 'SIGNED-LATE'))
    assert.deepEqual(
      values.map(({ data, publicKey }) => [data, publicKey]),
      [['QQ==', undefined]]
    )
  })

  it('stay when retention has deleted the meter values', async () => {
    const server = await backend()
    const charger = await priced(server, 'SIGNED-KEPT', { tariff: TARIFF })
    const begin = { connectorId: 1, idTag: 'A', meterStart: 1000, timestamp: at('08:00:00') }
    const { transactionId } = await result(charger, 'StartTransaction', begin)
    const sampledValue = [RAW, signed16('Transaction.Begin', ocmf('B', 1000))]
    const meterValue = [{ timestamp: at('08:00:00'), sampledValue }]
    await result(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue })
    await result(charger, 'StopTransaction', { transactionId, meterStop: 8333, timestamp: at('09:00:00') })
    const id = await transactionOf(server, 'SIGNED-KEPT')
    await issue(server)
    const before = [await valuesOf(server, id), await xmlFor(server, id)]
    const { db, writer } = server.app.database
    const settings = { ...server.app.config, RETENTION_METER_VALUES_DAYS: 1 }
    await prune({ db, writer, settings, now: Date.now() + 10 * 86_400_000, pause: 0 })
    const { items } = await ok(server, 'GET', `/transactions/${id}/meter-values`)
    assert.deepEqual([items, await valuesOf(server, id), await xmlFor(server, id)], [[], ...before])
    assert.equal((await receiptsOf(server, id))[0].signedValues[0].data, ocmf('B', 1000))
  })

  it('are a list in pages, empty for a charge point that signs nothing', async () => {
    const server = await backend()
    const charger = await priced(server, 'SIGNED-PAGES')
    const begin = { connectorId: 1, idTag: 'A', meterStart: 1000, timestamp: at('08:00:00') }
    const { transactionId } = await result(charger, 'StartTransaction', begin)
    const id = await transactionOf(server, 'SIGNED-PAGES')
    assert.deepEqual(await valuesOf(server, id), [])
    assert.match(await xmlFor(server, id), /<values>\s*<\/values>/)
    for (let minute = 10; minute < 13; minute++) {
      const sampledValue = [signed16('Sample.Periodic', ocmf('T', minute))]
      await result(charger, 'MeterValues', {
        ...{ connectorId: 1, transactionId },
        meterValue: [{ timestamp: at(`08:${minute}:00`), sampledValue }]
      })
    }
    const first = await ok(server, 'GET', `/transactions/${id}/signed-values?limit=2`)
    const rest = await ok(server, 'GET', `/transactions/${id}/signed-values?limit=2&cursor=${first.nextCursor}`)
    assert.deepEqual(
      [...first.items, ...rest.items].map(({ data }: Shown) => data),
      [10, 11, 12].map((minute) => ocmf('T', minute))
    )
    assert.deepEqual([first.items.length, rest.nextCursor], [2, undefined])
    assert.deepEqual(await refused(server, 'GET', '/transactions/999999/signed-values'), [404, 'UNKNOWN_TRANSACTION'])
  })
})

describe('the container for transparency software', () => {
  const place = { transactionId: '1', context: '' }

  it('encodes once more what XML cannot hold', () => {
    for (const text of ['a\u0000b', 'a\rb', 'a\ud800b']) {
      const xml = xmlOf({ data: text, encoding: 'plain' }, place)
      assert.match(xml, /encoding="base64">[A-Za-z0-9+/=]+</)
    }
  })

  it('keeps text that looks like markup', () => {
    const text = ']]> <signedData> &amp; "quoted"'
    const xml = xmlOf(readSignedValue('SignedData', text), place)
    assert.equal(unescaped(/encoding="plain">([^<]*)</.exec(xml)?.[1] ?? ''), text)
  })

  it('takes text for what it is, if it is no JSON of a signed value', () => {
    for (const text of ['{broken', '{"other":1}', '{"signedMeterData":5}', '']) {
      assert.deepEqual(readSignedValue('SignedData', text), { data: text, encoding: 'plain' })
    }
  })
})
