import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FixedWindow } from '../../lib/limits/window.js'

function windowOf(max: number) {
  const clock = { now: 1_000_000 }
  const window = new FixedWindow({ max, length: 1_000, now: () => clock.now })
  return { window, clock }
}

describe('a window of requests', () => {
  it('allows as many as its limit, and says how long the next one has to wait', () => {
    const { window, clock } = windowOf(2)
    assert.equal(window.take('a'), undefined)
    clock.now += 400
    assert.equal(window.take('a'), undefined)
    assert.equal(window.take('a'), 600)
    clock.now += 599
    assert.equal(window.take('a'), 1)
    clock.now += 1
    assert.equal(window.take('a'), undefined)
  })

  it('counts each key separately', () => {
    const { window } = windowOf(1)
    assert.equal(window.take('a'), undefined)
    assert.equal(window.take('b'), undefined)
    assert.equal(window.take('a'), 1_000)
  })

  it('ends when the clock is set back', () => {
    const { window, clock } = windowOf(1)
    window.take('a')
    clock.now -= 3_600_000
    assert.equal(window.take('a'), undefined)
  })

  it('drops the oldest key when there are very many', () => {
    const { window } = windowOf(1)
    window.take('first')
    for (let key = 0; key < 10_000; key++) window.take(`${key}`)
    assert.equal(window.take('first'), undefined)
    assert.equal(window.take('9999'), 1_000)
  })
})
