import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isSecret, newSecret, signedHeaders } from '../../lib/webhooks/signature.js'

describe('the signature', () => {
  it('equals that of the example in the Standard Webhooks specification', () => {
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' }
    const headers = signedHeaders(message, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], 1_614_265_330_000)
    assert.deepEqual(headers, {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    })
  })

  it('is made for every secret', () => {
    const [one, two] = [newSecret(), newSecret()]
    const message = { id: '1', body: '{}' }
    const both = signedHeaders(message, [one, two], 0)['webhook-signature']
    const each = [one, two].map((secret) => signedHeaders(message, [secret], 0)['webhook-signature'])
    assert.equal(both, each.join(' '))
    assert.notEqual(each[0], each[1])
  })
})

describe('a secret', () => {
  it('is 24 to 64 bytes', () => {
    const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`
    assert.ok(isSecret(newSecret()))
    assert.notEqual(newSecret(), newSecret())
    for (let bytes = 24; bytes <= 64; bytes++) assert.ok(isSecret(secretOf(bytes)), String(bytes))
    for (const bytes of [0, 8, 16, 23, 65, 66, 70, 100]) assert.ok(!isSecret(secretOf(bytes)), String(bytes))
    for (const text of [
      secretOf(32).slice(6),
      `${secretOf(32)}=`,
      `${secretOf(32)} `,
      secretOf(32).replace('=', '!')
    ]) {
      assert.ok(!isSecret(text), text)
    }
  })
})
