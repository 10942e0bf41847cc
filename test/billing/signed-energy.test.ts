import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { signedEnergy } from '../../lib/money/signed-energy.js'
import { onBothBackends } from '../app/support.js'
import type { TestServer } from '../support/server.js'
import { at, issue, ok, priced, receiptsOf, result, SELLER, transactionOf } from './support.js'

interface Told {
  ms?: string
  readings: object[]
}

function ocmf({ ms = 'METER-1', readings }: Told) {
  return `OCMF|${JSON.stringify({ FV: '1.0', MS: ms, RD: readings })}|{"SD":"3045"}`
}

const reading = (TX: string, RV: unknown, more: object = {}) => ({
  TX,
  RV,
  RI: '1-b:1.8.0',
  RU: 'kWh',
  ST: 'G',
  ...more
})
const plain = (...texts: string[]) => texts.map((data) => ({ data, encoding: 'plain' as const }))

describe('the energy of signed values', () => {
  it('is that between begin and end of one register of one meter', () => {
    const [begin, end] = [ocmf({ readings: [reading('B', 1000.1)] }), ocmf({ readings: [reading('E', 1007.4335)] })]
    const hex = { data: Buffer.from(end).toString('hex'), encoding: 'hex' as const }
    const base64 = { data: Buffer.from(begin).toString('base64'), encoding: 'base64' as const }
    const both = ocmf({ readings: [reading('B', 1000.1), { TX: 'E', RV: 1007.4335 }] })
    const inWh = ocmf({ readings: [reading('B', 5, { RU: 'Wh' }), { TX: 'R', RV: '7338.5' }] })
    const energies = [plain(begin, end), [base64, hex], plain(both), plain(both, both), plain(inWh)].map(signedEnergy)
    assert.deepEqual(energies, [7333.5, 7333.5, 7333.5, 7333.5, 7333.5])
  })

  it('is not known otherwise, whatever is sent', () => {
    const begin = ocmf({ readings: [reading('B', 1)] })
    const others = [
      [],
      [begin],
      [begin, 'nonsense'],
      [begin, 'OCMF|{|{}'],
      [begin, 'OCMF|null|{}'],
      [begin, 'OCMF|{"RD":[null,1,"x"]}|{}'],
      [begin, ocmf({ ms: 'METER-2', readings: [reading('E', 2)] })],
      [begin, ocmf({ readings: [reading('E', 2, { RI: '1-b:2.8.0' })] })],
      [begin, ocmf({ readings: [reading('E', 2, { RU: 'mOhm' })] })],
      [begin, ocmf({ readings: [reading('E', 0.5)] })],
      ...[1e300, -1, 'x', null, {}, true, '__proto__'].map((value) => [
        begin,
        ocmf({ readings: [reading('E', value)] })
      ])
    ]
    for (const values of others) assert.equal(signedEnergy(plain(...values)), undefined, String(values))
  })
})

onBothBackends('a receipt with signed values', (start) => {
  /** Charges 7333 Wh by the register. */
  async function charged(server: TestServer, identity: string, signedEnd: number) {
    const charger = await priced(server, identity)
    const begin = { connectorId: 1, idTag: 'A', meterStart: 1000, timestamp: at('08:00:00') }
    const { transactionId } = await result(charger, 'StartTransaction', begin)
    const sample = (context: string, value: string) => ({ value, format: 'SignedData', context })
    const transactionData = [
      { timestamp: at('08:00:00'), sampledValue: [sample('Transaction.Begin', ocmf({ readings: [reading('B', 1)] }))] },
      {
        timestamp: at('09:00:00'),
        sampledValue: [sample('Transaction.End', ocmf({ readings: [reading('E', signedEnd)] }))]
      }
    ]
    const end = { transactionId, meterStop: 8333, timestamp: at('09:00:00'), transactionData }
    await result(charger, 'StopTransaction', end)
    await issue(server)
    return transactionOf(server, identity)
  }
  const problems = async (server: TestServer, identity: string) =>
    (await ok(server, 'GET', `/problems?kind=receipt-not-signed&chargePoint=${identity}`)).items

  it('shows their energy, and a problem where another one is billed, until it is corrected', async () => {
    const server = await start(SELLER)
    const id = await charged(server, 'DIFFERS', 8.2)
    const [receipt] = await receiptsOf(server, id)
    assert.deepEqual([receipt.session.energyWh, receipt.session.signedEnergyWh], [7333, 7200])
    const page = await server.app.inject({
      url: `/api/v1/receipts/${receipt.number}`,
      headers: { accept: 'text/html', authorization: 'Bearer token-of-the-test-operator' }
    })
    assert.match(page.body, /signed values<\/th><td>7\.2 kWh/)
    const [{ id: problem, transaction, detail }] = await problems(server, 'DIFFERS')
    assert.deepEqual([problem, transaction], [`receipt-not-signed-${receipt.number}`, id])
    assert.equal(detail, `the signed values tell 7200 Wh, and receipt ${receipt.number} bills another energy`)
    await ok(server, 'POST', `/transactions/${id}/corrections`, { energyWh: 7200, reason: 'as signed' })
    assert.deepEqual(await problems(server, 'DIFFERS'), [])
  })

  it('is no problem where they agree to the Wh', async () => {
    const server = await start(SELLER)
    const [receipt] = await receiptsOf(server, await charged(server, 'AGREES', 8.3334))
    assert.equal(receipt.session.signedEnergyWh, 7333.4)
    assert.deepEqual(await problems(server, 'AGREES'), [])
  })
})
