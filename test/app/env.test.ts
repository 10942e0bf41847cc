import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { ConfigError, isLoopback, readConfig, settings, unknownSettings } from '../../plugins/env.js'

const EXAMPLE = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')

function commented(text: string): [name: string, value: string, comment: string][] {
  return [...text.matchAll(/((?:^#.*\n)+?)^# ([A-Z_]+)=(.*)$/gm)].map(([, comment = '', name = '', value = '']) => [
    name,
    value,
    comment
  ])
}

describe('the settings', () => {
  it('are complete when none is given', () => {
    assert.deepEqual(readConfig({}), {
      HOST: '127.0.0.1',
      PORT: 3000,
      LOG_LEVEL: 'info',
      DATA_DIR: './data',
      DATABASE_POOL_SIZE: 10,
      RETENTION_METER_VALUES_DAYS: 0,
      RETENTION_EVENTS_DAYS: 365,
      RETENTION_MESSAGES_DAYS: 30,
      MESSAGE_LOG: true,
      MESSAGE_LOG_MAX_ROWS: 1_000_000,
      EVENTS_BUFFER: 10_000,
      OCPP_PATH: '/ocpp/:identity',
      OCPP_PROTOCOLS: ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'],
      OCPP_OPEN_REGISTRATION: true,
      OCPP_HEARTBEAT_INTERVAL: 300,
      OCPP_CALL_TIMEOUT: 30_000,
      OCPP_PING_INTERVAL: 30_000,
      TRANSACTION_GAP_DELAY: 60,
      UNKNOWN_ID_TOKENS: 'accept',
      ID_TOKENS_CONCURRENT_TX: false
    })
  })

  it('open registration on loopback addresses only, unless told otherwise', () => {
    const open = (env: Record<string, string>) => readConfig(env).OCPP_OPEN_REGISTRATION
    for (const HOST of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) assert.equal(open({ HOST }), true, HOST)
    for (const HOST of ['0.0.0.0', '::', '192.168.0.1', '127.0.0.1.example.org', 'localhost.example.org']) {
      assert.equal(open({ HOST }), false, HOST)
      assert.equal(isLoopback(HOST), false)
    }
    assert.equal(open({ HOST: '0.0.0.0', OCPP_OPEN_REGISTRATION: 'true' }), true)
    assert.equal(open({ OCPP_OPEN_REGISTRATION: 'false' }), false)
  })

  it('reject unknown id tokens where registration is closed, unless told otherwise', () => {
    assert.equal(readConfig({ OCPP_OPEN_REGISTRATION: 'false' }).UNKNOWN_ID_TOKENS, 'reject')
    assert.equal(
      readConfig({ OCPP_OPEN_REGISTRATION: 'false', UNKNOWN_ID_TOKENS: 'accept' }).UNKNOWN_ID_TOKENS,
      'accept'
    )
    assert.equal(readConfig({ UNKNOWN_ID_TOKENS: 'reject' }).UNKNOWN_ID_TOKENS, 'reject')
  })

  it('are read from text, and as absent when empty', () => {
    const { PORT, OCPP_PROTOCOLS, HOST } = readConfig({ PORT: ' 0 ', OCPP_PROTOCOLS: 'ocpp1.6, ocpp2.1', HOST: '' })
    assert.deepEqual([PORT, OCPP_PROTOCOLS, HOST], [0, ['ocpp1.6', 'ocpp2.1'], '127.0.0.1'])
  })

  for (const [name, ...values] of [
    ['HOST', 'a b'],
    ['PORT', '-1', '65536', '3000.5', '3e3', '0x10', 'http', '99999999999999999999'],
    ['LOG_LEVEL', 'INFO', 'verbose'],
    ['DATABASE_URL', 'mysql://a/b', 'postgres://', 'postgres:// a/b', 'ocpp.db'],
    ['DATABASE_POOL_SIZE', '0', '1', '1001', 'many'],
    ['RETENTION_METER_VALUES_DAYS', '-1', '36501', '1.5'],
    ['MESSAGE_LOG', 'on', '1'],
    ['OPERATOR_TOKEN', 'short', 'with a space in the middle', 'ümlaut-ümlaut-ümlaut'],
    ['OCPP_PATH', 'ocpp/:identity', '/ocpp', '/ocpp/:id', '/:identity', '/ocpp/*/:identity', '/:a/:identity'],
    ['OCPP_PROTOCOLS', 'ocpp1.5', 'ocpp1.6,ocpp1.6', ',', 'ocpp1.6,'],
    ['OCPP_OPEN_REGISTRATION', '1', 'yes', 'TRUE'],
    ['OCPP_HEARTBEAT_INTERVAL', '0', '86401', '5m'],
    ['OCPP_CALL_TIMEOUT', '0', '86400001'],
    ['OCPP_PING_INTERVAL', '-1', '86400001'],
    ['UNKNOWN_ID_TOKENS', 'Accept', 'maybe'],
    ['ID_TOKENS_CONCURRENT_TX', 'on', '1']
  ] as const) {
    it(`are refused by name when ${name} is wrong, without an echo of a token`, () => {
      for (const value of values) {
        assert.throws(
          () => readConfig({ [name]: value }),
          (error) =>
            error instanceof ConfigError &&
            error.message.startsWith(`${name} must be `) &&
            !(name === 'OPERATOR_TOKEN' && error.message.includes(value)),
          value
        )
      }
    })
  }

  it('tell names that look like settings but are none', () => {
    assert.deepEqual(unknownSettings({ OCPP_OPEN_REGISTRATON: 'false', OCPP_PATH: '/x', PATH: '/bin' }), [
      'OCPP_OPEN_REGISTRATON'
    ])
  })
})

describe('.env.example', () => {
  it('has every setting once, with its default and its unit', () => {
    const entries = commented(EXAMPLE)
    assert.deepEqual(
      entries.map(([name]) => name),
      Object.keys(settings)
    )
    for (const [name, value, comment] of entries) {
      const schema = settings[name as keyof typeof settings]
      assert.equal(value, String(schema.default ?? ''), name)
      if (schema.default === undefined) assert.match(comment, /Default: /, name)
      const [unit = ''] = String('unit' in schema ? schema.unit : '').split(';')
      assert.ok(comment.toLowerCase().includes(unit.toLowerCase()), `${name} wants "${unit}"`)
    }
  })

  it('changes nothing when all of it is put into force', () => {
    const env = Object.fromEntries(commented(EXAMPLE).map(([name, value]) => [name, value]))
    assert.deepEqual(readConfig(env), readConfig({}))
  })
})
