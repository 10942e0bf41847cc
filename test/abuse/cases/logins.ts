import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { basic, type Charger, connectCharger } from '../../support/charger.js'
import { upgradeRequest } from '../../support/raw.js'
import { until } from '../../support/wait.js'
import type { Abuse, Family } from '../abuse.js'
import { PATIENCE_MS, type Target } from '../kit.js'

/** Requests at a time. */
const PARALLEL = 40
/** Of an identity from an address, before it is answered 429. */
const FAILURES = 10

/** The status that a login is answered. */
async function login(target: Target, identity: string, password: string, from?: string): Promise<number> {
  const headers = { Authorization: basic(identity, password) }
  const answer = await target.ask(upgradeRequest({ target: `/ocpp/${identity}`, headers }), from)
  if (answer.status === 429) assert.match(answer.headers['retry-after'] ?? '', /^\d+$/)
  return answer.status
}

/** Many logins, and how often each status came. */
async function guess(count: number, attempt: (index: number) => Promise<number>): Promise<Map<number, number>> {
  const came = new Map<number, number>()
  let next = 0
  const worker = async () => {
    while (next < count) {
      const status = await attempt(next++)
      came.set(status, (came.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
  return came
}

function told(came: ReadonlyMap<number, number>): string {
  return [...came].map(([status, times]) => `${times} × ${status}`).join(', ')
}

/** A charger that is charging: what it may notice of an attack on its identity is nothing. */
async function victim(target: Target): Promise<{ charger: Charger; password: string }> {
  const password = await target.provision('VICTIM')
  return { charger: await target.charger('VICTIM', { password }), password }
}

/** It was never disturbed, and is let in again from where it always comes. */
async function isUnaffected(target: Target, { charger, password }: Awaited<ReturnType<typeof victim>>): Promise<void> {
  assert.equal((await charger.roundTrip()).type, 3)
  assert.equal(charger.ws.readyState, charger.ws.OPEN)
  await charger.close()
  const again = await target.charger('VICTIM', { password })
  assert.equal((await again.roundTrip()).type, 3)
  await again.close()
}

const MANY_ADDRESSES: Abuse = {
  name: 'guesses of one password from many addresses: the real charger is neither cut nor locked out',
  async attack(target, scale) {
    const real = await victim(target)
    const before = await target.metrics()
    const mark = target.mark()
    const count = scale.count(800)
    const came = await guess(count, () => login(target, 'VICTIM', randomBytes(15).toString('base64url')))
    assert.deepEqual([...came], [[401, count]])
    await target.counted(before, 'ocpp_security_events_total{type="authentication-failed"}', count)
    const warnings = target.linesSince(mark).filter(({ level }) => Number(level) >= 40)
    assert.ok(warnings.length > 0 && warnings.length < count / 4, `${warnings.length} warnings`)
    await isUnaffected(target, real)
    return told(came)
  }
}

const ONE_ADDRESS: Abuse = {
  name: 'guesses from one address are answered 429 before long, and elsewhere the right one is let in',
  async attack(target, scale) {
    const real = await victim(target)
    const before = await target.metrics()
    const from = target.address()
    const count = scale.count(200)
    const came = await guess(count, () => login(target, 'VICTIM', randomBytes(15).toString('base64url'), from))
    // Those that were on their way at once are all looked at.
    assert.ok((came.get(401) ?? 0) <= FAILURES + PARALLEL, told(came))
    assert.ok((came.get(429) ?? 0) >= count - FAILURES - PARALLEL, told(came))
    await target.counted(before, 'ocpp_upgrades_refused_total{rule="login-failures"}')
    assert.equal(await login(target, 'VICTIM', real.password, from), 101, 'it comes from the address of the attacker')
    await isUnaffected(target, real)
    return told(came)
  }
}

const MANY_IDENTITIES: Abuse = {
  name: 'guesses of identities are answered 404, and 429 from one address',
  async attack(target, scale) {
    const real = await victim(target)
    const from = target.address()
    const count = scale.count(500)
    const identity = () => `MADE-UP-${randomBytes(8).toString('hex')}`
    const elsewhere = await guess(count, () => login(target, identity(), 'guessed-password-1'))
    assert.deepEqual([...elsewhere], [[404, count]])
    const here = await guess(count, () => login(target, identity(), 'guessed-password-1', from))
    assert.ok((here.get(429) ?? 0) > 0, told(here))
    await isUnaffected(target, real)
    return `${told(elsewhere)}; from one address ${told(here)}`
  }
}

const NO_CREDENTIALS: Abuse = {
  name: 'connections without credentials, under the name of a live charger, are answered 401 and never touch it',
  async attack(target, scale) {
    const real = await victim(target)
    const count = scale.count(300)
    const request = upgradeRequest({ target: '/ocpp/VICTIM' })
    const came = await guess(count, async () => (await target.ask(request)).status)
    assert.deepEqual([...came], [[401, count]])
    const answered = target.operate('POST', '/api/v1/charge-points/VICTIM/calls/ClearCache', {})
    real.charger.onCall(() => ({ status: 'Accepted' }))
    assert.equal((await answered).status, 200, 'its calls still reach it')
    await isUnaffected(target, real)
    return told(came)
  }
}

const TWINS: Abuse = {
  name: 'two with the right password push each other out only so often, and it is told',
  async attack(target, scale) {
    const before = await target.metrics()
    const password = await target.provision('TWIN')
    const came = new Map<number, number>()
    let newest: Charger | undefined
    for (let time = 0; time < scale.count(12); time++) {
      const status = await connectCharger(target.url, 'TWIN', { password, ws: target.from(target.address()) }).then(
        async (charger) => {
          assert.equal((await charger.call('BootNotification', BOOT)).type, 3)
          newest = charger
          return 101
        },
        (error: { status?: number }) => error.status ?? 0
      )
      came.set(status, (came.get(status) ?? 0) + 1)
    }
    assert.ok((came.get(429) ?? 0) > 0 && (came.get(101) ?? 0) >= 2, told(came))
    assert.equal((await newest?.roundTrip())?.type, 3, 'the newest of those that were let in is served')
    await target.counted(before, 'ocpp_security_events_total{type="flapping"}')
    await target.counted(before, 'ocpp_upgrades_refused_total{rule="flapping"}')
    await newest?.close()
    return told(came)
  }
}

const BOOT = { chargePointVendor: 'Acme', chargePointModel: 'One' }

/** One charger, whatever the case: two spellings are never two connections. [Part 2, identifierString] */
const SPELLINGS: Abuse = {
  name: 'other spellings of an identity are the same charger, and need the same password',
  async attack(target, scale) {
    const password = await target.provision('Spelt-One')
    const real = await target.charger('Spelt-One', { password })
    for (const spelling of ['SPELT-ONE', 'spelt-one', 'sPELT-oNE', '%53pelt%2done']) {
      const request = (headers: Record<string, string>) => upgradeRequest({ target: `/ocpp/${spelling}`, headers })
      for (let time = 0; time < scale.count(1); time++) {
        assert.equal((await target.ask(request({}))).status, 401, spelling)
        const wrong = { Authorization: basic('Spelt-One', 'wrong') }
        assert.equal((await target.ask(request(wrong))).status, 401, spelling)
      }
    }
    assert.equal((await real.roundTrip()).type, 3)
    const other = await target.rawWith('SPELT-ONE', password)
    other.write({ payload: '[2,"1","Heartbeat",{}]' })
    await until('the newcomer is served', () => other.texts.length > 0, PATIENCE_MS)
    const { code } = await real.closed
    assert.ok(code === 1012 || code >= 4000, String(code))
    return `closed with ${code}`
  }
}

export const LOGINS: Family = {
  name: 'logins, twins and spellings',
  abuses: [MANY_ADDRESSES, ONE_ADDRESS, MANY_IDENTITIES, NO_CREDENTIALS, TWINS, SPELLINGS]
}
