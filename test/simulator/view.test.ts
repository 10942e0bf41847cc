import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KEYS, pressKey } from '../../src/simulator/cli/terminal.js'
import { view } from '../../src/simulator/cli/view.js'
import { until } from '../support/wait.js'
import { createCharger, start, startCsms } from './support.js'

const ESCAPES = new RegExp(`${'\x1b'}\\[[0-9]*m`, 'g')

test('the screen shows the effects of keys', async () => {
  const csms = await startCsms()
  const { charger, events } = createCharger(csms, 'ocpp2.0.1', { layout: { evses: 2 } })
  const picture = () => view(charger, 1, events, 120).join('\n').replaceAll(ESCAPES, '')
  const press = (key: string) => {
    const act = KEYS[key]
    assert(act, key)
    pressKey(charger, 1, act)
  }
  assert.match(picture(), /SIM-1 {2}offline · not booted/)
  await start({ charger, events, saw: () => false }, csms)
  assert.match(picture(), /connected, ocpp2\.0\.1 · Accepted/)
  assert.match(picture(), /▶ EVSE 1 +Available[\s\S]* EVSE 2 +Available/)
  for (const [key, wanted] of [
    ['p', /EVSE 1 +Preparing/],
    ['s', /EVSE 1 +Charging +11\.0 kW of 22\.1.*█.*35 % +SIM-TOKEN/],
    ['x', /EVSE 1 +Finishing/],
    ['u', /EVSE 1 +Available/],
    ['c', /EVSE 1 +Charging/],
    ['f', /EVSE 1 +Faulted/],
    ['f', /EVSE 1 +Finishing/],
    ['o', /offline/],
    ['o', /connected/],
    ['u', /EVSE 1 +Available/],
    ['u', /problem message="no vehicle is plugged at EVSE 1"/],
    ['r', /restarting/]
  ] as const) {
    press(key)
    await until(`${key} shows`, () => wanted.test(picture()))
  }
})

test('no row is wider than the terminal', async () => {
  const { charger, events } = createCharger({ url: 'ws://127.0.0.1:9' }, 'ocpp1.6')
  charger.emit('problem', { message: 'x'.repeat(500) })
  const rows = view(charger, 1, events, 40).map((row) => row.replaceAll(ESCAPES, ''))
  assert(rows.every((row) => row.length <= 40))
  assert(rows.some((row) => row.includes('xxx')))
})
