import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import type { Protocol } from 'fastify-ocpp'
import { connectCharger } from '../support/charger.js'
import { type ServerOptions, startServer } from '../support/server.js'

const ACCEPTED: ServerOptions = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }
const VERSIONS: Protocol[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']

/** Sends DataTransfers and tells the answer in short: a payload, or the code and description of a CALLERROR. */
async function start(protocol: Protocol, setup: (app: FastifyInstance) => void) {
  const server = await startServer(ACCEPTED, setup)
  const charger = await connectCharger(server.url, 'CP-1', { protocol })
  return async (request: object): Promise<unknown> => {
    const answer = await charger.call('DataTransfer', request)
    return answer.type === 3 ? answer.payload : `${answer.code} ${answer.description}`
  }
}

for (const protocol of VERSIONS) {
  const version = (app: FastifyInstance) =>
    ({ 'ocpp1.6': app.ocpp.v16, 'ocpp2.0.1': app.ocpp.v201, 'ocpp2.1': app.ocpp.v21 })[protocol]

  test(`${protocol}: an unknown vendor is UnknownVendorId, an unknown message of a known one UnknownMessageId`, async () => {
    const transfer = await start(protocol, (app) => {
      version(app).onDataTransfer({ vendorId: 'Acme', messageId: 'one' }, () => ({ status: 'Accepted' }))
    })
    assert.deepEqual(await transfer({ vendorId: 'Other' }), { status: 'UnknownVendorId' })
    assert.deepEqual(await transfer({ vendorId: '__proto__' }), { status: 'UnknownVendorId' })
    assert.deepEqual(await transfer({ vendorId: 'Acme', messageId: 'two' }), { status: 'UnknownMessageId' })
    assert.deepEqual(await transfer({ vendorId: 'Acme', messageId: 'constructor' }), { status: 'UnknownMessageId' })
    assert.deepEqual(await transfer({ vendorId: 'Acme' }), { status: 'UnknownMessageId' })
    assert.deepEqual(await transfer({ vendorId: 'ACME', messageId: 'one' }), { status: 'Accepted' })
  })

  test(`${protocol}: a vendor's handler without message id gets the messages that have none of their own`, async () => {
    const seen: unknown[] = []
    const transfer = await start(protocol, (app) => {
      version(app).onDataTransfer({ vendorId: 'Acme', messageId: 'one' }, () => ({ status: 'Accepted' }))
      version(app).onDataTransfer({ vendorId: 'Acme' }, async (message) => {
        seen.push(message)
        return { status: 'Rejected' }
      })
    })
    assert.deepEqual(await transfer({ vendorId: 'Acme', messageId: 'one' }), { status: 'Accepted' })
    assert.deepEqual(await transfer({ vendorId: 'Acme', messageId: 'two', data: 'x' }), { status: 'Rejected' })
    assert.deepEqual(await transfer({ vendorId: 'Acme' }), { status: 'Rejected' })
    assert.deepEqual(seen[0], { vendorId: 'Acme', messageId: 'two', data: 'x' })
  })

  test(`${protocol}: a time and a URI in the vendor's schema are checked as in the messages of OCPP`, async () => {
    const data = Type.Object({
      at: Type.String({ format: 'date-time' }),
      where: Type.Optional(Type.Array(Type.String({ format: 'uri', maxLength: 20 })))
    })
    const transfer = await start(protocol, (app) => {
      version(app).onDataTransfer({ vendorId: 'Acme', data }, (message) => ({
        status: message.data.at.endsWith('Z') ? 'Accepted' : 'Rejected'
      }))
    })
    const send = (data: object) =>
      transfer({ vendorId: 'Acme', data: protocol === 'ocpp1.6' ? JSON.stringify(data) : data })
    assert.deepEqual(await send({ at: '2026-02-28T10:00:00Z' }), { status: 'Accepted' })
    assert.deepEqual(await send({ at: '2028-02-29T10:00:00Z', where: ['https://example.com'] }), { status: 'Accepted' })
    for (const [wrong, pointer] of [
      [{ at: '2026-02-29T10:00:00Z' }, '/data/at'],
      [{ at: 'yesterday' }, '/data/at'],
      [{ at: '2026-02-28T10:00:00Z', where: ['nowhere'] }, '/data/where/0'],
      [{ at: '2026-02-28T10:00:00Z', where: ['https://example.com/more'] }, '/data/where/0']
    ] as const) {
      assert.match(String(await send(wrong)), new RegExp(`^PropertyConstraintViolation ${pointer}`), pointer)
    }
  })

  test(`${protocol}: a format that nothing can check is refused when the handler is registered`, async () => {
    await start(protocol, (app) => {
      const data = Type.Object({ at: Type.Union([Type.Null(), Type.String({ format: 'moment-of-acme' })]) })
      assert.throws(() => version(app).onDataTransfer({ vendorId: 'Acme', data }, () => ({ status: 'Accepted' })), {
        code: 'OCPP_ERR_INVALID_OPTIONS',
        message: /Acme.*"moment-of-acme" is not registered.*FormatRegistry\.Set\('moment-of-acme'/
      })
    })
  })

  test(`${protocol}: data that breaks the vendor's schema is a CALLERROR with a pointer`, async () => {
    const data = Type.Object({ soc: Type.Integer({ maximum: 100 }) }, { additionalProperties: false })
    let handled = 0
    const transfer = await start(protocol, (app) => {
      version(app).onDataTransfer({ vendorId: 'Acme', data }, (message) => {
        handled++
        return { status: 'Accepted', data: { half: message.data.soc / 2 } }
      })
    })
    const is16 = protocol === 'ocpp1.6'
    const wrap = (value: unknown) => ({ vendorId: 'Acme', data: is16 ? JSON.stringify(value) : value })
    const missing = is16 ? 'OccurenceConstraintViolation' : 'OccurrenceConstraintViolation'
    const structure = is16 ? 'FormationViolation' : 'FormatViolation'
    assert.deepEqual(await transfer(wrap({ soc: 80 })), {
      status: 'Accepted',
      data: is16 ? '{"half":40}' : { half: 40 }
    })
    assert.match(String(await transfer(wrap({}))), new RegExp(`^${missing} /data/soc `))
    assert.match(String(await transfer(wrap({ soc: '80' }))), /^TypeConstraintViolation \/data\/soc /)
    assert.match(String(await transfer(wrap({ soc: 101 }))), /^PropertyConstraintViolation \/data\/soc /)
    assert.match(String(await transfer(wrap({ soc: 1, secret4711: 1 }))), new RegExp(`^${structure} `))
    assert.doesNotMatch(String(await transfer(wrap({ soc: 1, secret4711: 1 }))), /4711/)
    assert.match(String(await transfer({ vendorId: 'Acme' })), new RegExp(`^${missing} /data`))
    assert.equal(handled, 1)
  })

  test(`${protocol}: on('DataTransfer') answers the vendors that have no handler`, async () => {
    const transfer = await start(protocol, (app) => {
      const answer = () => ({ status: 'Rejected' }) as const
      app.ocpp.v16.on('DataTransfer', answer)
      app.ocpp.v201.on('DataTransfer', answer)
      app.ocpp.v21.on('DataTransfer', answer)
      version(app).onDataTransfer({ vendorId: 'Acme' }, () => ({ status: 'Accepted' }))
    })
    assert.deepEqual(await transfer({ vendorId: 'Acme' }), { status: 'Accepted' })
    assert.deepEqual(await transfer({ vendorId: 'Other' }), { status: 'Rejected' })
  })

  test(`${protocol}: a vendor's handler that fails or answers nonsense is InternalError`, async () => {
    const answers: unknown[] = [
      undefined,
      null,
      {},
      { status: 'Perhaps' },
      { status: 'Accepted', extra: 1 },
      'Accepted'
    ]
    const wanted = answers.length
    const data = Type.Object({})
    const transfer = await start(protocol, (app) => {
      version(app).onDataTransfer({ vendorId: 'Acme' }, () => answers.shift() as { status: 'Accepted' })
      version(app).onDataTransfer({ vendorId: 'Throws' }, () => {
        throw new Error('broken')
      })
      version(app).onDataTransfer(
        { vendorId: 'Json', data },
        async () => undefined as unknown as { status: 'Accepted' }
      )
    })
    for (let index = 0; index < wanted; index++) assert.equal(await transfer({ vendorId: 'Acme' }), 'InternalError ')
    assert.equal(await transfer({ vendorId: 'Throws' }), 'InternalError ')
    const json = protocol === 'ocpp1.6' ? '{}' : {}
    assert.equal(await transfer({ vendorId: 'Json', data: json }), 'InternalError ')
  })
}

test('1.6: text in data is parsed only for a schema that is no text, and what is no JSON is refused', async () => {
  const transfer = await start('ocpp1.6', (app) => {
    app.ocpp.v16.onDataTransfer({ vendorId: 'Text', data: Type.String({ maxLength: 5 }) }, ({ data }) => {
      return { status: 'Accepted', data: `${data}!` }
    })
    app.ocpp.v16.onDataTransfer({ vendorId: 'Number', data: Type.Number() }, ({ data }) => {
      return { status: 'Accepted', data: data + 1 }
    })
    app.ocpp.v16.onDataTransfer({ vendorId: 'Any' }, ({ data }) => ({ status: 'Accepted', data }))
  })
  assert.deepEqual(await transfer({ vendorId: 'Text', data: '{"a"' }), { status: 'Accepted', data: '{"a"!' })
  assert.match(String(await transfer({ vendorId: 'Text', data: 'longer' })), /^PropertyConstraintViolation \/data /)
  assert.deepEqual(await transfer({ vendorId: 'Number', data: '41' }), { status: 'Accepted', data: '42' })
  assert.match(String(await transfer({ vendorId: 'Number', data: '{{' })), /^PropertyConstraintViolation \/data /)
  assert.match(String(await transfer({ vendorId: 'Number', data: '"41"' })), /^TypeConstraintViolation \/data /)
  assert.deepEqual(await transfer({ vendorId: 'Any', data: '[1]' }), { status: 'Accepted', data: '[1]' })
  assert.equal(await transfer({ vendorId: 'Any', data: { a: 1 } }), 'TypeConstraintViolation /data must be a string')
})

const STRINGS = {
  'a union of literals': Type.Union([Type.Literal('on'), Type.Literal('off')]),
  'a literal': Type.Literal('on'),
  'a union of texts': Type.Union([Type.Literal('on'), Type.String({ minLength: 8 })]),
  'a union of unions': Type.Union([Type.Union([Type.Literal('on'), Type.Literal('off')]), Type.Literal('auto')]),
  'an intersection': Type.Intersect([Type.String(), Type.String({ pattern: '^on$' })]),
  'a template': Type.TemplateLiteral([Type.Literal('o'), Type.Union([Type.Literal('n'), Type.Literal('ff')])]),
  'a regular expression': Type.RegExp(/^on$/),
  'an enum': Type.Enum({ On: 'on', Off: 'off' })
}

for (const [name, data] of Object.entries(STRINGS)) {
  test(`1.6: data whose schema is ${name} is a text, no JSON`, async () => {
    const transfer = await start('ocpp1.6', (app) => {
      app.ocpp.v16.onDataTransfer({ vendorId: 'Acme', data }, (message) => ({
        status: 'Accepted',
        data: `${message.data}!`
      }))
    })
    assert.deepEqual(await transfer({ vendorId: 'Acme', data: 'on' }), { status: 'Accepted', data: 'on!' })
    for (const wrong of ['"on"', 'dim']) {
      assert.match(String(await transfer({ vendorId: 'Acme', data: wrong })), /^\w+ConstraintViolation \/data /)
    }
  })
}

test('1.6: data that may be something else than a text is JSON', async () => {
  const data = Type.Union([Type.Literal('off'), Type.Number()])
  const transfer = await start('ocpp1.6', (app) => {
    app.ocpp.v16.onDataTransfer({ vendorId: 'Acme', data }, (message) => ({ status: 'Accepted', data: [message.data] }))
  })
  assert.deepEqual(await transfer({ vendorId: 'Acme', data: '"off"' }), { status: 'Accepted', data: '["off"]' })
  assert.deepEqual(await transfer({ vendorId: 'Acme', data: '7' }), { status: 'Accepted', data: '[7]' })
  assert.match(String(await transfer({ vendorId: 'Acme', data: 'off' })), /must be JSON$/)
})

for (const protocol of VERSIONS) {
  test(`${protocol}: a literal that the vendor's schema does not have is a PropertyConstraintViolation`, async () => {
    const transfer = await start(protocol, (app) => {
      const version = { 'ocpp1.6': app.ocpp.v16, 'ocpp2.0.1': app.ocpp.v201, 'ocpp2.1': app.ocpp.v21 }[protocol]
      const data = Type.Union([Type.Literal('on'), Type.Literal('off')])
      version.onDataTransfer({ vendorId: 'Acme', data }, () => ({ status: 'Accepted' }))
      const mode = Type.Object({ mode: data })
      version.onDataTransfer({ vendorId: 'Member', data: mode }, () => ({ status: 'Accepted' }))
      version.onDataTransfer({ vendorId: 'One', data: Type.Literal('on') }, () => ({ status: 'Accepted' }))
    })
    const refusal = 'PropertyConstraintViolation /data must be one of on, off'
    assert.equal(await transfer({ vendorId: 'Acme', data: 'dim4711' }), refusal)
    assert.equal(
      await transfer({ vendorId: 'One', data: 'dim' }),
      'PropertyConstraintViolation /data must be one of on'
    )
    const member = (value: object) => (protocol === 'ocpp1.6' ? JSON.stringify(value) : value)
    assert.match(String(await transfer({ vendorId: 'Member', data: member({}) })), /^Occurr?enceC.* is required$/)
    const dim = await transfer({ vendorId: 'Member', data: member({ mode: 'dim' }) })
    assert.equal(dim, 'PropertyConstraintViolation /data/mode must be one of on, off')
    const wrongType = 'TypeConstraintViolation /data must be'
    const number = await transfer({ vendorId: 'Acme', data: 5 })
    assert.ok(String(number).startsWith(wrongType), String(number))
  })
}

test('1.6: JSON in data can neither change a prototype nor nest without bound', async () => {
  const seen: unknown[] = []
  const transfer = await start('ocpp1.6', (app) => {
    app.ocpp.v16.onDataTransfer({ vendorId: 'Acme', data: Type.Unknown() }, ({ data }) => {
      seen.push(data)
      return { status: 'Accepted' }
    })
  })
  await transfer({ vendorId: 'Acme', data: '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}' })
  for (const data of seen) {
    assert.equal(Reflect.get(data as object, 'polluted'), undefined)
    assert.equal(Object.hasOwn(data as object, '__proto__'), false)
  }
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  assert.equal(typeof (await transfer({ vendorId: 'Acme', data: deep })), 'string', 'refused')
})

test('a CALL of ours may be a DataTransfer, too', async () => {
  const server = await startServer(ACCEPTED)
  const charger = await connectCharger(server.url, 'CP-1')
  charger.onCall((action, payload) => ({ status: 'Accepted', data: `${action} ${JSON.stringify(payload)}` }))
  const answer = await server.app.ocpp.v16.call('CP-1', 'DataTransfer', { vendorId: 'Acme', data: 'x' })
  assert.deepEqual(answer, { status: 'Accepted', data: 'DataTransfer {"vendorId":"Acme","data":"x"}' })
})

const FOREIGN_SCHEMAS: Record<string, unknown> = {
  // As the package typebox makes it.
  'of TypeBox 1.x': Object.defineProperty({ type: 'string' }, '~kind', { value: 'String' }),
  'of TypeBox 1.x inside one of ours': Type.Object({ soc: { type: 'integer' } as never }),
  'in plain JSON Schema': { type: 'object', properties: { soc: { type: 'integer' } } },
  'that is null': null
}

for (const [name, data] of Object.entries(FOREIGN_SCHEMAS)) {
  test(`a schema ${name} is refused at registration`, async () => {
    const { app } = await startServer(ACCEPTED)
    assert.throws(
      () => app.ocpp.v16.onDataTransfer({ vendorId: 'Acme', data: data as never }, () => ({ status: 'Accepted' })),
      {
        code: 'OCPP_ERR_INVALID_OPTIONS',
        message: /^onDataTransfer of Acme: `data` is no schema of @sinclair\/typebox 0\.34/
      }
    )
  })
}
