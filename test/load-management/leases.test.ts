import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CompositeQuestion, Inquiries, type Scene } from '../../lib/load-management/inquiries.js'
import { type Leased, leaseIn, secondsToAsk, type ToldSchedule } from '../../lib/load-management/lease-proof.js'
import { type LoadManagementBody, type PlantEvse, plantOf } from '../../lib/load-management/plant.js'
import { answered, type EvseState, inForce, initialState, withTransaction } from '../../lib/load-management/reserve.js'
import type { Member } from '../../lib/load-management/rows.js'
import { Sender } from '../../lib/load-management/sender.js'
import { type Command, step } from '../../lib/load-management/step.js'

const NOW = Date.UTC(2026, 0, 5, 12)
const SECOND = 1000
const CIRCUIT = { id: 'main', limit: { A: 90 }, margin: 0 }
const GONE = { now: NOW, settle: 10 * SECOND }

function bodyOf(count: number, circuit: object = {}): LoadManagementBody {
  const evses = Array.from({ length: count }, (_, index) => {
    return { identity: `CP-${index}`, evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }
  })
  return { mode: 'control', circuits: [{ ...CIRCUIT, ...circuit }], evses }
}

function plantWith(habits: readonly Partial<PlantEvse>[], circuit: object = {}) {
  const plant = plantOf(bodyOf(habits.length, circuit), 'UTC')
  return { ...plant, evses: plant.evses.map((evse, index) => ({ ...evse, ...habits[index] })) }
}

const [EVSE] = plantWith([{}]).evses as [PlantEvse]
const LEASED: Leased = { evse: EVSE, voltage: 230, limit: 16, fallback: 6, left: 900, elapsed: 300 }
const DURATION = 1320

/** A schedule with these limits from these seconds on. */
function told(periods: [number, number | undefined][], more: Partial<ToldSchedule> = {}): ToldSchedule {
  const list = periods.map(([start, limit]) => ({ start, ...(limit !== undefined && { limit }) }))
  return { status: 'Accepted', unit: 'A', duration: DURATION, periods: list, ...more }
}

describe('a composite schedule of a charge point', () => {
  it('is asked for until after the end of the limit, if that can be told from the fallback', () => {
    assert.equal(secondsToAsk(LEASED), DURATION)
    assert.equal(secondsToAsk({ ...LEASED, limit: 8 }), undefined)
    assert.equal(secondsToAsk({ ...LEASED, left: 20 }), undefined)
    assert.equal(secondsToAsk({ ...LEASED, elapsed: 86_000 }), undefined)
  })

  const cases: [string, ToldSchedule, string | undefined][] = [
    [
      'the fallback follows',
      told([
        [0, 16],
        [900, 6]
      ]),
      'kept'
    ],
    [
      'less than the fallback follows',
      told([
        [0, 16],
        [900, 0]
      ]),
      'kept'
    ],
    [
      'limits are rounded, and the end is a little off',
      told([
        [0, 16.4],
        [907, 6.3]
      ]),
      'kept'
    ],
    [
      'a schedule in whole minutes',
      told([
        [0, 16],
        [840, 6]
      ]),
      'kept'
    ],
    ['the limit goes on', told([[0, 16]]), 'ignored'],
    [
      'more than the limit follows',
      told([
        [0, 16],
        [900, 32]
      ]),
      undefined
    ],
    [
      'the end counts from the start of the transaction',
      told([
        [0, 16],
        [1200, 6]
      ]),
      undefined
    ],
    [
      'it is a minute late',
      told([
        [0, 16],
        [960, 6]
      ]),
      undefined
    ],
    ['it is shorter than asked', told([[0, 16]], { duration: 900 }), undefined],
    ['it ends soon after the limit', told([[0, 16]], { duration: 1000 }), undefined],
    ['there are no periods', told([]), undefined],
    ['it is about something else', told([[0, 32]]), undefined],
    [
      'it is about something else, and then the fallback',
      told([
        [0, 10],
        [900, 6]
      ]),
      undefined
    ],
    ['the fallback holds already', told([[0, 6]]), undefined],
    [
      'the limit ends far too early',
      told([
        [0, 16],
        [500, 6]
      ]),
      undefined
    ],
    [
      'nothing is said after the end',
      told([
        [0, 16],
        [900, undefined]
      ]),
      undefined
    ],
    [
      'nothing is said for some time after the end',
      told([
        [0, 16],
        [950, undefined],
        [1000, 16]
      ]),
      undefined
    ],
    ['the schedule begins after the end', told([[905, 6]]), undefined],
    ['it is refused', { status: 'Rejected' }, undefined],
    [
      'W of three phases',
      told(
        [
          [0, 11_040],
          [900, 4140]
        ],
        { unit: 'W' }
      ),
      'kept'
    ],
    [
      'W of three phases of 240 V',
      told(
        [
          [0, 11_520],
          [900, 4320]
        ],
        { unit: 'W' }
      ),
      'kept'
    ],
    ['W of one phase', told([[0, 3680]], { unit: 'W' }), 'ignored'],
    [
      'A as if they were W',
      told(
        [
          [0, 16],
          [900, 6]
        ],
        { unit: 'W' }
      ),
      undefined
    ]
  ]
  for (const [name, schedule, expected] of cases) {
    it(`${name}: ${expected ?? 'proves nothing'}`, () => assert.equal(leaseIn(schedule, LEASED), expected))
  }

  it('of the maximum proves only that it ends', () => {
    const leased = { ...LEASED, limit: 32 }
    assert.equal(leaseIn(told([[0, 32]]), leased), undefined)
    assert.equal(
      leaseIn(
        told([
          [0, 32],
          [900, 6]
        ]),
        leased
      ),
      'kept'
    )
  })

  it('of a limit in W is compared with what was sent', () => {
    const leased = { ...LEASED, evse: { ...EVSE, unit: 'W' as const } }
    const watts = { unit: 'W' as const }
    assert.equal(
      leaseIn(
        told(
          [
            [0, 3680],
            [900, 1380]
          ],
          watts
        ),
        leased
      ),
      'kept'
    )
    assert.equal(leaseIn(told([[0, 3680]], watts), leased), 'ignored')
    assert.equal(
      leaseIn(
        told(
          [
            [0, 11_040],
            [900, 1380]
          ],
          watts
        ),
        leased
      ),
      undefined
    )
    assert.equal(
      leaseIn(
        told([
          [0, 5.3],
          [900, 2]
        ]),
        leased
      ),
      'kept'
    )
  })
})

/** An EVSE whose car has this limit. */
function charging(amperes: number, more: Partial<EvseState> = {}): EvseState {
  const until = NOW + 900 * SECOND
  const transaction = { key: 't', id: 1, since: NOW - 600 * SECOND, poweredAt: NOW - 600 * SECOND }
  const sent = { amperes, at: NOW - 60 * SECOND, until, form: EVSE.form }
  const possible = [{ amperes, until: until + 10 * SECOND }]
  return { ...initialState(), obedience: 'obeys', fallback: 6, transaction, sent, possible, ...more }
}

function run(plant: ReturnType<typeof plantWith>, states: readonly EvseState[], connected = true) {
  const keys = states.map((_, index) => `cp-${index} 1`)
  const facts = new Map(keys.map((key) => [key, { isConnected: connected, isMember: true }]))
  const known = new Map(keys.map((key, index) => [key, states[index] ?? initialState()]))
  return step({ plant, now: NOW, told: new Map(), facts, states: known })
}

const IGNORED = { limitLease: 'ignored' } as const

describe('limits that do not end by themselves', () => {
  it('fit below the lowest limit that can ever hold, beside the fallbacks of the others, which may have more', () => {
    const plant = plantWith([IGNORED, IGNORED, {}], { windows: [{ from: '20:00', to: '22:00', limit: { A: 40 } }] })
    const { evses } = run(plant, [charging(6), charging(6), charging(6)])
    const targets = [...evses.values()].map(({ target }) => target)
    assert.deepEqual(targets, [17, 17, 32])
    const [first] = evses.values()
    assert.match(
      first?.reason ?? '',
      /limited by the lowest limit of main L1, because its own limit does not end by itself/
    )
    assert.deepEqual(
      [...evses.values()].map(({ lease }) => lease),
      ['ignored', 'ignored', 'unproven']
    )
    const kept = run(plantWith([{}, {}, {}]), [charging(6), charging(6), charging(6)])
    assert.deepEqual(
      [...kept.evses.values()].map(({ target }) => target),
      [30, 30, 30]
    )
  })

  it('leave no more room than an EVSE does that may supply its maximum for good', () => {
    const plant = plantWith([IGNORED, {}], { fallbackLimit: { A: 50 } })
    const { evses } = run(plant, [charging(6), charging(6, { obedience: 'ignoring' })])
    assert.equal([...evses.values()][0]?.target, 18)
  })

  it('are lowered when less can hold, as soon as it is known that they go on', () => {
    const plant = plantWith([IGNORED, {}], { fallbackLimit: { A: 20 } })
    const { commands } = run(plant, [charging(30), charging(32)])
    assert.deepEqual(
      commands.map(({ key, amperes }) => [key, amperes]),
      [['cp-0 1', 14]]
    )
  })

  it('are reserved after their leases, and sent again when the charge point is there again', () => {
    const expired = charging(16, { possible: [{ amperes: 16, until: NOW - 600 * SECOND }] })
    const sent = { amperes: 16, at: NOW - 1600 * SECOND, until: NOW - 610 * SECOND, form: EVSE.form }
    const reservedFor = (habits: Partial<PlantEvse>) => {
      return [...run(plantWith([habits]), [{ ...expired, sent }], false).evses.values()][0]?.reserved
    }
    assert.deepEqual([reservedFor(IGNORED), reservedFor({}), reservedFor({ limitLease: 'kept' })], [16, 6, 6])
    const [own] = run(plantWith([{}]), [{ ...expired, sent, lease: 'ignored' }], false).evses.values()
    assert.equal(own?.reserved, 16, 'what the EVSE itself has shown')
    const held = { ...expired, sent, isUnleased: true as const }
    assert.deepEqual([inForce(held, NOW), inForce({ ...expired, sent }, NOW)], [16, 6])
    const back = run(plantWith([IGNORED], { limit: { A: 16 } }), [{ ...expired, sent }])
    assert.deepEqual(
      back.commands.map(({ kind, amperes }) => [kind, amperes]),
      [['limit', 16]]
    )
  })

  it('are deleted, and the fallback is installed again, when only the back-end has ended the transaction', async () => {
    const plant = plantWith([IGNORED])
    const known = withTransaction(charging(16, { isUnleased: true }), undefined, NOW, false)
    const { commands, states, evses } = run(plant, [known])
    assert.deepEqual(
      commands.map(({ kind, amperes }) => [kind, amperes]),
      [['fallback', 6]]
    )
    assert.match([...evses.values()][0]?.reason ?? '', /may go on/)
    const state = states.get('cp-0 1') as EvseState
    const member = { id: 1, identity: 'CP-0', protocol: 'ocpp1.6' } as Member
    const calls: unknown[] = []
    const sender = new Sender({
      db: { selectFrom: () => query } as never,
      writer: { write: () => assert.fail('nothing is replaced') },
      now: () => NOW,
      known: { members: new Map([['cp-0', member]]), running: new Map() },
      call: async (_identity, { action, payload }) => {
        calls.push(action === 'ClearChargingProfile' ? payload : action)
        return { status: 'Accepted' }
      },
      background: () => undefined,
      onError: (error) => assert.fail(String(error))
    })
    const command = commands[0] as Command
    const answer = await sender.carryOut(plant, command, { ...state, fence: { siteId: 's', epoch: 1 } })
    assert.deepEqual([answer, calls], ['accepted', ['SetChargingProfile', { id: 1_900_000_003 }]])
    const after = answered(state, answer, GONE)
    const later = { now: NOW + 10 * SECOND }
    const [view] = step({
      ...{ plant, now: later.now, told: new Map(), states: new Map([['cp-0 1', after]]) },
      facts: new Map([['cp-0 1', { isConnected: true, isMember: true }]])
    }).evses.values()
    assert.deepEqual([view?.reserved, view?.reason], [6, 'no transaction: the fallback is reserved'])
  })
})

/** A query that finds nothing. */
const query: Record<string, unknown> = {
  select: () => query,
  where: () => query,
  execute: async () => []
}

describe('the question whether limits end by themselves', () => {
  const memberOf = (index: number, named = true) => {
    const kind = named ? { vendor: 'V', model: 'M', firmware: '1' } : { vendor: null, model: null, firmware: null }
    return { id: index, identity: `CP-${index}`, protocol: 'ocpp1.6', own: {}, ...kind } as Member
  }

  function open({ named = true, answer }: { named?: boolean; answer: () => Promise<ToldSchedule> }) {
    const asked: CompositeQuestion[] = []
    const time = { now: NOW }
    const inquiries = new Inquiries({
      now: () => time.now,
      askComposite: (question) => {
        asked.push(question)
        return answer()
      }
    })
    const ask = async (
      states: readonly EvseState[],
      habits: readonly Partial<PlantEvse>[] = states.map(() => ({}))
    ) => {
      const scene: Scene = {
        plant: plantWith(habits),
        states: new Map(states.map((state, index) => [`cp-${index} 1`, state])),
        facts: new Map(states.map((_, index) => [`cp-${index} 1`, { isConnected: true, isMember: true }])),
        members: new Map(states.map((_, index) => [`cp-${index}`, memberOf(index, named)]))
      }
      return Promise.all(inquiries.ask(scene).map(async ({ key, answer }) => [key, await answer]))
    }
    return { ask, asked, time }
  }

  const proof = async () =>
    told(
      [
        [0, 16],
        [900, 6]
      ],
      { duration: 1620 }
    )

  it('is put to one of a kind, in its unit, until it is known', async () => {
    const { ask, asked } = open({ answer: proof })
    assert.deepEqual(await ask([charging(16), charging(16)]), [['cp-0 1', 'kept']])
    assert.deepEqual(asked, [
      { identity: 'CP-0', protocol: 'ocpp1.6', evseId: 1, start: NOW, duration: 1620, unit: 'A' }
    ])
    const trait = { limitLease: 'kept' } as const
    assert.deepEqual(await ask([charging(16), charging(16)], [trait, trait]), [])
  })

  it('is put three times at most, with pauses, if there is no answer or it proves nothing', async () => {
    for (const answer of [() => Promise.reject(new Error('not supported')), async () => told([])]) {
      const { ask, asked, time } = open({ answer })
      const counts: number[] = []
      for (let minute = 0; minute < 10; minute++) {
        await ask([charging(16)])
        await ask([charging(16)])
        counts.push(asked.length)
        time.now += 60 * SECOND
      }
      assert.deepEqual([counts.slice(0, 4), counts.at(-1)], [[1, 2, 3, 3], 3])
    }
  })

  it('is put about the maximum of an EVSE once only', async () => {
    const { ask, asked, time } = open({ answer: async () => told([[0, 32]]) })
    for (const amperes of [32, 32, 16]) {
      await ask([charging(amperes)])
      time.now += 60 * SECOND
    }
    assert.equal(asked.length, 2)
  })

  it('waits while a call is on its way, while it is not certain what holds, and while there is nothing to tell', async () => {
    const { ask, asked } = open({ answer: proof })
    const pending = { kind: 'limit' as const, amperes: 16, at: NOW, until: NOW + 900 * SECOND }
    await ask([charging(16, { pending })])
    await ask([charging(16, { isDoubtful: true })])
    await ask([charging(16, { obedience: 'ignoring' })])
    await ask([charging(8)])
    const { sent: _, ...idle } = charging(16)
    await ask([idle])
    assert.deepEqual(asked, [])
  })

  it('is put to each charge point that does not tell what it is', async () => {
    const { ask, asked } = open({ named: false, answer: proof })
    await ask([charging(16), charging(16)])
    assert.equal(asked.length, 2)
    await ask([charging(16, { lease: 'kept' }), charging(16, { lease: 'ignored' })])
    assert.equal(asked.length, 2)
  })
})
