import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { LoginAttempt, LoginLimiter, type LoginRefusal } from '../../src/limits/login-limiter.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const LIMITS = { maxLoginFailures: 3, maxLoginFailuresPerAddress: 60 }

function start(limits = LIMITS) {
  const time = { now: 0 }
  const limiter = new LoginLimiter(limits, () => time.now)
  const begin = (identity: string, address: string, password?: string, certificate?: string) =>
    limiter.begin({
      identity,
      address,
      certificate,
      password: password === undefined ? undefined : Buffer.from(password)
    })
  /** Tries to log in with a password that is wrong, or right. */
  const login = (identity: string, address: string, password: string, isRight = false): 'in' | 'out' | LoginRefusal => {
    const attempt = begin(identity, address, password)
    if (!(attempt instanceof LoginAttempt)) return attempt
    if (isRight) attempt.accepted()
    else attempt.refused()
    return isRight ? 'in' : 'out'
  }
  const guess = (identity: string, address: string) => login(identity, address, `guess ${Math.random()}`)
  return { time, begin, login, guess }
}

const PAIR = 'login-failures'
const ADDRESS = 'login-failures-per-address'

test('a client that guesses waits twice as long after each failure, up to a minute', () => {
  const { time, guess } = start()
  for (let times = 0; times < 3; times++) assert.equal(guess('cp-1', 'a'), 'out')
  for (const retryAfter of [1, 2, 4, 8, 16, 32, 60, 60, 60]) {
    assert.deepEqual(guess('cp-1', 'a'), { rule: PAIR, retryAfter })
    time.now += retryAfter * 1000 - 1
    assert.deepEqual(guess('cp-1', 'a'), { rule: PAIR, retryAfter: 1 })
    time.now += 1
    assert.equal(guess('cp-1', 'a'), 'out', `after ${retryAfter} s`)
  }
})

test('guesses from one address say nothing about the identity at another one', () => {
  const { guess, login } = start()
  for (let times = 0; times < 50; times++) guess('cp-1', 'a')
  assert.equal(login('cp-1', 'b', 'right', true), 'in')
})

test('guesses of one identity say nothing about others at the same address', () => {
  const { guess, login } = start()
  for (let times = 0; times < 50; times++) guess('cp-1', 'a')
  assert.equal(login('cp-2', 'a', 'right', true), 'in')
})

test('the credentials that logged in last pass, whatever others did with the same identity at the same address', () => {
  const { guess, login } = start()
  login('cp-1', 'a', 'right', true)
  for (let times = 0; times < 200; times++) guess('cp-1', 'a')
  for (let times = 0; times < 200; times++) guess(`other-${times}`, 'a')
  assert.deepEqual(guess('cp-9', 'a'), { rule: ADDRESS, retryAfter: 1 })
  assert.equal(login('cp-1', 'a', 'right', true), 'in')
})

test('credentials of another identity, or with another certificate, are others', () => {
  const { begin, guess, login } = start()
  const certified = begin('cp-1', 'a', 'right', 'AA:BB')
  assert.ok(certified instanceof LoginAttempt)
  certified.accepted()
  login('cp-2', 'a', 'right', true)
  for (let times = 0; times < 5; times++) guess('cp-1', 'a')
  assert.ok(!(begin('cp-1', 'a', 'right') instanceof LoginAttempt))
  assert.ok(!(begin('cp-1', 'a', 'right', 'AA:CC') instanceof LoginAttempt))
  assert.ok(!(begin('cp-1', 'a', undefined, 'AA:BB') instanceof LoginAttempt))
  assert.ok(begin('cp-1', 'a', 'right', 'AA:BB') instanceof LoginAttempt)
})

test('remembered credentials that fail are remembered no more', () => {
  const { login } = start()
  login('cp-1', 'a', 'old', true)
  for (let times = 0; times < 3; times++) assert.equal(login('cp-1', 'a', 'old'), 'out')
  assert.deepEqual(login('cp-1', 'a', 'old'), { rule: PAIR, retryAfter: 1 })
})

test('a login without credentials is not remembered', () => {
  const { begin, guess } = start()
  const open = begin('cp-1', 'a')
  assert.ok(open instanceof LoginAttempt)
  open.accepted()
  for (let times = 0; times < 5; times++) guess('cp-1', 'a')
  assert.ok(!(begin('cp-1', 'a') instanceof LoginAttempt))
})

test('after a restart one who is not remembered gets a try at least once a minute', () => {
  const { time, guess, login } = start()
  let tries = 0
  for (let second = 0; second < 600; second++) {
    time.now += 1000
    if (guess('cp-1', 'a') === 'out') tries++
  }
  assert.ok(tries >= 10 && tries <= 20, `${tries} in ten minutes`)
  const waiting = login('cp-1', 'a', 'right', true)
  const seconds = typeof waiting === 'object' ? waiting.retryAfter : 0
  assert.ok(seconds <= 60)
  time.now += seconds * 1000
  assert.equal(login('cp-1', 'a', 'right', true), 'in')
})

test('a login that succeeds clears the pair', () => {
  const { guess, login } = start()
  for (let times = 0; times < 2; times++) guess('cp-1', 'a')
  login('cp-1', 'a', 'right', true)
  for (let times = 0; times < 3; times++) assert.equal(guess('cp-1', 'a'), 'out')
})

test('failures are forgotten after a quarter of an hour', () => {
  const { time, guess } = start()
  for (let times = 0; times < 3; times++) guess('cp-1', 'a')
  time.now += 15 * 60_000 + 1
  for (let times = 0; times < 3; times++) assert.equal(guess('cp-1', 'a'), 'out')
})

test('logins in progress may all fail, so no more are begun than may', () => {
  const { begin } = start()
  const attempts = Array.from({ length: 10 }, () => begin('cp-1', 'a', 'x'))
  assert.equal(attempts.filter((attempt) => attempt instanceof LoginAttempt).length, 3)
  for (const attempt of attempts) if (attempt instanceof LoginAttempt) attempt.undecided()
  assert.ok(begin('cp-1', 'a', 'x') instanceof LoginAttempt, 'what nobody decided is no failure')
})

test('a client that tries many identities is blocked at its address, and not elsewhere', () => {
  const { time, guess } = start()
  let tried = 0
  for (let index = 0; index < 1000; index++) if (guess(`cp-${index}`, 'a') === 'out') tried++
  assert.equal(tried, 60)
  assert.equal(guess('cp-1', 'b'), 'out')
  time.now += 10_000
  for (let index = 0; index < 1000; index++) if (guess(`cp-${index}`, 'a') === 'out') tried++
  assert.equal(tried, 70)
})

test('a charger that repeats the same wrong password does not slow down its neighbours', () => {
  const { time, login, guess } = start()
  for (let second = 0; second < 3600; second++) {
    time.now += 1000
    login('misconfigured', 'a', 'the same')
  }
  for (let index = 0; index < 59; index++) assert.equal(guess(`cp-${index}`, 'a'), 'out')
})

test('0 is no limit', () => {
  const { guess } = start({ maxLoginFailures: 0, maxLoginFailuresPerAddress: 0 })
  for (let times = 0; times < 1000; times++) assert.equal(guess('cp-1', 'a'), 'out')
})

test('a flood of addresses and identities takes no more memory than there is for it', () => {
  const { begin } = start()
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < 300_000; index++) {
    const attempt = begin(`identity-${index}`, `address-${index}`, 'x')
    if (attempt instanceof LoginAttempt) attempt.refused()
  }
  collectGarbage()
  const grown = process.memoryUsage().heapUsed - before
  assert.ok(grown < 60 * 1024 * 1024, `${Math.round(grown / 1024 / 1024)} MiB`)
})

test('the right credentials are accepted within a minute after the last other attempt', () => {
  const steps = fc.array(
    fc.record({
      wait: fc.integer({ min: 0, max: 90_000 }),
      identity: fc.constantFrom('cp-1', 'cp-2', 'cp-3'),
      address: fc.constantFrom('a', 'b'),
      password: fc.constantFrom('right', 'wrong', 'other')
    }),
    { maxLength: 200 }
  )
  fc.assert(
    fc.property(steps, (all) => {
      const { time, login } = start()
      for (const { wait, identity, address, password } of all) {
        time.now += wait
        login(identity, address, password, password === 'right')
      }
      const result = login('cp-1', 'a', 'right', true)
      if (result === 'in') return
      assert.ok(typeof result === 'object' && result.retryAfter <= 61, JSON.stringify(result))
      time.now += result.retryAfter * 1000
      assert.equal(login('cp-1', 'a', 'right', true), 'in')
    })
  )
})
