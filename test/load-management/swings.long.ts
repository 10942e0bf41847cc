import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Charger } from '../../src/simulator/charger.js'
import { seeded } from '../../src/simulator/random.js'
import { onBothBackends, operate } from '../app/support.js'
import { listen } from '../support/server.js'
import { until } from '../support/wait.js'
import { LiveSite } from './live.js'

// An energy manager lowers and raises a limit again and again, in real time.

const COUNT = 24
const HIGH = 217
const LOW = 60
const ROUNDS = 4
/** Within this all that a lower limit makes necessary is accepted. Milliseconds. */
const MOST = 5000

interface Write {
  identity: string
  amperes: number
  /** When the charge point got it, and when it answered. Epoch milliseconds. */
  at: number
  answeredAt?: number
}

/** Charge points that take up to a second to answer a profile, and what they got. */
function slowWrites(t: TestContext, chargers: readonly Charger[]): Write[] {
  const random = seeded(4)
  const writes: Write[] = []
  for (const dialect of new Set(chargers.map((charger) => charger.dialect))) {
    const { answer } = dialect
    t.mock.method(dialect, 'answer', async (charger: Charger, action: string, request: unknown) => {
      if (action !== 'SetChargingProfile') return answer(charger, action, request)
      const write: Write = { identity: charger.identity, amperes: amperesOf(request), at: Date.now() }
      writes.push(write)
      await sleep(1000 * random())
      write.answeredAt = Date.now()
      return answer(charger, action, request)
    })
  }
  return writes
}

function amperesOf(request: unknown): number {
  const found = /"limit":(?<amperes>[\d.]+)/.exec(JSON.stringify(request))
  return Number(found?.groups?.amperes)
}

/** What may be in force, by what charge points have got and answered. */
class Limits {
  readonly #possible = new Map<string, number[]>()

  take({ identity, amperes, answeredAt }: Write): void {
    const before = this.#possible.get(identity) ?? [0]
    this.#possible.set(identity, answeredAt === undefined ? [...before, amperes] : [amperes])
  }

  get sum(): number {
    return [...this.#possible.values()].reduce((sum, possible) => sum + Math.max(...possible), 0)
  }
}

/** What charge points got and answered, in order. */
function eventsOf(writes: readonly Write[]): { write: Write; when: number }[] {
  const events = writes.flatMap((write) => {
    const { answeredAt, ...sent } = write
    return [{ write: sent, when: write.at }, ...(answeredAt === undefined ? [] : [{ write, when: answeredAt }])]
  })
  return events.sort((one, other) => one.when - other.when)
}

/** Milliseconds until the limit was accepted since when all that may be in force is within the low limit. */
function reactionIn(writes: readonly Write[], since: number): number | undefined {
  const limits = new Limits()
  let last: number | undefined
  for (const { write, when } of eventsOf(writes)) {
    limits.take(write)
    if (limits.sum > LOW) last = undefined
    else last ??= Math.max(0, when - since)
  }
  return last
}

/** Limits that charge points got although, with them, more than the low limit might be in force. */
function earlyIn(writes: readonly Write[], since: number): string[] {
  const limits = new Limits()
  return eventsOf(writes).flatMap(({ write, when }) => {
    const before = limits.sum
    limits.take(write)
    const isEarly = when >= since && limits.sum > before && limits.sum > LOW
    return isEarly ? [`${write.identity} ${write.amperes} A after ${when - since} ms`] : []
  })
}

onBothBackends('an energy manager that lowers and raises a limit in full load', (start) => {
  it('has each lowering accepted within 5 s, and nobody is raised before', async (t) => {
    const server = await start({ OCPP_CALLS_AFTER_CONNECT: '0' }, listen)
    const site = await LiveSite.open({
      ...{ id: 'swings', count: COUNT, limit: HIGH, lease: 900, fallback: 0, url: `${server.url}/ocpp` },
      more: { fallbackLimit: { A: LOW } },
      ask: async (method, path, body) => {
        const answer = await operate(server, method as 'PUT', path, body)
        return { status: answer.statusCode, body: answer.json() }
      }
    })
    const writes = slowWrites(t, site.chargers)
    for (let index = 0; index < COUNT; index++) site.arrive(index)
    const sum = () => site.shares().reduce((total, share) => total + share, 0)
    await until('all is used', () => sum() >= 0.9 * HIGH, 60_000)
    const path = '/sites/swings/load-management/circuits/main/limit'
    const reactions: number[] = []
    const expect = async (since: number) => {
      await until('it is accepted', () => reactionIn(writes, since) !== undefined, 20_000)
      reactions.push(reactionIn(writes, since) ?? Number.NaN)
      await until('it is obeyed', () => sum() <= LOW, 20_000)
      // Nobody is paused because the answers of others are still on their way.
      await until('all of it is used', () => sum() >= 0.8 * LOW && sum() <= LOW, 5_000)
      assert.deepEqual(earlyIn(writes, since), [])
      assert.ok(Date.now() - since <= 11_000)
    }
    for (let round = 0; round < ROUNDS; round++) {
      const since = Date.now()
      await site.put(path, { A: LOW, ttl: 600, source: 'EMS' })
      await expect(since)
      await site.put(path, { A: HIGH, ttl: 600, source: 'EMS' })
      await until('it is raised', () => sum() > LOW + 20, 60_000)
    }
    await site.put(path, { A: HIGH, ttl: 5, source: 'EMS' })
    await expect(Date.now() + 5000)
    assert.ok(Math.max(...reactions) <= MOST, `${reactions} ms`)
    assert.deepEqual(site.violations, [])
  })
})
