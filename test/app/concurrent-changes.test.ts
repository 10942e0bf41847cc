import assert from 'node:assert/strict'
import { it } from 'node:test'
import { itemsOf, onBothBackendsAlways, operate } from './support.js'

const COUNT = 60

/** How many answers had which status. */
function statuses(answers: readonly { statusCode: number }[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { statusCode } of answers) counts[statusCode] = (counts[statusCode] ?? 0) + 1
  return counts
}

onBothBackendsAlways(`${COUNT} operators at once`, (start) => {
  it('create one id token, whatever type each of them gives it', async () => {
    const server = await start()
    const types = ['ISO14443', 'eMAID', 'Central']
    const answers = await Promise.all(
      Array.from({ length: COUNT }, (_, index) =>
        operate(server, 'PUT', '/id-tokens/NEW', { type: types[index % types.length], notes: String(index) })
      )
    )
    assert.deepEqual(statuses(answers), { 200: COUNT - 1, 201: 1 })
    assert.equal((await itemsOf(server, '/id-tokens?limit=100', 1)).length, 1)
  })

  it('create one tariff', async () => {
    const server = await start()
    const answers = await Promise.all(
      Array.from({ length: COUNT }, (_, index) =>
        operate(server, 'PUT', '/tariffs/new', { currency: 'EUR', pricePerKwh: index })
      )
    )
    const { 201: made = 0, 200: changed = 0, 204: changedSilently = 0 } = statuses(answers)
    assert.deepEqual([made, changed + changedSilently], [1, COUNT - 1])
  })

  it('create one charge point', async () => {
    const server = await start()
    const answers = await Promise.all(
      Array.from({ length: COUNT }, (_, index) =>
        operate(server, 'PUT', '/charge-points/NEW', { notes: String(index) })
      )
    )
    assert.deepEqual(statuses(answers), { 200: COUNT - 1, 201: 1 })
  })

  it('create and remove an id token, and none of them gets an error', async () => {
    const server = await start()
    const answers = await Promise.all(
      Array.from({ length: COUNT }, (_, index) =>
        index % 2 === 0
          ? operate(server, 'PUT', '/id-tokens/FLICKER', { notes: String(index) })
          : operate(server, 'DELETE', '/id-tokens/FLICKER')
      )
    )
    const unexpected = answers.filter(({ statusCode }) => ![200, 201, 204, 404].includes(statusCode))
    assert.deepEqual(
      unexpected.map(({ body }) => body),
      []
    )
  })

  it('take a token name once', async () => {
    const server = await start()
    const answers = await Promise.all(
      Array.from({ length: COUNT }, () =>
        operate(server, 'POST', '/operator-tokens', { name: 'new', scopes: ['charge-points:read'] })
      )
    )
    assert.deepEqual(statuses(answers), { 201: 1, 409: COUNT - 1 })
  })
})
