import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../support/wait.js'
import { simulate, startSimulator } from './command-line.js'
import { startCsms } from './support.js'

test('the charger of a terminal and a fleet have other names and leave each other alone', async () => {
  const csms = await startCsms()
  const solo = startSimulator('--url', csms.url)
  const fleet = startSimulator('--url', csms.url, '--count', '3', '--ramp', '1ms', '--sessions', 'off')
  await until('all of them', () => csms.app.ocpp.chargePoints.size === 4)
  const [one, many] = [await solo.stop(), await fleet.stop()]
  assert.match(one.out, /SIM-SOLO {2}connected/)
  assert.doesNotMatch(one.out + many.out, /replaced|4000/)
})

test('a charger that was replaced by one with the same identity reports code and reason of the close frame', async () => {
  const csms = await startCsms()
  const first = startSimulator('--url', csms.url, '--identity', 'TWIN', '--json')
  await until('the first', () => csms.of('BootNotification').length === 1)
  const second = startSimulator('--url', csms.url, '--identity', 'TWIN', '--json')
  await until('the end of the first connection', () => first.out().includes('"disconnected"'))
  const [{ json }] = await Promise.all([first.stop(), second.stop()])
  const { reason, code, closeReason } = json.find(({ event }) => event === 'disconnected') ?? {}
  assert.deepEqual(
    { reason, code, closeReason },
    { reason: 'closed', code: 4000, closeReason: 'replaced by a newer connection' }
  )
  const problem = json.find(({ event }) => event === 'problem')
  assert.match(String(problem?.message), /another connection took over the identity TWIN: .*--identity.*--prefix/)
})

test('the status line of a fleet has close code and reason of the last lost connection', async () => {
  const csms = await startCsms()
  const fleet = startSimulator(
    '--url',
    csms.url,
    '--count',
    '2',
    '--ramp',
    '1ms',
    '--sessions',
    'off',
    '--prefix',
    'F-'
  )
  await until('both', () => csms.of('BootNotification').length === 2)
  csms.app.ocpp.chargePoints.get('F-2')?.disconnect(1012, 'back in a minute')
  await until('the line', () =>
    fleet.out().includes('F-2 disconnected=closed code=1012 closeReason="back in a minute"')
  )
  await fleet.stop()
})

test('the serial number of a charger is the one of --serial, else its identity', async () => {
  const csms = await startCsms()
  const serial = () =>
    (csms.of('BootNotification').at(-1)?.chargingStation as { serialNumber?: string } | undefined)?.serialNumber
  const solo = startSimulator('--url', csms.url, '--serial', 'SN-0001')
  await until('the boot', () => csms.of('BootNotification').length === 1)
  await solo.stop()
  assert.equal(serial(), 'SN-0001')
  const other = startSimulator('--url', csms.url)
  await until('the second boot', () => csms.of('BootNotification').length === 2)
  await other.stop()
  assert.equal(serial(), 'SIM-SOLO')
})

for (const [name, argv, message] of [
  ['for a fleet', ['--serial', 'SN-1', '--count', '2'], /--serial is for one charger/],
  ['that is too long', ['--serial', 'x'.repeat(26)], /--serial must have 1 to 25 characters/],
  ['that is empty', ['--serial', ''], /--serial must have 1 to 25 characters/]
] as const) {
  test(`bad usage: a serial number ${name}`, async () => {
    const { code, err } = await simulate(...argv)
    assert.equal(code, 2)
    assert.match(err, message)
  })
}
