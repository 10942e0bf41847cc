import assert from 'node:assert/strict'
import type { OpenDatabase } from '../../../lib/database/open.js'
import { booksOf } from '../support.js'
import type { Acknowledged, Fleet, TestCharger } from './fleet.js'

type Books = Awaited<ReturnType<typeof booksOf>>

/** Compares what was answered with what is stored: nothing is missing, nothing is there twice. */
export async function checkBooks(database: OpenDatabase, { chargers }: Fleet, { isFinal }: { isFinal: boolean }) {
  for (const charger of chargers) {
    // First the list, then the books: what is answered meanwhile is not looked for.
    const acknowledged = [...charger.acknowledged]
    const books = await booksOf(database, charger.identity)
    nothingTwice(charger, books)
    nothingMissing(charger, acknowledged, books)
    if (isFinal) nothingElse(charger, acknowledged, books)
  }
}

function nothingTwice({ identity }: TestCharger, { transactions, events, values }: Books): void {
  const starts = transactions.filter(({ ocpp16_id }) => ocpp16_id !== null)
  const startKeys = starts.map(({ connector_id, start_timestamp }) => `start ${connector_id} ${start_timestamp}`)
  const eventKeys = events.map(({ transaction_id, event_type, seq_no }) => `${transaction_id} ${event_type} ${seq_no}`)
  const valueKeys = values.map(
    ({ transaction_id, timestamp, measurand }) => `${transaction_id} ${timestamp} ${measurand}`
  )
  for (const keys of [startKeys, eventKeys, valueKeys]) {
    const twice = keys.filter((key, index) => keys.indexOf(key) !== index)
    assert.deepEqual(twice, [], `${identity} has booked twice`)
  }
}

function nothingMissing({ identity }: TestCharger, acknowledged: readonly Acknowledged[], books: Books): void {
  const index = indexOf(books)
  for (const one of acknowledged) assert.ok(isBooked(one, index), `${identity} lost ${JSON.stringify(one)}`)
}

/** Once nothing is under way any more. */
function nothingElse(
  { identity }: TestCharger,
  acknowledged: readonly Acknowledged[],
  { transactions, events, values }: Books
): void {
  const samples = acknowledged.reduce((sum, one) => sum + ('samples' in one ? one.samples : 0), 0)
  const count = (...kinds: Acknowledged['kind'][]) => acknowledged.filter(({ kind }) => kinds.includes(kind)).length
  const started = acknowledged.filter((one) => one.kind === 'event' && one.eventType === 'Started').length
  const told = `${identity}: ${JSON.stringify({ transactions, acknowledged })}`
  assert.equal(transactions.length, count('start') + started, told)
  assert.equal(events.length, count('start', 'stop', 'event'), told)
  assert.equal(values.length, samples, told)
}

interface Index {
  transactions: Map<string, Books['transactions'][number]>
  events: Set<string>
  samples: Map<string, number>
}

function indexOf({ transactions, events, values }: Books): Index {
  const samples = new Map<string, number>()
  for (const { transaction_id, timestamp } of values) {
    const key = `${transaction_id} ${timestamp}`
    samples.set(key, 1 + (samples.get(key) ?? 0))
  }
  return {
    transactions: new Map(transactions.map((row) => [row.transaction_id, row])),
    events: new Set(
      events.map(({ transaction_id, event_type, seq_no, timestamp }) =>
        [transaction_id, event_type, seq_no, timestamp].join(' ')
      )
    ),
    samples
  }
}

function isBooked(one: Acknowledged, { transactions, events, samples }: Index): boolean {
  const row = transactions.get(String(one.transactionId))
  switch (one.kind) {
    case 'start':
      return row?.connector_id === one.connectorId && row.start_timestamp === one.timestamp
    case 'stop':
      return row?.status === 'ended' && row.meter_stop === one.meterStop
    case 'meter':
      return samples.get(`${one.transactionId} ${one.timestamp}`) === one.samples
    case 'event':
      return (
        events.has([one.transactionId, one.eventType, one.seqNo, one.timestamp].join(' ')) &&
        samples.get(`${one.transactionId} ${one.timestamp}`) === one.samples &&
        (one.eventType !== 'Ended' || row?.status === 'ended')
      )
  }
}
