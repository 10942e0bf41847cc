import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { it } from 'node:test'
import { EventFeed } from '../../lib/events/feed.js'

const [ONE, TWO] = ['11111111', '22222222']
const idOf = (number: number, process: string) => `${String(number).padStart(16, '0')}-${process}`
const FLOOR = idOf(0, ONE)

function feedOf(ids: readonly string[]): EventFeed {
  const ring = { size: 100, length: 100_000 }
  const feed = new EventFeed({ ring, floor: FLOOR, onCut: () => assert.fail('cut'), overlap: 60_000 })
  for (const id of ids) feed.add({ id, type: 'boot', chargePoint: 'CP-1', at: '', data: {} })
  return feed
}

async function read(feed: EventFeed, lastEventId?: string): Promise<{ ids: string[]; gaps: number }> {
  const stream = new PassThrough()
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  feed.open(stream, { filter: {}, ...(lastEventId !== undefined && { lastEventId }) })
  await feed.close()
  return {
    ids: [...text.matchAll(/^id: (\S+)\nevent: boot$/gm)].map(([, id = '']) => id),
    gaps: [...text.matchAll(/^event: gap$/gm)].length
  }
}

it('a reader of another node gets what was here before its last event, and nothing twice of the process of that', async () => {
  const all = [idOf(1, ONE), idOf(9, TWO), idOf(2, ONE), idOf(3, ONE)]
  assert.deepEqual(await read(feedOf(all), idOf(2, ONE)), { ids: [idOf(9, TWO), idOf(3, ONE)], gaps: 0 })
})

it('after events of other nodes were lost nobody continues from before, and readers are told', async () => {
  const feed = feedOf([idOf(1, ONE)])
  const stream = new PassThrough()
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  feed.open(stream, { filter: {} })
  feed.miss(idOf(5, ONE))
  feed.add({ id: idOf(6, ONE), type: 'boot', chargePoint: 'CP-1', at: '', data: {} })
  assert.deepEqual(await read(feed, idOf(1, ONE)), { ids: [idOf(6, ONE)], gaps: 1 })
  assert.equal([...text.matchAll(/^event: gap$/gm)].length, 1)
})
