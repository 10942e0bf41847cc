import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { belongsTo, type Claim, type Namesake } from '../../lib/ledger/reuse.js'
import { type EventType, type Sequence, withEvent } from '../../lib/ledger/sequence.js'
import { isLong } from '../support/long.js'

const NO_SEQUENCE: Sequence = { first: null, last: null, ended: null, missing: [] }

type Told = readonly [EventType, seqNo: number, time: number]

/** A transaction of which these events are known. */
function known(events: readonly Told[], more: Partial<Namesake> = {}): Namesake {
  const times = events.map(([, , time]) => time)
  return {
    sequence: events.reduce((sequence, [type, seqNo]) => withEvent(sequence, type, seqNo), NO_SEQUENCE),
    status: events.some(([type]) => type === 'Ended') ? 'ended' : 'open',
    earliest: Math.min(...times),
    latest: Math.max(...times),
    isBeforeBoot: false,
    ...more
  }
}

function claim([eventType, seqNo, time]: Told, more: Partial<Claim> = {}): Claim {
  return { eventType, seqNo, time, ...more }
}

const RUNNING = known([
  ['Started', 0, 100],
  ['Updated', 1, 110]
])
const ENDED = known([
  ['Started', 0, 100],
  ['Updated', 1, 110],
  ['Ended', 3, 130]
])
const REBOOTED = known(
  [
    ['Started', 0, 100],
    ['Updated', 1, 110]
  ],
  { status: 'closed', isBeforeBoot: true }
)
const NEXT = known([
  ['Started', 0, 200],
  ['Updated', 1, 210]
])
const HEADLESS = known([['Updated', 1, 210]])

/** The known transactions, the event that comes, and whose it is: an index, or undefined for another transaction. */
const CASES: readonly (readonly [what: string, namesakes: readonly Namesake[], event: Claim, owner?: number])[] = [
  ['a later event of a transaction that goes on', [RUNNING], claim(['Updated', 2, 120]), 0],
  ['its end', [RUNNING], claim(['Ended', 2, 120]), 0],
  ['an event of a charge point that never counts', [RUNNING], claim(['Updated', 0, 120]), 0],
  ['an event from before its clock was set back', [RUNNING], claim(['Updated', 2, 90]), 0],
  ['a gap that is filled after the end', [ENDED], claim(['Updated', 2, 120]), 0],
  ['a number that was used already, in its time', [ENDED], claim(['Updated', 1, 111]), 0],
  ['something at the very end', [ENDED], claim(['Updated', 2, 130]), 0],
  ['a number behind the end', [ENDED], claim(['Updated', 4, 131]), 0],
  ['an end that is told again with another time', [ENDED], claim(['Ended', 3, 131]), 0],
  ['a Started that is told again with another time', [ENDED], claim(['Started', 0, 101]), 0],
  ['a second Started with the next number', [RUNNING], claim(['Started', 2, 120]), 0],
  ['a boot in between, and it goes on', [REBOOTED], claim(['Updated', 2, 300]), 0],
  ['its Started, at last', [HEADLESS], claim(['Started', 0, 200]), 0],

  ['Started after the end', [ENDED], claim(['Started', 0, 131])],
  ['Started in the moment of the end', [ENDED], claim(['Started', 0, 130])],
  ['Started later than all of one that never ended', [RUNNING], claim(['Started', 0, 111])],
  ['Started after a boot', [REBOOTED], claim(['Started', 0, 300])],
  ['Started after a boot, by a clock that was set back', [REBOOTED], claim(['Started', 0, 105])],
  ['Started before all that is known', [NEXT], claim(['Started', 0, 100])],
  [
    'Started with another id token',
    [known([['Started', 0, 100]], { idToken: 'A' })],
    claim(['Started', 0, 100], { idToken: 'B' })
  ],
  [
    'Started by another remote start',
    [known([['Started', 0, 100]], { remoteStartId: 1 })],
    claim(['Started', 0, 100], { remoteStartId: 2 })
  ],
  ['Updated after the end with a number that has passed', [ENDED], claim(['Updated', 1, 131])],
  [
    'Updated after the end and a boot',
    [known([['Ended', 3, 130]], { isBeforeBoot: true })],
    claim(['Updated', 4, 300])
  ],
  ['Updated after a boot with a number that has passed', [REBOOTED], claim(['Updated', 1, 300])],
  [
    'Ended with the same number after a boot',
    [
      known(
        [
          ['Started', 0, 100],
          ['Ended', 1, 110]
        ],
        { isBeforeBoot: true }
      )
    ],
    claim(['Ended', 1, 300])
  ],

  ['an event of the new one', [ENDED, NEXT], claim(['Updated', 2, 220]), 1],
  ['the end of the new one', [ENDED, NEXT], claim(['Ended', 3, 230]), 1],
  ['a late event of the old one', [ENDED, NEXT], claim(['Updated', 2, 120]), 0],
  ['Started of the old one again', [ENDED, NEXT], claim(['Started', 0, 101]), 0],
  ['a late end of the old one', [{ ...RUNNING, status: 'closed' }, NEXT], claim(['Ended', 2, 130]), 0],
  ['an event of the new one that came before its Started', [ENDED, HEADLESS], claim(['Updated', 2, 220]), 1],
  ['a late event of the old one, while the new one has no Started', [ENDED, HEADLESS], claim(['Updated', 2, 120]), 0],
  ['Started of the new one, after its Updated', [ENDED, HEADLESS], claim(['Started', 0, 200]), 1],
  ['Started of a third one', [ENDED, NEXT], claim(['Started', 0, 300])]
]

describe('an event of an id that was used before', () => {
  for (const [what, namesakes, event, owner] of CASES) {
    it(`${owner === undefined ? 'begins another transaction' : 'belongs to the transaction'}: ${what}`, () => {
      assert.equal(belongsTo(namesakes, event), owner)
    })
  }

  it('does not regard the case of an id token', () => {
    const namesake = known([['Started', 0, 100]], { idToken: 'abc' })
    assert.equal(belongsTo([namesake], claim(['Started', 0, 100], { idToken: 'ABC' })), 0)
  })

  it('belongs to the right session, however late the events of old sessions arrive', () => {
    const session = fc.record({ updates: fc.integer({ min: 0, max: 4 }), isEnded: fc.boolean() })
    const sessions = fc.array(session, { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(sessions, fc.infiniteStream(fc.nat({ max: 40 })), (plan, delays) => {
        const events = plan.flatMap(({ updates, isEnded }, index) => {
          const start = 1000 * (index + 1)
          const types: EventType[] = ['Started', ...Array<EventType>(updates).fill('Updated')]
          if (isEnded) types.push('Ended')
          return types.map((type, seqNo) => {
            const time = start + 10 * seqNo
            // Only what begins a session is never late.
            const delay = type === 'Started' ? 0 : 100 * Number(delays.next().value)
            return { index, told: [type, seqNo, time] as const, arrival: time + delay }
          })
        })
        const books: { told: Told[]; index: number }[] = []
        for (const { index, told } of events.toSorted((a, b) => a.arrival - b.arrival)) {
          const namesakes = books.map(({ told: events }, at) => {
            const one = known(events)
            const isOver = one.status === 'open' && at < books.length - 1
            return isOver ? { ...one, status: 'closed' as const } : one
          })
          const owner = belongsTo(namesakes, claim(told))
          if (owner === undefined) books.push({ told: [told], index })
          else books[owner]?.told.push(told)
          const found = owner === undefined ? books.length - 1 : owner
          assert.equal(books[found]?.index, index)
        }
        assert.equal(books.length, plan.length)
      }),
      { numRuns: isLong ? 10_000 : 500 }
    )
  })
})
