import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { EVENT_TYPES, type EventType, type PublishedEvent } from '../../lib/events/event.js'
import { EventFeed } from '../../lib/events/feed.js'

const FLOOR = '10000'
const IDENTITIES = ['CP-1', 'cp-2', 'CP-3']

interface Listener {
  stream: PassThrough
  text: () => string
  /** What it should have been told. */
  wanted: string[]
  wants: (event: PublishedEvent) => boolean
}

function listenTo(feed: EventFeed, from: string, published: readonly PublishedEvent[], choice: Choice): Listener {
  const stream = new PassThrough()
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const { types, identities, isReplay } = choice
  const wants = ({ type, chargePoint }: PublishedEvent) =>
    (types === undefined || types.includes(type)) &&
    (identities === undefined || identities.some((identity) => identity.toLowerCase() === chargePoint.toLowerCase()))
  feed.open(stream, {
    filter: {
      ...(types !== undefined && { types: new Set(types) }),
      ...(identities !== undefined && { chargePoints: new Set(identities.map((identity) => identity.toLowerCase())) })
    },
    ...(isReplay && { lastEventId: from })
  })
  const missed = isReplay ? published.filter((event) => event.id > from && wants(event)) : []
  return { stream, text: () => text, wants, wanted: missed.map(({ id }) => id) }
}

interface Choice {
  types: EventType[] | undefined
  identities: string[] | undefined
  isReplay: boolean
}

type Step = { kind: 'publish'; type: EventType; chargePoint: string } | ({ kind: 'open'; back: number } & Choice)

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      type: fc.constantFrom(...EVENT_TYPES),
      chargePoint: fc.constantFrom(...IDENTITIES)
    })
  },
  fc.record({
    kind: fc.constant('open' as const),
    back: fc.integer({ min: 0, max: 300 }),
    // Few, so that readers often want the same.
    types: fc.constantFrom<EventType[] | undefined>(undefined, ['boot', 'call', 'status']),
    identities: fc.constantFrom<string[] | undefined>(undefined, ['cp-1', 'CP-2']),
    isReplay: fc.boolean()
  })
)

function idsIn(text: string): string[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, json = '']) => JSON.parse(json).id)
}

describe('the feed', () => {
  it('gives every reader exactly the events of its filter, whenever it connects and wherever it continues', async () => {
    const steps = fc.array(step, { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 350 }), steps, async (before, script) => {
        const ring = { size: 1000, length: 1e6 }
        const feed = new EventFeed({ ring, floor: FLOOR, onCut: () => assert.fail('nobody is slow') })
        const published: PublishedEvent[] = []
        const listeners: Listener[] = []
        const publish = (type: EventType, chargePoint: string) => {
          const id = String(Number(FLOOR) + 1 + published.length)
          const event = { id, type, chargePoint, at: '2026-01-01T00:00:00Z', data: {} }
          published.push(event)
          feed.add(event)
          for (const listener of listeners) if (listener.wants(event)) listener.wanted.push(id)
        }
        for (let count = 0; count < before; count++) publish('boot', 'CP-1')
        for (const next of script) {
          if (next.kind === 'publish') publish(next.type, next.chargePoint)
          else {
            const from = published.at(-1 - next.back)?.id ?? FLOOR
            listeners.push(listenTo(feed, from, published, next))
          }
        }
        // Those who catch up have had time to.
        await new Promise((resolve) => setImmediate(resolve))
        await feed.close()
        for (const { text, wanted } of listeners) assert.deepEqual(idsIn(text()), wanted)
        for (const { text } of listeners) assert.ok(!text().includes('event: gap'))
      }),
      { numRuns: 60 }
    )
  })
})
