import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { administer, noPostgres } from '../database/support.js'
import { Installation } from '../nodes/installation.js'
import { until } from '../support/wait.js'
import { LiveSite, pass } from './live.js'

const SITE = 'taken'
/** Until another node has the control of a site. Milliseconds. */
const MOST = 10_000

describe('T6: the node that controls a site is gone', { skip: noPostgres }, () => {
  it('another one takes over within seconds, one at a time, and no phase ever carries too much', async () => {
    const installation = await Installation.start({
      size: 2,
      settingsOf: () => ({ OCPP_CALLS_AFTER_CONNECT: '0' })
    })
    const { places } = installation
    let dead: (typeof places)[number] | undefined
    const asked = () => places.find((place) => place !== dead)?.node ?? assert.fail()
    const site = await LiveSite.open({
      ...{ id: SITE, count: 6, limit: 61, lease: 60, url: installation.url },
      ask: (method, path, body) => asked().request(method, path, body)
    })
    for (let index = 0; index < 5; index++) site.arrive(index)
    // Each 10.8 A, or up to 1 A less: such a raise is not worth a call.
    const isFull = (shares: readonly number[]) => shares.slice(0, 5).every((share) => share > 9.7)
    await site.reach(isFull, 'all share what there is')

    const epoch = async () => {
      const { rows } = await administer('select epoch from load_management', installation.DATABASE_URL)
      return rows.map((row) => Number(row.epoch))
    }
    const [first = 0] = await epoch()

    // Killed: nobody says goodbye.
    const holder = await holderOf(places)
    dead = holder
    holder.node.process.kill('SIGKILL')
    await holder.node.process.exited()
    const began = performance.now()
    await until('the other one controls it', async () => (await holderOf(places, dead)) !== undefined, 60_000)
    const took = performance.now() - began
    assert.ok(took <= MOST, `${Math.round(took)} ms`)
    assert.deepEqual(await epoch(), [first + 1])
    await site.reach(isFull, 'all still share what there is')
    await pass(20)
    assert.deepEqual(site.violations, [])

    // Cut off from the others, but not from the database: both believe that they are alone.
    await installation.restart(holder)
    dead = undefined
    await installation.whole()
    const cut = await holderOf(places)
    await cut.network.shut()
    await pass(20)
    assert.equal((await Promise.all(places.map(isHolder))).filter(Boolean).length, 1, 'one of them controls it')
    assert.deepEqual(await epoch(), [first + 1], 'the same as before')
    assert.deepEqual(site.violations, [])
    await cut.network.open()
    await installation.whole()

    // Stopped for longer than it may be silent: when it goes on, it believes that it still has the control.
    const stopped = await holderOf(places)
    const other = places.find((place) => place !== stopped) ?? assert.fail()
    dead = stopped
    // In the middle of the work that a new car makes.
    site.arrive(5)
    await pass(0.2)
    stopped.node.process.kill('SIGSTOP')
    const stoppedAt = performance.now()
    await until('the other one controls it', () => isHolder(other), 60_000)
    const silent = performance.now() - stoppedAt
    assert.ok(silent <= MOST, `${Math.round(silent)} ms`)
    assert.deepEqual(await epoch(), [first + 2])
    await pass(5)
    stopped.node.process.kill('SIGCONT')
    await until('the former one has given it up', async () => !(await isHolder(stopped)), 60_000)
    assert.ok(await isHolder(other))
    assert.deepEqual(await epoch(), [first + 2])
    dead = undefined
    const isShared = (shares: readonly number[]) => shares.every((share) => share > 9)
    await site.reach(isShared, 'all six share what there is in the end')
    assert.deepEqual(site.violations, [])
  })
})

type Places = Installation['places']

/** Whether a node controls the site: it counts the load of its circuits. */
async function isHolder({ node }: Places[number]): Promise<boolean> {
  const metrics = await fetch(`${node.url}/metrics`)
  return (await metrics.text()).includes(`site_circuit_load{site="${SITE}"`)
}

async function holderOf(places: Places, dead?: Places[number]): Promise<Places[number]> {
  let found: Places[number] | undefined
  const find = async () => {
    for (const place of places) if (place !== dead && (await isHolder(place).catch(() => false))) found = place
    return found !== undefined
  }
  await until('a node controls the site', find, 60_000)
  return found ?? assert.fail()
}
