import assert from 'node:assert/strict'
import type { Protocol } from 'fastify-ocpp'
import { basic } from '../../support/charger.js'
import { type HttpAnswer, type UpgradeRequest, upgradeRequest } from '../../support/raw.js'
import { until } from '../../support/wait.js'
import type { Abuse, Family } from '../abuse.js'
import { PATIENCE_MS, type Target } from '../kit.js'

// --- what an upgrade is answered [PROTOCOL 1.3] ----------------------------------------------------------------

interface Row {
  what: string
  request: Partial<UpgradeRequest>
  status: number
  /** Headers that must be there. */
  headers?: Record<string, RegExp>
  /** Whether it is counted and logged: what HTTP itself refuses is not seen by the endpoint. Default true. */
  isSeen?: boolean
}

const KNOWN = 'KNOWN'
const PASSWORD = 'password-of-the-known-one'
const LOGIN = { Authorization: basic(KNOWN, PASSWORD) }
const CHALLENGE = { 'www-authenticate': /^Basic realm="ocpp"$/ }
const VERSION = { 'sec-websocket-version': /^13$/ }

/** A target that has not to be a charge point's. */
function to(segment: string): Partial<UpgradeRequest> {
  return { target: `/ocpp/${segment}`, headers: LOGIN }
}

function withHeaders(headers: Record<string, string | undefined>, lines: string[] = []): Partial<UpgradeRequest> {
  return { headers: { ...LOGIN, ...headers }, lines }
}

const BAD_SYNTAX: readonly Row[] = [
  ...['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'].map((method) => ({
    what: `the method ${method}`,
    request: { ...withHeaders({}), method },
    status: 405,
    headers: { allow: /^GET/ }
  })),
  { what: 'no key', request: withHeaders({ 'Sec-WebSocket-Key': undefined }), status: 400, headers: VERSION },
  { what: 'an empty key', request: withHeaders({ 'Sec-WebSocket-Key': '' }), status: 400 },
  { what: 'a short key', request: withHeaders({ 'Sec-WebSocket-Key': 'c2hvcnQ=' }), status: 400 },
  {
    what: 'two keys',
    request: withHeaders({}, ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']),
    status: 400
  },
  { what: 'no version', request: withHeaders({ 'Sec-WebSocket-Version': undefined }), status: 400, headers: VERSION },
  ...['12', '8', '0', '14', '13, 13', 'x', '-13', '013'].map((version) => ({
    what: `the version ${version}`,
    request: withHeaders({ 'Sec-WebSocket-Version': version }),
    status: 400,
    headers: VERSION
  })),
  { what: 'two versions', request: withHeaders({}, ['Sec-WebSocket-Version: 13']), status: 400 },
  { what: 'no subprotocol', request: withHeaders({ 'Sec-WebSocket-Protocol': undefined }), status: 400 },
  { what: 'an empty subprotocol', request: withHeaders({ 'Sec-WebSocket-Protocol': '' }), status: 400 },
  ...['ocpp1.5', 'OCPP1.6', 'ocpp2.0', 'mqtt', '__proto__', 'constructor', 'toString'].map((protocol) => ({
    what: `the subprotocol ${protocol}`,
    request: withHeaders({ 'Sec-WebSocket-Protocol': protocol }),
    status: 400
  })),
  ...['ocpp1.6,', ',ocpp1.6', 'ocpp1.6,,ocpp2.1', 'ocpp1.6 ocpp2.1', 'ocpp1.6, ocpp1.6', '"ocpp1.6"', 'a(b', 'ä'].map(
    (protocols) => ({
      what: `the subprotocols ${protocols}`,
      request: withHeaders({ 'Sec-WebSocket-Protocol': protocols }),
      status: 400
    })
  ),
  {
    what: 'the same subprotocol in two headers',
    request: withHeaders({}, ['Sec-WebSocket-Protocol: ocpp1.6']),
    status: 400
  },
  { what: 'another upgrade', request: withHeaders({ Upgrade: 'h2c' }), status: 400, isSeen: false },
  { what: 'no upgrade', request: withHeaders({ Upgrade: undefined }), status: 426, isSeen: false },
  { what: 'no connection', request: withHeaders({ Connection: undefined }), status: 426, isSeen: false },
  {
    what: 'a space in the target',
    request: { ...withHeaders({}), target: '/ocpp/KN OWN' },
    status: 400,
    isSeen: false
  },
  { what: 'headers of 20 kB', request: withHeaders({ 'X-Long': 'x'.repeat(20_000) }), status: 431, isSeen: false },
  {
    what: 'two thousand headers',
    request: withHeaders(
      {},
      Array.from({ length: 2000 }, (_, index) => `X-Header-${1000 + index}: 1`)
    ),
    status: 431,
    isSeen: false
  },
  { what: 'a target of 20 kB', request: to('x'.repeat(20_000)), status: 431, isSeen: false }
]

const BAD_IDENTITIES: readonly Row[] = [
  ...[
    '%',
    '%4',
    '%zz',
    'KNOWN%',
    '%ff',
    '%c3%28',
    '%ed%a0%80',
    'KNOWN%00',
    '%4b%00NOWN',
    'KNOWN%0d%0aX-Injected:%201',
    'KNOWN%2f..%2fKNOWN',
    '%2e%2e%2fKNOWN',
    'KN%253aOWN',
    '%254bNOWN',
    'KN%3aOWN',
    'KN:OWN',
    'K%c3%84',
    '%e2%84%aaNOWN',
    '%ef%bc%ab%ef%bc%ae',
    'KNOWN%20%20',
    'KNOWN%09',
    'K%e2%80%8bNOWN',
    'KNOWN%5c',
    "KNOWN'--",
    'KNOWN%22',
    '%3cscript%3e',
    '$%7bjndi%7d',
    'x'.repeat(49),
    '%78'.repeat(49),
    '.',
    '..',
    '%2e%2e'
  ].map((segment) => ({ what: `the identity ${segment.slice(0, 40)}`, request: to(segment), status: 400 })),
  // Written in characters that are allowed, but nobody's.
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '...', '-', '*', 'x'.repeat(48)].map(
    (identity) => ({
      what: `the identity ${identity.slice(0, 40)}, with credentials of its own`,
      request: { target: `/ocpp/${identity}`, headers: { Authorization: basic(identity, PASSWORD) } },
      status: 404
    })
  ),
  // A slash too much before or behind the identity is no fault.
  ...['', 'KNOWN/KNOWN', '../ocpp/KNOWN'].map((segment) => ({
    what: `the path /ocpp/${segment}`,
    request: to(segment),
    status: segment === '' ? 400 : 404
  }))
]

const BAD_LOGINS: readonly Row[] = [
  { what: 'no credentials', request: {}, status: 401, headers: CHALLENGE },
  ...[
    basic(KNOWN, 'wrong'),
    basic(KNOWN, ''),
    basic(KNOWN, `${PASSWORD} `),
    basic(KNOWN, PASSWORD.slice(1)),
    basic(KNOWN, Buffer.from([0xff, 0x00])),
    basic('OTHER', PASSWORD),
    basic('', PASSWORD),
    basic('__proto__', PASSWORD),
    `Basic ${Buffer.from(KNOWN).toString('base64')}`,
    'Basic',
    'Basic ',
    'Basic *',
    'Basic %',
    `Bearer ${PASSWORD}`,
    `Digest username="${KNOWN}"`,
    `Basic ${Buffer.from(`${KNOWN}:${PASSWORD}`).toString('hex')}`,
    PASSWORD,
    `Basic ${'A'.repeat(8000)}`
  ].map((authorization, index) => ({
    what: `the credentials number ${index}: ${authorization.slice(0, 12)}…`,
    request: { headers: { Authorization: authorization } },
    status: 401,
    headers: CHALLENGE
  })),
  {
    what: 'an unknown identity, the password of another',
    request: { target: '/ocpp/UNKNOWN', headers: { Authorization: basic('UNKNOWN', PASSWORD) } },
    status: 404
  },
  { what: 'a charger that is disabled', request: login('DISABLED'), status: 403 },
  { what: 'a security profile that is too low', request: login('HIGHER'), status: 403 },
  {
    what: 'a subprotocol that is not spoken, but only once it has logged in',
    request: { headers: { 'Sec-WebSocket-Protocol': 'ocpp9', Authorization: basic(KNOWN, 'wrong') } },
    status: 401
  }
]

function login(identity: string): Partial<UpgradeRequest> {
  return { target: `/ocpp/${identity}`, headers: { Authorization: basic(identity, PASSWORD) } }
}

async function refuses(target: Target, { what, request, status, headers = {}, isSeen = true }: Row): Promise<void> {
  const before = await target.metrics()
  const mark = target.mark()
  const answer = await target.ask(Buffer.from(upgradeRequest({ target: `/ocpp/${KNOWN}`, ...request }), 'latin1'))
  check(answer, what, status)
  for (const [name, pattern] of Object.entries(headers)) assert.match(answer.headers[name] ?? '', pattern, what)
  if (!isSeen) return
  await target.counted(before, `ocpp_refused_upgrades_total{status="${status}"}`).catch((error: unknown) => {
    throw new Error(`${what} was answered ${answer.status} ${answer.body}`, { cause: error })
  })
  assert.ok(!target.backend.output().slice(mark).includes(PASSWORD), `the password is in the log after ${what}`)
}

/** No more than what it is, and nothing of what was sent. */
function check(answer: HttpAnswer, what: string, status: number): void {
  assert.equal(answer.status, status, `${what}: ${answer.statusLine} ${answer.body}`)
  assert.ok(answer.body.length < 300 && !/^ +at |node:|\.[tj]s\b/m.test(answer.body), `${what}: ${answer.body}`)
  assert.ok(!('x-injected' in answer.headers), what)
}

function upgrades(name: string, rows: readonly Row[]): Abuse {
  return {
    name,
    async attack(target, scale) {
      await target.provision(KNOWN, { password: PASSWORD })
      await target.provision('DISABLED', { password: PASSWORD, enabled: false })
      await target.provision('HIGHER', { password: PASSWORD, securityProfile: 3 })
      for (let time = 0; time < scale.count(1); time++) for (const row of rows) await refuses(target, row)
      const { status } = await target.ask(upgradeRequest({ target: `/ocpp/${KNOWN}`, headers: LOGIN }))
      assert.equal(status, 101, 'the right one is not let in')
      const statuses = new Set(rows.map(({ status }) => status))
      return `${scale.count(1)} × ${rows.length}: ${[...statuses].join(', ')}`
    }
  }
}

// --- what a message is answered [PROTOCOL 1.5] -----------------------------------------------------------------

type Version = 'ocpp1.6' | 'ocpp2.0.1' | 'ocpp2.1'

/** `id code` of the CALLERROR, or nothing. */
type Reply = string | undefined

interface Message {
  what: string
  text: string
  /** Of 1.6, 2.0.1 and 2.1. */
  replies: readonly [Reply, Reply, Reply]
}

const UNREADABLE = [undefined, '-1 RpcFrameworkError', '-1 RpcFrameworkError'] as const
const MALFORMED = ['i FormationViolation', 'i RpcFrameworkError', 'i RpcFrameworkError'] as const
const NOTHING = [undefined, undefined, undefined] as const

function all(reply: string): [Reply, Reply, Reply] {
  return [reply, reply, reply]
}

const LONG_ID = 'i'.repeat(37)

const MESSAGES: readonly Message[] = [
  ...['{', '[', 'null', 'true', '0', '"text"', '{}', '[]', '[[]]', '["2","i","Heartbeat",{}]', '[null]'].map(
    (text) => ({
      what: `the text ${text}`,
      text,
      replies: UNREADABLE
    })
  ),
  ...['', ' ', '\n\t'].map((text) => ({ what: 'white space', text, replies: NOTHING })),
  {
    what: 'an unknown message type',
    text: '[9,"i","Heartbeat",{}]',
    replies: [undefined, 'i MessageTypeNotSupported', undefined]
  },
  {
    what: 'a message type of 2.1',
    text: '[6,"i","NotifyPeriodicEventStream",{}]',
    replies: [undefined, 'i MessageTypeNotSupported', undefined]
  },
  {
    what: 'an id that is a number',
    text: '[2,7,"Heartbeat",{}]',
    replies: UNREADABLE
  },
  {
    what: 'an id of 37 characters',
    text: `[2,"${LONG_ID}","Heartbeat",{}]`,
    replies: ['-1 FormationViolation', '-1 RpcFrameworkError', '-1 RpcFrameworkError']
  },
  { what: 'three elements', text: '[2,"i","Heartbeat"]', replies: MALFORMED },
  { what: 'five elements', text: '[2,"i","Heartbeat",{},{}]', replies: MALFORMED },
  { what: 'an action that is no text', text: '[2,"i",{},{}]', replies: MALFORMED },
  {
    what: 'nesting',
    text: `[2,"i","Heartbeat",${'['.repeat(70)}${']'.repeat(70)}]`,
    replies: ['i FormationViolation', 'i FormatViolation', 'i FormatViolation']
  },
  ...['Nonsense', 'heartbeat', 'HeartbeatRequest', '__proto__', 'constructor', 'toString', ''].map((action) => ({
    what: `the action "${action}"`,
    text: `[2,"i","${action}",{}]`,
    replies: all('i NotImplemented')
  })),
  { what: 'an action only a CSMS sends', text: '[2,"i","Reset",{}]', replies: all('i NotSupported') },
  {
    what: 'a missing member',
    text: '[2,"i","Authorize",{}]',
    replies: ['i OccurenceConstraintViolation', 'i OccurrenceConstraintViolation', 'i OccurrenceConstraintViolation']
  },
  {
    what: 'a member of the wrong type',
    text: '[2,"i","DataTransfer",{"vendorId":1}]',
    replies: all('i TypeConstraintViolation')
  },
  {
    what: 'a payload that is no object',
    text: '[2,"i","Heartbeat",[]]',
    replies: ['i FormationViolation', 'i FormatViolation', 'i FormatViolation']
  },
  {
    what: 'a text that is too long',
    text: `[2,"i","DataTransfer",{"vendorId":"${'v'.repeat(256)}"}]`,
    replies: all('i PropertyConstraintViolation')
  },
  { what: 'a CALLRESULT nobody waits for', text: '[3,"i",{}]', replies: NOTHING },
  { what: 'a CALLRESULT that is malformed', text: '[3]', replies: NOTHING },
  { what: 'a CALLERROR nobody waits for', text: '[4,"i","GenericError","",{}]', replies: NOTHING },
  { what: 'a CALLERROR that is malformed', text: '[4]', replies: NOTHING }
]

const VERSIONS: readonly Version[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']

async function answers(target: Target, protocol: Protocol, column: number): Promise<void> {
  const charger = await target.accepted(`SPEAKS-${protocol.slice(4)}`, protocol)
  for (const [index, { what, text, replies }] of MESSAGES.entries()) {
    charger.frames.length = 0
    charger.write({ payload: text }, { payload: `[2,"after-${index}","Heartbeat",{}]` })
    const isServed = () => charger.texts.some((answer) => answer.startsWith(`[3,"after-${index}"`))
    await until(`the call behind ${what} is answered`, isServed, PATIENCE_MS)
    const came = charger.texts.filter((answer) => !answer.startsWith('[3,"after-'))
    const codes = came.map((answer) => JSON.parse(answer)).map(([, id, code]) => `${id} ${code}`)
    const expected = replies[column]
    assert.deepEqual(codes, expected === undefined ? [] : [expected], `${protocol}: ${what}`)
    assert.ok(!came.join().includes(LONG_ID), 'nothing is echoed')
  }
}

const BY_VERSION: readonly Abuse[] = VERSIONS.map((protocol, column) => ({
  name: `every malformed message of ${protocol} is answered as the table says`,
  async attack(target, scale) {
    for (let time = 0; time < scale.count(1); time++) await answers(target, protocol, column)
    return `${scale.count(1)} × ${MESSAGES.length} messages`
  }
}))

const TOO_EARLY: Abuse = {
  name: 'whatever is said before acceptance is answered SecurityError, and nothing of it is kept',
  async attack(target) {
    const before = await target.metrics()
    for (const protocol of VERSIONS) {
      const charger = await target.raw(`EARLY-${protocol.slice(4)}`, {
        headers: { 'Sec-WebSocket-Protocol': protocol }
      })
      for (const action of ['Heartbeat', 'StatusNotification', 'Nonsense', 'Reset']) {
        charger.write({ payload: `[2,"early ${action}","${action}",{}]` })
        const find = () => charger.texts.find((text) => text.includes(`"early ${action}"`))
        await until('it is answered', () => find() !== undefined, PATIENCE_MS)
        assert.match(find() ?? '', /^\[4,"early \w+","SecurityError",/)
      }
    }
    await target.counted(before, 'ocpp_security_events_total{type="not-accepted"}', 3)
    return '12 × SecurityError'
  }
}

export const UPGRADES: Family = {
  name: 'the answers to upgrades',
  abuses: [
    upgrades('requests that are malformed are refused with 400, 405, 426 or 431', BAD_SYNTAX),
    upgrades('identities that are malformed or nobody’s are refused with 400 or 404', BAD_IDENTITIES),
    upgrades('who has not the right credentials is refused with 401, 403 or 404', BAD_LOGINS)
  ]
}

export const ANSWERS: Family = { name: 'the answers to messages', abuses: [...BY_VERSION, TOO_EARLY] }
