import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import { AbortedError, CallError, NotConnectedError } from 'fastify-ocpp'
import { type Problem, problem, problemHandler } from 'fastify-ocpp/rest'

test('an error of the library shows its code, status and message', () => {
  assert.deepEqual(problem(new NotConnectedError('CP-1')), {
    type: 'about:blank',
    title: 'Conflict',
    status: 409,
    detail: 'charge point CP-1 is not connected',
    code: 'OCPP_ERR_NOT_CONNECTED'
  })
})

test('a call whose HTTP client left has a status that HTTP has no name for', () => {
  const { status, title } = problem(new AbortedError('Reset', { sent: false }))
  assert.deepEqual({ status, title }, { status: 499, title: 'Client Closed Request' })
})

test('a CALLERROR is a bad gateway', () => {
  const { status, detail, callError } = problem(new CallError('GenericError'))
  assert.equal(status, 502)
  assert.equal(detail, 'the charge point answered GenericError')
  assert.deepEqual(callError, { code: 'GenericError', description: '', details: {} })
})

test('details are hidden for values that are no errors, errors without a status, and foreign errors with 5xx', () => {
  const secret = 'postgres://user:password@db'
  const unavailable = Object.assign(new Error(secret), { statusCode: 503, code: 'ECONNREFUSED' })
  const own = Object.assign(new Error(secret), { statusCode: 500, code: 'OCPP_ERR_INVALID_OPTIONS' })
  const thrown = [new Error(secret), secret, undefined, null, { statusCode: 200, message: secret }, unavailable, own]
  const problems = thrown.map((error) => problem(error))
  assert.deepEqual(
    problems.map(({ status }) => status),
    [500, 500, 500, 500, 500, 503, 500]
  )
  assert.ok(!JSON.stringify(problems).includes(secret))
  const exposed = Object.assign(new Error('going down'), { statusCode: 503, code: 'DRAINING', expose: true })
  assert.deepEqual(
    [problem(exposed).code, problem(exposed).detail, problem(Object.assign(own, { expose: true })).code],
    ['DRAINING', 'going down', 'INTERNAL_ERROR']
  )
})

test('an error that the answer does not show is logged with its cause, any other error is not', async () => {
  const lines: { level: number; msg: string; err?: { message: string } }[] = []
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const app = Fastify({ logger: { stream }, disableRequestLogging: true })
  app.setErrorHandler(problemHandler)
  app.get('/hidden', async () => {
    throw new Error('the disk is full')
  })
  app.get('/shown', async () => {
    throw new CallError('InternalError', 'no', {})
  })
  app.get('/wrong', async () => {
    throw new NotConnectedError('CP-1')
  })
  const errors: unknown[] = []
  for (const [url, status] of [
    ['/hidden', 500],
    ['/shown', 502],
    ['/wrong', 409]
  ] as const) {
    assert.equal((await app.inject(url)).statusCode, status)
    const failed = lines.splice(0).filter(({ level }) => level >= 50)
    errors.push(failed.map(({ msg, err }) => [msg, err?.message]))
  }
  assert.deepEqual(errors, [[['request failed', 'the disk is full']], [], []])
  await app.close()
})

test('a member is named by its JSON pointer, whatever characters it has', async () => {
  const app = Fastify({ ajv: { customOptions: { removeAdditional: false } } })
  app.setErrorHandler(problemHandler)
  const missing = { type: 'object', required: ['a~b/c'] }
  const surplus = { type: 'object', additionalProperties: false }
  const nested = { type: 'object', properties: { 'a/b': missing } }
  app.post('/missing', { schema: { body: missing } }, async () => 'ok')
  app.post('/surplus', { schema: { body: surplus } }, async () => 'ok')
  app.post('/nested', { schema: { body: nested } }, async () => 'ok')
  const pointers = async (url: string, payload: object) => {
    const response = await app.inject({ method: 'POST', url, payload })
    return response.json<Problem>().errors?.map(({ pointer }) => pointer)
  }
  // [RFC 6901 §3] "~" is escaped before "/": otherwise the "~" of "~1" would be escaped again.
  assert.deepEqual(await pointers('/missing', {}), ['/a~0b~1c'])
  assert.deepEqual(await pointers('/surplus', { '~1': 0 }), ['/~01'])
  assert.deepEqual(await pointers('/surplus', { '//~~': 0 }), ['/~1~1~0~0'])
  assert.deepEqual(await pointers('/nested', { 'a/b': {} }), ['/a~1b/a~0b~1c'])
  await app.close()
})

test('an app uses the handler for its own routes, violations of their schemas included', async () => {
  const app = Fastify()
  app.setErrorHandler(problemHandler)
  const body = { type: 'object', required: ['name'], properties: { name: { type: 'string', maxLength: 3 } } }
  app.post('/things', { schema: { body } }, async () => 'ok')
  const response = await app.inject({ method: 'POST', url: '/things', payload: { name: 'long' } })
  assert.match(String(response.headers['content-type']), /^application\/problem\+json\b/)
  const { status, code, errors } = response.json()
  assert.equal(status, 400)
  assert.equal(code, 'FST_ERR_VALIDATION')
  assert.deepEqual(errors, [{ pointer: '/name', detail: 'must NOT have more than 3 characters' }])
  await app.close()
})

test('a value that is not allowed is answered with the allowed values, each once', async () => {
  const app = Fastify()
  app.setErrorHandler(problemHandler)
  const either = { anyOf: [{ type: 'string', const: 'a' }, { type: 'string', const: 'b' }, { type: 'null' }] }
  const properties = { choice: { type: 'string', enum: ['a', 'b'] }, either }
  app.post('/things', { schema: { body: { type: 'object', properties } } }, async () => 'ok')
  const refusal = async (payload: object) => (await app.inject({ method: 'POST', url: '/things', payload })).json()
  const choice = await refusal({ choice: 'c' })
  assert.deepEqual(choice.errors, [{ pointer: '/choice', detail: 'must be one of a, b' }])
  assert.equal(choice.detail, 'body/choice must be one of a, b')
  const union = await refusal({ either: 'c' })
  assert.deepEqual(union.errors, [{ pointer: '/either', detail: 'must be one of a, b or must be null' }])
  assert.equal(union.detail, 'body/either must be one of a, b or must be null')
  await app.close()
})

test('a pattern is explained in the words of its schema, and an unknown member with the known ones', async () => {
  const app = Fastify({ ajv: { customOptions: { removeAdditional: false, verbose: true, keywords: ['x-rule'] } } })
  app.setErrorHandler(problemHandler)
  const currency = { type: 'string', pattern: '^[A-Z]{3}$', 'x-rule': 'must be three capital letters' }
  const body = { type: 'object', additionalProperties: false, properties: { currency, price: { type: 'number' } } }
  app.post('/things', { schema: { body } }, async () => 'ok')
  const refusal = async (payload: object) => (await app.inject({ method: 'POST', url: '/things', payload })).json()
  assert.equal((await refusal({ currency: 'euro' })).detail, 'body/currency must be three capital letters')
  assert.equal((await refusal({ prize: 1 })).detail, 'body/prize is unknown; known are currency, price')
  await app.close()
})

test('too few members are explained with those of which one is missing', async () => {
  const app = Fastify({ ajv: { customOptions: { verbose: true } } })
  app.setErrorHandler(problemHandler)
  const number = { type: 'number' }
  const properties = { A: number, W: number, ttl: number }
  app.post(
    '/limits',
    { schema: { body: { type: 'object', minProperties: 2, required: ['ttl'], properties } } },
    () => 'ok'
  )
  app.post('/sizes', { schema: { body: { type: 'object', minProperties: 2, properties } } }, () => 'ok')
  const refusal = async (url: string, payload: object) => {
    return (await app.inject({ method: 'POST', url, payload })).json().detail
  }
  assert.equal(await refusal('/limits', { ttl: 60 }), 'body must have ttl, and at least 1 of A, W')
  assert.equal(await refusal('/sizes', { A: 1 }), 'body must have at least 2 of A, W, ttl')
  await app.close()
})
