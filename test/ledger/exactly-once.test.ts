import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import type { Booking } from '../../lib/ledger/types.js'
import { onBothDatabases } from '../database/support.js'
import { booksOf, event, HOUR, idOf, NINE, openLedger, register, start, stop } from './support.js'

/** One session at a 1.6 charge point: which connector, tag and moment, and whether it is ended. */
const session16 = fc.record({
  connectorId: fc.integer({ min: 1, max: 2 }),
  idToken: fc.constantFrom('A', 'a', 'B'),
  meterStart: fc.integer({ min: 0, max: 1 }),
  timestamp: fc.constantFrom(NINE, NINE + HOUR, 0),
  ends: fc.boolean()
})

/** How often a message is sent, and over how many connections at once. */
const sending = fc.record({ times: fc.integer({ min: 1, max: 3 }), races: fc.boolean() })

/** Sends the same message as often as a charge point may that gets no answer. */
async function send(
  { times, races }: { times: number; races: boolean },
  deliver: () => Promise<Booking>
): Promise<Booking[]> {
  if (races) return Promise.all(Array.from({ length: times }, deliver))
  const bookings: Booking[] = []
  for (let time = 0; time < times; time++) bookings.push(await deliver())
  return bookings
}

function sameAnswer(bookings: readonly Booking[]): object {
  const [first] = bookings
  assert.ok(first !== undefined)
  for (const { response } of bookings) assert.deepEqual(response, first.response)
  return first.response
}

onBothDatabases('messages in any order and number', (dialect) => {
  it('1.6: each different StartTransaction is one transaction with one id, and each end counts once', async () => {
    const { ledger, another, database } = await openLedger(dialect)
    const ledgers = [ledger, another()] as const
    let run = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(session16, sending, sending), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (sessions, restarts) => {
          const identity = `CP-${++run}`
          const model = new Map<string, { id: number; isEnded: boolean }>()
          const superseded: { id: number; isEnded: boolean }[] = []
          for (const [session, starting, stopping] of sessions) {
            const booker = ledgers[restarts ? 1 : 0]
            const { ends, ...content } = session
            const key = JSON.stringify({ ...content, idToken: content.idToken.toLowerCase() })
            const id = idOf({
              response: sameAnswer(await send(starting, () => booker.start(identity, start(content))))
            })
            const known = model.get(key)
            // A clock that was never set says 1970 of every session: after its end it is another one.
            const isAnother = known === undefined || (content.timestamp === 0 && known.isEnded)
            if (isAnother) {
              assert.ok([...superseded, ...model.values()].every((other) => other.id !== id))
              if (known !== undefined) superseded.push(known)
              model.set(key, { id, isEnded: false })
            } else {
              assert.equal(known.id, id, 'a retry got another id')
            }
            if (!ends) continue
            const end = stop(id, { response: { told: model.get(key)?.isEnded ? 'again' : 'first' } })
            const answer = sameAnswer(await send(stopping, () => ledgers[0].stop(identity, end)))
            assert.deepEqual(answer, { told: 'first' })
            model.set(key, { id, isEnded: true })
          }
          const { transactions, events } = await booksOf(database, identity)
          const states = new Map(transactions.map(({ ocpp16_id, status }) => [ocpp16_id, status === 'ended']))
          const all = [...superseded, ...model.values()]
          assert.deepEqual(states, new Map(all.map(({ id, isEnded }) => [id, isEnded])))
          const ended = all.filter(({ isEnded }) => isEnded).length
          assert.equal(events.length, all.length + ended)
        }
      ),
      { numRuns: 40 }
    )
  })

  it('2.x: events in any order, sent twice, or with a seqNo used again, give the same transactions', async () => {
    const { ledger, another, database } = await openLedger(dialect)
    const ledgers = [ledger, another()] as const
    let run = 0
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.record({ pick: fc.nat(), sending, other: fc.boolean() }), { minLength: 1, maxLength: 12 }),
        async (count, deliveries) => {
          const identity = `CP-${++run}`
          const all = Array.from({ length: count + 1 }, (_, seqNo) =>
            event(seqNo === 0 ? 'Started' : seqNo === count ? 'Ended' : 'Updated', seqNo, {
              samples: [register(1000 + 10 * seqNo, NINE + seqNo * 60_000)],
              response: { number: seqNo }
            })
          )
          const seen = new Set<number>()
          for (const { pick, sending, other } of deliveries) {
            const seqNo = pick % all.length
            const one = all[seqNo]
            if (one === undefined) continue
            const bookings = await send(sending, () => ledgers[other ? 1 : 0].event(identity, one))
            assert.deepEqual(sameAnswer(bookings), { number: seqNo })
            const booked = bookings.filter(({ outcome }) => outcome === 'booked').length
            assert.equal(booked, seen.has(seqNo) ? 0 : 1)
            seen.add(seqNo)
          }
          const { transactions, events, values } = await booksOf(database, identity)
          assert.equal(transactions.length, 1)
          assert.deepEqual(new Set(events.map(({ seq_no }) => seq_no)), seen)
          assert.deepEqual([events.length, values.length], [seen.size, seen.size])
          const [row] = transactions
          assert.equal(row?.status, seen.has(count) ? 'ended' : 'open')
          assert.equal(row.energy_wh, seen.size === 1 ? null : 10 * (Math.max(...seen) - Math.min(...seen)))
          assert.equal(row.first_seq_no, seen.has(0) ? 0 : null)
          const isWhole = seen.size === Math.max(...seen) + 1
          assert.equal(row.missing_seq_nos === null, isWhole)
        }
      ),
      { numRuns: 40 }
    )
  })

  it('meter values: each is stored once', async () => {
    const { ledger, another, database } = await openLedger(dialect)
    const ledgers = [ledger, another()] as const
    let run = 0
    const reading = fc.record({ minute: fc.integer({ min: 0, max: 3 }), phase: fc.constantFrom('', 'L1', 'L2') })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ connectorId: fc.integer({ min: 0, max: 1 }), readings: fc.array(reading) }), {
          maxLength: 8
        }),
        async (messages) => {
          const identity = `CP-${++run}`
          await Promise.all(
            messages.map(({ connectorId, readings }, index) => {
              const samples = readings.map(({ minute, phase }) => register(minute, NINE + minute, { phase }))
              return ledgers[index % 2 === 0 ? 0 : 1].meterValues(identity, { evseId: 0, connectorId, samples })
            })
          )
          const expected = new Set(
            messages.flatMap(({ connectorId, readings }) =>
              readings.map(({ minute, phase }) => `${connectorId}/${minute}/${phase}`)
            )
          )
          const { values } = await booksOf(database, identity)
          const found = values.map(
            ({ connector_id, timestamp, phase }) => `${connector_id}/${timestamp - NINE}/${phase}`
          )
          assert.deepEqual([...found].sort(), [...expected].sort())
        }
      ),
      { numRuns: 40 }
    )
  })
})
