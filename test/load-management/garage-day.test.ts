import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Visit } from '../../bench/smart-charging/visits.js'
import { onBothBackends } from '../app/support.js'
import { listen } from '../support/server.js'
import { replay, shareOf } from './garage-visits.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }

onBothBackends('a garage whose cars come and go', (start) => {
  it('never exceeds its limit, and uses what there is', async () => {
    const visits: Visit[] = [
      { evse: 0, from: 0, to: 2400, maximum: 16, phases: 3, demand: 20_000 },
      { evse: 1, from: 300, to: 2100, maximum: 32, phases: 1, demand: 20_000 },
      { evse: 2, from: 900, to: 2400, maximum: 32, phases: 3, demand: 20_000 }
    ]
    const energy = await replay(await start(SETTINGS, listen), { id: 'lot', evses: 3, visits, limit: 24 })
    const share = shareOf(energy, visits, 24)
    assert.ok(share >= 0.8 && Math.min(...energy) > 1000, `${share} of the bound: ${energy}`)
  })
})
