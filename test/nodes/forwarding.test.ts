import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { NotConnectedError } from 'fastify-ocpp'
import { describeRequest, elsewhereOf, forwardHttp } from '../../lib/nodes/forwarding.js'

const REQUEST = describeRequest({
  method: 'POST',
  url: '/api/v1/charge-points/CP-1/calls/ClearCache',
  headers: {},
  body: {},
  ip: undefined,
  operator: null
})
const ANSWER = { status: 200, headers: {}, body: '{}' }

/** Nodes of which the first `away` attempts find no connection. */
function nodesThatFind(answer: unknown, { away }: { away: number }) {
  let attempts = 0
  const forward = async () => {
    attempts++
    if (attempts <= away) throw new NotConnectedError('CP-1')
    return answer as never
  }
  return { cluster: { forward }, attempts: () => attempts }
}

describe('a request for a charge point that no node has', () => {
  const nobody = { identity: 'CP-1', isHere: () => false, isComing: () => false }

  it('waits while the database still says that it is connected: the news of its move come later', async () => {
    const { cluster, attempts } = nodesThatFind(ANSWER, { away: 2 })
    const { signal } = new AbortController()
    const options = { ...nobody, cluster, signal, isStored: async () => true }
    assert.deepEqual(await forwardHttp(REQUEST, options), ANSWER)
    assert.equal(attempts(), 3)
  })

  it('waits so as a part of a bulk call, too', async () => {
    const { cluster, attempts } = nodesThatFind('done', { away: 1 })
    const { signal } = new AbortController()
    const ask = elsewhereOf({ ...nobody, cluster, signal, isStored: async () => true })
    assert.deepEqual(await ask('CP-1', {}), { answer: 'done' })
    assert.equal(attempts(), 2)
  })

  it('is refused at once when it is not connected for the database either', async () => {
    const { cluster, attempts } = nodesThatFind(ANSWER, { away: 1 })
    const { signal } = new AbortController()
    const options = { ...nobody, cluster, signal, isStored: async () => false }
    await assert.rejects(forwardHttp(REQUEST, options), NotConnectedError)
    assert.equal(attempts(), 1)
  })
})
