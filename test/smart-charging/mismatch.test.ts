import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { EventData } from '../../lib/events/event.js'
import { onBothBackends, operate } from '../app/support.js'
import { openReader } from '../events/reader.js'
import { perform } from '../operations/support.js'
import { createCharger } from '../simulator/support.js'
import { until } from '../support/wait.js'
import { openReceiver } from '../webhooks/receiver.js'
import { addWebhook, LOCAL } from '../webhooks/support.js'

type Data = EventData['composite-mismatch']

onBothBackends('a charge point that merges its profiles in another way', (start) => {
  for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) {
    it(`${protocol}: is told once on the stream and to webhooks, and once more when it is over`, async () => {
      const server = await start({ ...LOCAL, OCPP_CALLS_AFTER_CONNECT: '0' })
      const identity = `MISMATCH-${protocol}`
      const receiver = await openReceiver()
      const filter = { types: ['composite-mismatch'], chargePoints: [identity] }
      await addWebhook(server, { url: receiver.url, filter })
      const reader = await openReader(server.port, { query: `?type=composite-mismatch&chargePoint=${identity}` })
      const layout = { quirks: ['composite-forgets-defaults'] as const }
      const { charger } = createCharger({ url: `${server.url}/ocpp` }, protocol, { identity, layout })
      await charger.connect()
      await until('it is accepted', () => charger.isOnline)
      const limited = await perform(server, identity, 'operations/charging-limit', { limit: 10, unit: 'A', evseId: 1 })
      assert.equal(limited.status, 200)
      const compare = async () => {
        const path = `/charge-points/${identity}/composite-schedule?evseId=1&duration=600&source=both`
        const answer = await operate(server, 'GET', path)
        assert.equal(answer.statusCode, 200, answer.body)
        return answer.json().differences as { calculated: number; reported: number }[]
      }
      const [difference] = await compare()
      assert.deepEqual([difference?.calculated, (difference?.reported ?? 0) > 10], [10, true])
      await compare()
      await perform(server, identity, 'operations/clear-charging-limit', { evseId: 1 })
      assert.deepEqual(await compare(), [])
      const told = (await reader.events(2)).map(({ data = '' }) => JSON.parse(data).data as Data)
      assert.deepEqual(
        told.map(({ evseId, differences }) => [evseId, differences.length]),
        [
          [1, 1],
          [1, 0]
        ]
      )
      assert.deepEqual(told[0]?.differences, [difference])
      const received = (await receiver.received(2)).map(({ event }) => event)
      assert.deepEqual(
        received.map(({ data }) => data),
        told
      )
      assert.ok(received.every(({ type, chargePoint }) => type === 'composite-mismatch' && chargePoint === identity))
    })
  }
})
