import assert from 'node:assert/strict'
import { it } from 'node:test'
import { visitsOf } from '../../bench/smart-charging/visits.js'
import { onBothBackends } from '../app/support.js'
import { listen } from '../support/server.js'
import { replay, shareOf } from './garage-visits.js'

onBothBackends('a garage in a whole day', (start) => {
  it('never exceeds its limit, and uses what there is', async () => {
    const [evses, limit] = [6, 24]
    const visits = visitsOf(3, { evses, count: 9 })
    const server = await start({ OCPP_CALLS_AFTER_CONNECT: '0' }, listen)
    const energy = await replay(server, { id: 'day', evses, visits, limit })
    const share = shareOf(energy, visits, limit)
    assert.ok(share >= 0.85, `${share} of the bound: ${energy}`)
  })
})
