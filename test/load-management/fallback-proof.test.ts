import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FallbackInquiries, type ProfileQuestion } from '../../lib/load-management/fallback-inquiries.js'
import {
  proofInProfile,
  proofInSchedule,
  type ReportedProfile,
  withShown
} from '../../lib/load-management/fallback-proof.js'
import { nextForm } from '../../lib/load-management/forms.js'
import type { CompositeQuestion } from '../../lib/load-management/inquiries.js'
import type { ToldSchedule } from '../../lib/load-management/lease-proof.js'
import { type LoadManagementBody, type PlantEvse, plantOf } from '../../lib/load-management/plant.js'
import { answered, type EvseState, initialState, sending, withBoots } from '../../lib/load-management/reserve.js'
import { reservedOf } from '../../lib/load-management/reserved.js'
import type { Member } from '../../lib/load-management/rows.js'
import { step } from '../../lib/load-management/step.js'

const NOW = Date.UTC(2026, 0, 5, 12)
const SECOND = 1000
const SETTLE = 10 * SECOND

function plantWith(habits: readonly Partial<PlantEvse>[]) {
  const evses = habits.map((_, index) => {
    return { identity: `CP-${index}`, evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }
  })
  const body: LoadManagementBody = { mode: 'control', circuits: [{ id: 'main', limit: { A: 90 }, margin: 0 }], evses }
  const plant = plantOf(body, 'UTC')
  return { ...plant, evses: plant.evses.map((evse, index) => ({ ...evse, ...habits[index] })) }
}

const [EVSE] = plantWith([{}]).evses as [PlantEvse]
const ASKED = { evse: EVSE, voltage: 230, fallback: 6 }
const CHOICE = { base: EVSE.form, fixed: {}, needsId: false, isOnly: false, hasDynamic: false }
const IN_W = { ...ASKED, evse: { ...EVSE, unit: 'W' as const } }

function profile(unit: string, ...limits: readonly (number | undefined)[]): ReportedProfile {
  const chargingSchedulePeriod = limits.map((limit) => (limit === undefined ? {} : { limit }))
  return { chargingSchedule: [{ chargingRateUnit: unit, chargingSchedulePeriod }] }
}

/** An EVSE that has accepted its fallback a minute ago. */
function installed(more: Partial<EvseState> = {}): EvseState {
  return { ...initialState(), fallback: 6, fallbackAt: NOW - 60 * SECOND, form: EVSE.form, ...more }
}

/** The same with a car that has nothing but the fallback. */
function charging(more: Partial<EvseState> = {}): EvseState {
  return installed({ transaction: { key: 't', id: 1, since: 0, poweredAt: NOW - 60 * SECOND }, ...more })
}

describe('a fallback that a charge point reports', () => {
  const cases: [string, ReportedProfile | null, string | undefined][] = [
    ['as it was sent', profile('A', 6), 'kept'],
    ['as less', profile('A', 0), 'kept'],
    ['rounded', profile('A', 6.4), 'kept'],
    ['as more', profile('A', 32), 'missing'],
    ['as more later on', profile('A', 6, 16), 'missing'],
    ['as none', null, 'missing'],
    ['in another unit', profile('W', 4140), undefined],
    ['without limits', profile('A', undefined), undefined],
    ['without a schedule', {}, undefined]
  ]
  for (const [how, reported, expected] of cases) {
    it(`${how}: ${expected ?? 'proves nothing'}`, () => assert.equal(proofInProfile(reported, ASKED), expected))
  }

  it('in W is compared with what was sent', () => {
    assert.equal(proofInProfile(profile('W', 1380), IN_W), 'kept')
    assert.equal(proofInProfile(profile('W', 4140), IN_W), 'missing')
  })
})

describe('the composite schedule of a transaction that only the fallback limits', () => {
  const told = (more: Partial<ToldSchedule> = {}): ToldSchedule => {
    return { status: 'Accepted', unit: 'A', duration: 60, periods: [{ start: 0, limit: 6 }], ...more }
  }
  const state = charging()
  const proof = (schedule: ToldSchedule, known = state) =>
    proofInSchedule(schedule, { ...ASKED, state: known, now: NOW })
  const more = told({ periods: [{ start: 0, limit: 32 }] })

  it('shows the fallback, or that there is none', () => {
    assert.equal(proof(told()), 'kept')
    assert.equal(proof(told({ periods: [{ start: 0, limit: 0 }] })), 'kept')
    assert.equal(proof(more), 'missing')
  })

  it('proves nothing if it is refused, has gaps or another unit, or a measured current says otherwise', () => {
    assert.equal(proof(told({ status: 'Rejected' })), undefined)
    assert.equal(proof(told({ periods: [] })), undefined)
    assert.equal(proof(told({ periods: [{ start: 0 }] })), undefined)
    assert.equal(proof(told({ periods: [{ start: 10, limit: 6 }] })), undefined)
    assert.equal(proof(told({ unit: 'W', periods: [{ start: 0, limit: 22_080 }] })), undefined)
    assert.equal(proof(more, charging({ measured: { amperes: 6, at: NOW } })), undefined)
    assert.equal(proof(more, charging({ measured: { amperes: 6, at: NOW - 600 * SECOND } })), 'missing')
    assert.equal(proof(more, charging({ measured: { amperes: 16, at: NOW } })), 'missing')
  })
})

/** The state after the charge point has shown this of its fallback. */
function shown(state: EvseState, proof: 'kept' | 'missing', now = NOW): EvseState {
  return withShown(state, { proof, fallbackAt: state.fallbackAt }, now)
}

/** The state after the next fallback was accepted. */
function accepting(state: EvseState, now: number): EvseState {
  const form = { ...EVSE.form, kind: 'Absolute' as const }
  const pending = { kind: 'fallback', amperes: 6, at: now, until: now, form, forms: 6 } as const
  return answered(sending(state, pending, SETTLE), 'accepted', { now, settle: SETTLE })
}

function look(state: EvseState, now = NOW) {
  const facts = new Map([['cp-0 1', { isConnected: true, isMember: true }]])
  const states = new Map([['cp-0 1', state]])
  const { commands, evses } = step({ plant: plantWith([{}]), now, told: new Map(), facts, states })
  const { reserved, cause, reason } = evses.get('cp-0 1') ?? {}
  return { commands: commands.map(({ kind, amperes }) => `${kind} ${amperes} A`), reserved, cause, reason }
}

describe('an EVSE that does not have the fallback that it accepted', () => {
  it('may supply its maximum, is not limited, and gets the fallback in another form', () => {
    const without = shown(charging(), 'missing')
    const at = NOW + SECOND
    assert.deepEqual(look(without, at - 1), {
      ...{ commands: [], reserved: 32, cause: 'no-fallback' },
      reason: 'the charge point accepts its fallback, but does not have it: its maximum is reserved'
    })
    assert.deepEqual(look(without, at).commands, ['fallback 6 A'])
    const next = nextForm(CHOICE, without, 6).form
    assert.equal(next.kind, 'Absolute', 'the Relative one was lost')
    assert.deepEqual(nextForm({ ...CHOICE, base: next }, without, 6).form, next, 'as it was learned meanwhile')
  })

  it('is believed only once it has shown a later one, whose form is learned then', () => {
    const later = NOW + 60 * SECOND
    const again = accepting(shown(charging(), 'missing'), NOW + SECOND)
    assert.deepEqual([again.fallback, again.isFound], [6, undefined])
    assert.deepEqual(look(again, later), {
      ...{ commands: [], reserved: 32, cause: 'no-fallback' },
      reason: 'the charge point accepts its fallback, but does not have it: its maximum is reserved'
    })
    const kept = shown(again, 'kept', later)
    assert.equal(reservedOf(kept, EVSE, { now: later, settle: SETTLE }).amperes, 6)
    assert.deepEqual([look(kept, later).commands, kept.isFound, kept.form?.kind], [['limit 32 A'], true, 'Absolute'])
  })

  it('gets each form once, and then all of them in turn', () => {
    let state = charging()
    const said = Array.from({ length: 12 }, () => {
      state = shown(state, 'missing')
      const { form, forms } = nextForm(CHOICE, state, 6)
      const pending = { kind: 'fallback', amperes: 6, at: NOW, until: NOW, form, forms } as const
      state = answered(sending(state, pending, SETTLE), 'accepted', { now: NOW, settle: SETTLE })
      return `${form.kind} ${form.unit}`
    })
    const all = ['Absolute A', 'Relative W', 'Absolute W']
    assert.deepEqual(said.slice(0, 3), all)
    assert.deepEqual(new Set(said.slice(3, 7)), new Set(['Relative A', ...all]))
  })

  it('gets all forms at once, and then after pauses that grow to five minutes', () => {
    let state = charging()
    const pauses = Array.from({ length: 14 }, () => {
      state = shown(state, 'missing')
      const pause = (state.retryAt - NOW) / SECOND
      state = accepting(state, NOW)
      return pause
    })
    assert.deepEqual(pauses, [1, 1, 1, 1, 1, 10, 20, 40, 80, 160, 300, 300, 300, 300])
  })

  it('is forgotten with a boot, and an answer about an earlier fallback counts for nothing', () => {
    const without = shown(charging({ boots: 1 }), 'missing')
    assert.equal(withBoots(without, 2).shown, undefined)
    const state = charging()
    assert.equal(withShown(state, { proof: 'missing', fallbackAt: NOW - 90 * SECOND }, NOW), state)
  })
})

describe('the question for a fallback', () => {
  function open({
    protocol = 'ocpp2.0.1',
    named = true,
    isOver = false,
    answer = profile('A', 6) as ReportedProfile | null | undefined
  } = {}) {
    const asked: (ProfileQuestion | CompositeQuestion)[] = []
    const time = { now: NOW }
    const inquiries = new FallbackInquiries({
      now: () => time.now,
      askProfile: async (question) => {
        asked.push(question)
        return answer
      },
      askComposite: async (question) => {
        asked.push(question)
        return { status: 'Accepted', unit: 'A', periods: [{ start: 0, limit: answer === null ? 32 : 6 }] }
      }
    })
    const ask = async (
      states: readonly EvseState[],
      habits: readonly Partial<PlantEvse>[] = states.map(() => ({}))
    ) => {
      const kind = named ? { vendor: 'V', model: 'M', firmware: '1' } : { vendor: null, model: null, firmware: null }
      const scene = {
        plant: plantWith(habits),
        states: new Map(states.map((state, index) => [`cp-${index} 1`, state])),
        facts: new Map(states.map((_, index) => [`cp-${index} 1`, { isConnected: true, isMember: true }])),
        members: new Map(
          states.map((_, index) => [
            `cp-${index}`,
            { id: index, identity: `CP-${index}`, protocol, own: {}, ...kind } as Member
          ])
        )
      }
      const found = inquiries.ask(scene, isOver)
      return Promise.all(found.map(async ({ key, answer: told }) => [key, await told]))
    }
    return { ask, asked, time }
  }

  it('is put to one of a kind by its id, until it is known', async () => {
    const { ask, asked, time } = open()
    assert.deepEqual(await ask([installed(), installed()]), [['cp-0 1', 'kept']])
    assert.deepEqual(asked, [{ identity: 'CP-0', chargePointId: 0, profileId: 1_900_000_002 }])
    time.now += 60 * SECOND
    for (const limitFallback of ['kept', 'unproven'] as const) {
      assert.deepEqual(await ask([installed(), installed()], [{ limitFallback }, { limitFallback }]), [])
    }
  })

  it('is put to each one as long as those before had none, and again after each fallback that it accepts', async () => {
    const { ask, asked } = open({ answer: null })
    assert.deepEqual(await ask([installed(), installed()]), [['cp-0 1', 'missing']])
    const without = shown(installed(), 'missing')
    assert.deepEqual(await ask([without, installed()]), [['cp-1 1', 'missing']])
    assert.deepEqual(await ask([without, without]), [])
    const again = accepting(without, NOW)
    assert.deepEqual(await ask([again, without], [{ limitFallback: 'kept' }, {}]), [['cp-0 1', 'missing']])
    assert.equal(asked.length, 3)
  })

  it('is put only to those that had none while a circuit is above its limit', async () => {
    const { ask } = open({ isOver: true })
    assert.deepEqual(await ask([installed()]), [])
    const again = accepting(shown(installed(), 'missing'), NOW)
    assert.deepEqual(await ask([installed(), again]), [['cp-1 1', 'kept']])
  })

  it('is put three times at most, with pauses, if there is no answer', async () => {
    const { ask, asked, time } = open({ answer: undefined })
    for (let second = 0; second < 600; second++) {
      await ask([installed(), installed()])
      time.now += SECOND
    }
    assert.equal(asked.length, 3)
  })

  it('is put to each charge point without a name', async () => {
    const { ask } = open({ named: false })
    assert.equal((await ask([installed(), installed()])).length, 2)
    assert.deepEqual(await ask([shown(installed(), 'kept'), shown(installed(), 'kept')]), [])
  })

  it('waits in OCPP 1.6 for a transaction that only the fallback limits, for long enough for a sample', async () => {
    const limit = { amperes: 16, until: NOW + 60 * SECOND }
    const early = { key: 't', id: 1, since: 0, poweredAt: NOW - 20 * SECOND }
    for (const state of [installed(), charging({ possible: [limit] }), charging({ transaction: early })]) {
      assert.deepEqual(await open({ protocol: 'ocpp1.6' }).ask([state]), [])
    }
    const { ask, asked } = open({ protocol: 'ocpp1.6' })
    assert.deepEqual(await ask([charging()]), [['cp-0 1', 'kept']])
    assert.deepEqual(asked, [{ identity: 'CP-0', protocol: 'ocpp1.6', evseId: 1, start: NOW, duration: 60, unit: 'A' }])
    assert.deepEqual(await open({ protocol: 'ocpp1.6', answer: null }).ask([charging()]), [['cp-0 1', 'missing']])
  })

  it('is not put while a call is on its way, or the profile says the limit of a transaction', async () => {
    const pending = { kind: 'limit', amperes: 16, at: NOW, until: NOW + 60 * SECOND } as const
    const sent = { amperes: 16, at: NOW, until: NOW + 60 * SECOND, form: { ...EVSE.form, profile: 'default' as const } }
    for (const more of [{ pending }, { sent }, { isDoubtful: true }, { obedience: 'ignoring' as const }]) {
      assert.deepEqual(await open().ask([installed(more)]), [])
    }
  })
})
