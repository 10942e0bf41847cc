import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { statusEvent as eventOfStatus } from '../../lib/charge-points/connectors.js'
import type { NewEvent } from '../../lib/events/event.js'
import { EventFeed } from '../../lib/events/feed.js'
import { Publisher } from '../../lib/events/publisher.js'
import { meterValuesEvent as eventOfMeterValues } from '../../lib/ledger/booking.js'
import { samplesOf16 } from '../../lib/ledger/samples.js'

// An event that nobody listens to is only serialised when somebody asks for what was missed.

const TIMESTAMP = Date.UTC(2026, 0, 1)

function statusEvent(info: string, onRead = () => undefined): NewEvent {
  const status = { evseId: 0, connectorId: 1, status: 'Charging', info, vendorId: info, timestamp: TIMESTAMP }
  const event = eventOfStatus('CP-1', status)
  return {
    type: event.type,
    chargePoint: event.chargePoint,
    size: event.size,
    get data() {
      onRead()
      return event.data
    }
  }
}

function meterValuesEvent(raw: string): NewEvent {
  const sampled = { value: raw, measurand: 'Voltage', phase: 'L1-N', context: 'Sample.Periodic', location: 'Outlet' }
  const sampledValue = [sampled, sampled, sampled] as never
  const samples = samplesOf16([{ timestamp: '2026-01-01T00:00:00Z', sampledValue }], 0)
  return eventOfMeterValues('CP-1', { transactionId: '4711', connectorId: 1, samples })
}

test('an event without listeners is not serialised, and a reader that reconnects gets it nevertheless', async () => {
  const publisher = new Publisher()
  const floor = publisher.lastId
  const feed = new EventFeed({ ring: { size: 10, length: 100_000 }, floor, onCut: () => undefined })
  publisher.subscribe((event) => feed.add(event))
  let reads = 0
  publisher.publish(
    statusEvent('http://me:hunter2@host', () => {
      reads++
      return undefined
    })
  )
  assert.equal(reads, 0)
  const stream = new PassThrough()
  feed.open(stream, { filter: {}, lastEventId: floor })
  const ended = feed.close()
  const text = Buffer.concat(await stream.toArray()).toString()
  await ended
  assert.ok(reads > 0)
  assert.match(text, /event: status\ndata: .*"status":"Charging"/)
  assert.ok(text.includes('http://[redacted]@host') && !text.includes('hunter2'), text)
})

test('the estimated size of such an event is not less than its text', () => {
  for (const length of [0, 1, 50, 5000]) {
    const text = 'x'.repeat(length)
    for (const event of [statusEvent(text), meterValuesEvent(text), meterValuesEvent('230.4')]) {
      const { type, chargePoint, data, size = 0 } = event
      const whole = JSON.stringify({ id: '1795984518727000-35172917', type, chargePoint, at: new Date(), data })
      assert.ok(size >= whole.length, `${type}: ${size} instead of ${whole.length}`)
    }
  }
})
