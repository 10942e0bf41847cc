import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChargePointClient, ConnectionState } from 'fastify-ocpp/charge-point'
import { TRANSITIONS } from '../../src/charge-point/link.js'
import { turns, VirtualClock, VirtualCsms } from './virtual.js'

const BACK_OFF = { waitMinimum: 1000, randomRange: 0, repeatTimes: 0 }

interface World {
  csms: VirtualCsms
  client: ChargePointClient<'ocpp1.6'>
  clock: VirtualClock
}

type Act = (world: World) => unknown

const connect: Act = ({ client }) => void client.connect().catch(() => undefined)
const close: Act = ({ client }) => void client.close()
const cut: Act = ({ client }) => void client.cut()
const stay: Act = ({ client }) => void client.cut({ reconnect: false })
const drop: Act = ({ csms }) => csms.live[0]?.end(1006)
const second: Act = ({ clock }) => clock.advance(1000)
const twoSeconds: Act = ({ clock }) => clock.advance(2000)
const letIn: Act = ({ csms }) => csms.decide('accept')
const refuse: Act = ({ csms }) => csms.decide('refuse')
const hang: Act = ({ csms }) => {
  csms.door = 'hang'
}
const impolite: Act = ({ csms }) => {
  csms.isPolite = false
}
/** The client closes on a binary message, and the CSMS does not answer the close frame. */
const rude: Act = ({ csms }) => csms.live[0]?.deliver('x', true)

const openAndHang: Act = ({ csms }) => {
  csms.door = 'hang open'
}

/** How to come into each state; every later attempt hangs. */
const WAYS = {
  idle: [hang],
  'opening for the first time': [hang, connect],
  'opening with an open socket': [openAndHang, connect],
  'opening again': [connect, hang, drop, second],
  open: [impolite, connect, hang],
  waiting: [connect, hang, drop],
  'closing after a loss': [impolite, connect, hang, rude],
  'closing by close()': [impolite, connect, hang, close],
  'closing, then connect()': [impolite, connect, hang, rude, connect],
  'closing an attempt': [impolite, openAndHang, connect, close],
  closed: [hang, close]
} satisfies Record<string, readonly Act[]>

type Row = [from: keyof typeof WAYS, what: string, act: Act, to: ConnectionState]

const ROWS: Row[] = [
  ['idle', 'connect()', connect, 'opening'],
  ['idle', 'cut()', cut, 'idle'],
  ['idle', 'cut() for good', stay, 'idle'],
  ['idle', 'close()', close, 'closed'],
  ['opening for the first time', 'connect()', connect, 'opening'],
  ['opening for the first time', 'let in', letIn, 'open'],
  ['opening for the first time', 'refused', refuse, 'idle'],
  ['opening for the first time', 'cut()', cut, 'opening'],
  ['opening for the first time', 'cut() for good', stay, 'idle'],
  ['opening for the first time', 'close()', close, 'closed'],
  ['opening with an open socket', 'let in', letIn, 'open'],
  ['opening with an open socket', 'refused', refuse, 'idle'],
  ['opening with an open socket', 'lost', drop, 'opening'],
  ['opening with an open socket', 'close()', close, 'closed'],
  ['opening again', 'connect()', connect, 'opening'],
  ['opening again', 'let in', letIn, 'open'],
  ['opening again', 'refused', refuse, 'waiting'],
  ['opening again', 'cut()', cut, 'opening'],
  ['opening again', 'cut() for good', stay, 'idle'],
  ['opening again', 'close()', close, 'closed'],
  ['open', 'connect()', connect, 'open'],
  ['open', 'lost', drop, 'waiting'],
  ['open', 'a breach of the protocol', rude, 'closing'],
  ['open', 'cut()', cut, 'waiting'],
  ['open', 'cut() for good', stay, 'idle'],
  ['open', 'close()', close, 'closing'],
  ['waiting', 'connect()', connect, 'opening'],
  ['waiting', 'the wait is over', second, 'opening'],
  ['waiting', 'cut()', cut, 'waiting'],
  ['waiting', 'cut() for good', stay, 'idle'],
  ['waiting', 'close()', close, 'closed'],
  ['closing after a loss', 'connect()', connect, 'closing'],
  ['closing after a loss', 'the socket is closed', drop, 'waiting'],
  ['closing after a loss', 'no answer to the close frame', twoSeconds, 'waiting'],
  ['closing after a loss', 'cut()', cut, 'waiting'],
  ['closing after a loss', 'cut() for good', stay, 'idle'],
  ['closing after a loss', 'close()', close, 'closing'],
  ['closing by close()', 'connect()', connect, 'closing'],
  ['closing by close()', 'the socket is closed', drop, 'closed'],
  ['closing by close()', 'no answer to the close frame', twoSeconds, 'closed'],
  ['closing by close()', 'cut()', cut, 'closed'],
  ['closing by close()', 'cut() for good', stay, 'closed'],
  ['closing by close()', 'close()', close, 'closing'],
  ['closing, then connect()', 'the socket is closed', drop, 'opening'],
  ['closing, then connect()', 'no answer to the close frame', twoSeconds, 'opening'],
  ['closing, then connect()', 'cut() for good', stay, 'idle'],
  ['closing, then connect()', 'close()', close, 'closing'],
  ['closed', 'connect()', connect, 'opening'],
  ['closed', 'cut()', cut, 'closed'],
  ['closed', 'cut() for good', stay, 'closed'],
  ['closed', 'close()', close, 'closed']
]

/** Does what leads to `from`, then `act`; tells the states that were seen since. */
async function statesOf(from: keyof typeof WAYS, act: Act): Promise<ConnectionState[]> {
  const clock = new VirtualClock()
  try {
    const csms = new VirtualCsms()
    const world = { csms, clock, client: csms.client({ reconnect: BACK_OFF, pingInterval: 0 }) }
    for (const step of WAYS[from]) {
      await step(world)
      await turns()
    }
    const seen = [world.client.state]
    const done = act(world)
    seen.push(world.client.state)
    await done
    await turns()
    seen.push(world.client.state)
    void world.client.close()
    await clock.advance(2000)
    assert.deepEqual([world.client.state, csms.live.length, clock.pending], ['closed', 0, 0], `${from}: the end`)
    return seen
  } finally {
    clock.restore()
  }
}

const edges = new Set<string>()

for (const [from, what, act, to] of ROWS) {
  test(`${from}: ${what}: ${to}`, async () => {
    const seen = await statesOf(from, act)
    assert.equal(seen.at(-1), to)
    for (const [index, state] of seen.entries()) edges.add(`${seen[index - 1] ?? state} ${state}`)
  })
}

test('the table of transitions has no state that was not seen to follow', () => {
  const listed = Object.entries(TRANSITIONS).flatMap(([from, next]) => next.map((to) => `${from} ${to}`))
  assert.deepEqual(
    listed.filter((edge) => !edges.has(edge)),
    []
  )
})
