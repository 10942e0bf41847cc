import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Quirk } from '../../src/simulator/model/quirks.js'
import { onBothBackends, operate } from '../app/support.js'
import { Garage } from '../load-management/garage.js'
import { perform } from '../operations/support.js'
import { createCharger } from '../simulator/support.js'
import { listen } from '../support/server.js'
import { until } from '../support/wait.js'

/** A quirk; what is asked; and the first difference. Two EVSEs are limited to 10 A for 300 seconds and to 20 A then. */
const CASES: [Quirk | undefined, string, { calculated: number; reported: number } | undefined][] = [
  [undefined, 'evseId=1', undefined],
  [undefined, 'evseId=0', undefined],
  [undefined, 'evseId=1&unit=W', undefined],
  ['composite-one-period', 'evseId=1', { calculated: 20, reported: 10 }],
  ['composite-forgets-evses', 'evseId=1', { calculated: 10, reported: 32 }],
  ['composite-forgets-defaults', 'evseId=1', { calculated: 10, reported: 32 }],
  ['composite-no-sum', 'evseId=0', { calculated: 20, reported: 10 }],
  ['composite-zero-watts', 'evseId=1&unit=W', { calculated: 6900, reported: 0 }],
  // Where a profile limits, the answer is right.
  ['composite-48', 'evseId=1', undefined]
]

onBothBackends('charge points that answer wrong composite schedules', (start) => {
  for (const protocol of ['ocpp1.6', 'ocpp2.1'] as const) {
    it(`${protocol}: what is calculated is right, and what is answered is shown beside it`, async () => {
      const server = await start({ OCPP_CALLS_AFTER_CONNECT: '0' })
      for (const [index, [quirk, asked, expected]] of CASES.entries()) {
        const identity = `WRONG-${protocol}-${index}`
        const layout = { evses: 2, quirks: quirk === undefined ? [] : [quirk] }
        const { charger } = createCharger({ url: `${server.url}/ocpp` }, protocol, { identity, layout })
        await charger.connect()
        await until('it is accepted', () => charger.isOnline)
        for (const evseId of [1, 2]) {
          const limit = { limit: 10, unit: 'A', evseId, periods: [{ start: 300, limit: 20 }] }
          const limited = await perform(server, identity, 'operations/charging-limit', limit)
          assert.equal(limited.status, 200, JSON.stringify(limited.body))
        }
        const path = `/charge-points/${identity}/composite-schedule?duration=600&source=both&${asked}`
        const answer = await operate(server, 'GET', path)
        assert.equal(answer.statusCode, 200, answer.body)
        const [first] = answer.json().differences as { calculated: number; reported: number }[]
        const shown = first && { calculated: first.calculated, reported: first.reported }
        assert.deepEqual(shown, expected, `${quirk} ${asked}`)
        await charger.close()
      }
    })
  }

  it('are never believed that a limit ends which does not', async () => {
    const server = await start({ OCPP_CALLS_AFTER_CONNECT: '0' }, listen)
    const quirks = [
      'composite-one-period',
      'composite-forgets-evses',
      'composite-forgets-defaults',
      'composite-no-sum',
      'composite-zero-watts',
      'composite-48'
    ] as const
    const stalls = quirks.map((quirk, index) => {
      return { protocol: index % 2 === 0 ? 'ocpp1.6' : 'ocpp2.1', quirks: [quirk, 'ignores-duration'] } as const
    })
    const body = { mode: 'control', lease: 60, circuits: [{ id: 'main', limit: { A: 100 }, margin: 0 }] }
    const garage = await Garage.open(server, { id: 'wrong', stalls, body })
    for (const index of quirks.keys()) await garage.arrive(index, { maxPower: 100_000, capacity: 1e6 })
    await garage.pass(60)
    const { evses } = await garage.state()
    const leases = evses.map(({ lease }: { lease: string }) => lease)
    assert.deepEqual(leases, ['ignored', 'unproven', 'ignored', 'ignored', 'ignored', 'ignored'])
  })
})
