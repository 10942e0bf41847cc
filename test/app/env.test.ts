import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import {
  ConfigError,
  isLoopback,
  misspeltSettings,
  readConfig,
  settings,
  unknownSettings
} from '../../lib/settings/settings.js'
import { ROOT } from '../support/root.js'

const EXAMPLE = readFileSync(`${ROOT}.env.example`, 'utf8')

const EVERY_SETTING = Object.fromEntries(Object.keys(settings).map((name) => [name, 'x']))

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
      TLS_HOST: '127.0.0.1',
      TLS_CERT: [],
      TLS_KEY: [],
      TLS_CLIENT_CA: [],
      TLS_CLIENT_CRL: [],
      TLS_CLIENT_SUBJECT: 'serial-number',
      TLS_CLIENT_EXPIRED_DAYS: 0,
      TRUSTED_PROXIES: [],
      TRUSTED_PROXY_HEADER: 'x-forwarded-for',
      LOG_LEVEL: 'info',
      DATA_DIR: './data',
      DATABASE_POOL_SIZE: 10,
      NATS_SUBJECT_PREFIX: 'ocpp',
      RETENTION_METER_VALUES_DAYS: 0,
      RETENTION_EVENTS_DAYS: 365,
      RETENTION_MESSAGES_DAYS: 30,
      RETENTION_AUDIT_DAYS: 0,
      MESSAGE_LOG: true,
      MESSAGE_LOG_MAX_ROWS: 1_000_000,
      DASHBOARD: true,
      SIGN_IN_HOURS: 12,
      DASHBOARD_ALLOW_HTTP: false,
      API_RATE_LIMIT: 10_000,
      API_FAILURE_LIMIT: 20,
      API_BODY_LIMIT: 1_048_576,
      EVENTS_BUFFER: 10_000,
      WEBHOOK_ALLOW_HTTP: false,
      WEBHOOK_ALLOW_PRIVATE: false,
      WEBHOOK_ALLOWED_NETWORKS: [],
      WEBHOOK_MAX_BACKLOG: 100_000,
      WEBHOOK_RETENTION_DAYS: 7,
      WORKERS: 1,
      OCPP_PATH: '/ocpp/:identity',
      OCPP_PROTOCOLS: ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'],
      OCPP_OPEN_REGISTRATION: true,
      OCPP_MIN_SECURITY_PROFILE: 0,
      OCPP_HEARTBEAT_INTERVAL: 300,
      OCPP_BOOT_RETRY_INTERVAL: 30,
      OCPP_CALL_TIMEOUT: 30_000,
      OCPP_PING_INTERVAL: 30_000,
      OCPP_VALIDATION: 'strict',
      OCPP_DEVIATIONS: [],
      OCPP_CALLS_AFTER_CONNECT: 2,
      TRANSACTION_GAP_DELAY: 20,
      REMOTE_START_TIMEOUT: 60,
      PUBLIC_PAGES: [],
      PUBLIC_RATE_LIMIT: 60,
      SELLER_TIME_ZONE: 'UTC',
      RECEIPT_SERIES: 'R',
      FINAL_AFTER: 600,
      DATEV_ACCOUNT_LENGTH: 4,
      DATEV_YEAR_MONTH: 1,
      UNKNOWN_ID_TOKENS: 'accept',
      ID_TOKENS_CONCURRENT_TX: false,
      TARIFF_LANGUAGES: ['en'],
      OFFLINE_CALLS_LIMIT: 100,
      OFFLINE_CALLS_EXPIRY: 86_400,
      CA_VALIDITY_DAYS: 365,
      CA_RENEWAL_DAYS: 30,
      CA_REQUESTS_PER_DAY: 10,
      OCSP_RESPONDERS: [],
      OCPP_MAX_CONNECTIONS: 100_000,
      OCPP_MAX_CONNECTIONS_PER_ADDRESS: 20_000,
      OCPP_MAX_HANDSHAKES: 1000,
      OCPP_LOGIN_FAILURES: 10,
      OCPP_LOGIN_FAILURES_PER_ADDRESS: 300,
      OCPP_MAX_TAKEOVERS: 5,
      OCPP_MESSAGE_RATE: 1000,
      OCPP_MESSAGE_BURST: 5000,
      OCPP_MAX_MESSAGE_SIZE: 1_048_576,
      OCPP_MAX_BUFFERED: 262_144,
      OCPP_SLOW_READER_TIMEOUT: 10_000,
      MAX_HEAP_USAGE: 85,
      HTTP_MAX_CONNECTIONS: 10_000,
      HTTP_HEADERS_TIMEOUT: 15_000,
      HTTP_REQUEST_TIMEOUT: 30_000,
      HTTP_KEEP_ALIVE_TIMEOUT: 72_000,
      HTTP_MAX_REQUESTS_PER_CONNECTION: 100,
      HTTP_MAX_HEADER_SIZE: 16_384
    })
  })

  it('open registration on loopback addresses only, unless set otherwise', () => {
    const open = (env: Record<string, string>) => readConfig(env).OCPP_OPEN_REGISTRATION
    for (const HOST of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) assert.equal(open({ HOST }), true, HOST)
    for (const HOST of ['0.0.0.0', '::', '192.168.0.1', '127.0.0.1.example.org', 'localhost.example.org']) {
      assert.equal(open({ HOST }), false, HOST)
      assert.equal(isLoopback(HOST), false)
    }
    assert.equal(open({ HOST: '0.0.0.0', OCPP_OPEN_REGISTRATION: 'true' }), true)
    assert.equal(open({ OCPP_OPEN_REGISTRATION: 'false' }), false)
    assert.equal(open({ TLS_HOST: '0.0.0.0' }), false)
    assert.equal(open({ TRUSTED_PROXIES: '127.0.0.1' }), false)
    assert.equal(open({ TRUSTED_PROXIES: '127.0.0.1', OCPP_OPEN_REGISTRATION: 'true' }), true)
  })

  it('reject unknown id tokens if registration is closed, unless set otherwise', () => {
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
    ['TLS_PORT', '-1', '65536', 'https'],
    ['TLS_HOST', 'a b'],
    ['TLS_CERT', ',', 'a.pem,'],
    ['TLS_CLIENT_SUBJECT', 'cn', 'serialNumber'],
    ['TLS_CLIENT_EXPIRED_DAYS', '-1', '3651'],
    ['TRUSTED_PROXIES', 'true', 'localhost', '10.0.0.0/33', '10.0.0/8', '::/129', '10.0.0.1,', '10.0.0.0/8/8', '0'],
    ['TRUSTED_PROXY_HEADER', 'x-real-ip', 'X-Forwarded-For'],
    ['TRUSTED_PROXY_CLIENT_CERT', 'Client-Cert', 'a b', 'a:'],
    ['OCPP_MIN_SECURITY_PROFILE', '-1', '4', 'tls'],
    ['LOG_LEVEL', 'INFO', 'verbose'],
    ['DATABASE_URL', 'mysql://a/b', 'postgres://', 'postgres:// a/b', 'ocpp.db'],
    ['DATABASE_POOL_SIZE', '0', '1', '1001', 'many'],
    ['WORKERS', '0', '65', 'many'],
    ['NATS_URL', 'http://127.0.0.1:4222', '127.0.0.1:4222', 'nats://', 'nats://a,', 'nats://a/b'],
    ['NATS_SUBJECT_PREFIX', 'a.', '.a', 'a b', 'a.>', '*'],
    ['RETENTION_METER_VALUES_DAYS', '-1', '36501', '1.5'],
    ['MESSAGE_LOG', 'on', '1'],
    ['OPERATOR_TOKEN', 'short', 'with a space in the middle', 'ümlaut-ümlaut-ümlaut'],
    ['CORS_ORIGINS', '*', 'null', 'example.org', 'https://example.org/', 'https://a.example,*', 'https://A.example'],
    ['API_BODY_LIMIT', '0', '1MB'],
    ['OCPP_PATH', 'ocpp/:identity', '/ocpp', '/ocpp/:id', '/:identity', '/ocpp/*/:identity', '/:a/:identity'],
    ['OCPP_PROTOCOLS', 'ocpp1.5', 'ocpp1.6,ocpp1.6', ',', 'ocpp1.6,'],
    ['OCPP_OPEN_REGISTRATION', '1', 'yes', 'TRUE'],
    ['OCPP_HEARTBEAT_INTERVAL', '0', '86401', '5m'],
    ['OCPP_BOOT_RETRY_INTERVAL', '0', '86401', '30s'],
    ['CA_VALIDITY_DAYS', '0', '3651'],
    ['CA_SIGN_URL', 'ca.example.com', 'ftp://ca.example.com'],
    ['OCSP_RESPONDERS', 'ocsp.example.com', 'http://a/?b', 'http://user@a/', 'http://a/,'],
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

  for (const [wanted, env] of [
    ['TLS_CERT must be set when TLS_PORT is', { TLS_PORT: '3443' }],
    ['TLS_KEY must be set when TLS_CERT is', { TLS_PORT: '3443', TLS_CERT: 'a.pem' }],
    ['TLS_PORT must be set when TLS_CERT is', { TLS_CERT: 'a.pem', TLS_KEY: 'a.key' }],
    [
      'TLS_KEY must be as many files as TLS_CERT, in the same order',
      { TLS_PORT: '3443', TLS_CERT: 'a.pem,b.pem', TLS_KEY: 'a.key' }
    ],
    ['TLS_CLIENT_ORGANIZATION must be set when TLS_CLIENT_CA is', { TLS_CLIENT_CA: 'ca.pem' }],
    ['TLS_CLIENT_CA must be set when TLS_CLIENT_CRL is', { TLS_CLIENT_CRL: 'crl.pem' }],
    ['TRUSTED_PROXIES must be set when TRUSTED_PROXY_CLIENT_CERT is', { TRUSTED_PROXY_CLIENT_CERT: 'client-cert' }],
    [
      'DATABASE_URL must be set when NATS_URL is',
      { NATS_URL: 'nats://127.0.0.1:4222', OPERATOR_TOKEN: 'x'.repeat(16) }
    ],
    [
      'OPERATOR_TOKEN must be set when NATS_URL is',
      { NATS_URL: 'nats://127.0.0.1:4222', DATABASE_URL: 'postgres://127.0.0.1/ocpp' }
    ],
    ['NATS_URL must be set when NATS_CREDENTIALS is', { NATS_CREDENTIALS: 'node.creds' }],
    [
      'TLS_CLIENT_CA must be set when TRUSTED_PROXY_CLIENT_CERT is',
      { TRUSTED_PROXY_CLIENT_CERT: 'client-cert', TRUSTED_PROXIES: '127.0.0.1' }
    ]
  ] as const) {
    it(`are refused when one wants another: ${wanted}`, () => {
      assert.throws(
        () => readConfig(env),
        (error) => error instanceof ConfigError && error.message === wanted
      )
    })
  }

  for (const [setting, ...wrong] of [
    ['DATABASE_URL', 'DATABASE_ULR', 'DATABSE_URL', 'DATABASEURL', 'DATABASE_URI', 'database_url', 'Database-Url'],
    ['OCPP_HEARTBEAT_INTERVAL', 'OCPP_HEARTBEET_INTERVAL', 'OCP_HEARTBEAT_INTERVAL'],
    ['OPERATOR_TOKEN', 'OPERTOR_TOKEN', 'OPERATOR_TOKENS'],
    ['METRICS_TOKEN', 'METRIC_TOKEN'],
    ['LOG_LEVEL', 'LOGLEVEL', 'LOG_LEVLE'],
    ['HOST', 'HSOT'],
    ['PORT', 'PROT', 'PORTT'],
    ['DATA_DIR', 'DATA_DRI', 'DATADIR'],
    ['CORS_ORIGINS', 'CORS_ORIGIN'],
    ['MESSAGE_LOG', 'MESAGE_LOG'],
    ['UNKNOWN_ID_TOKENS', 'UNKOWN_ID_TOKENS'],
    ['WEBHOOK_ALLOW_PRIVATE', 'WEBHOOKS_ALLOW_PRIVATE'],
    ['HTTP_REQUEST_TIMEOUT', 'HTTP_REQUEST_TIME_OUT'],
    ['CA_VALIDITY_DAYS', 'CA_VALIDTY_DAYS']
  ] as const) {
    it(`tell ${wrong.join(', ')} from ${setting}`, () => {
      for (const name of wrong) {
        assert.deepEqual(misspeltSettings({ [name]: 'x', [setting]: 'y' }), [{ name, meant: setting }], name)
      }
    })
  }

  it('report every name with a character too many, one too few, or two swapped', () => {
    for (const name of Object.keys(settings)) {
      for (let at = 0; at < name.length; at++) {
        const [before, one = '', two = '', after] = [name.slice(0, at), name[at], name[at + 1], name.slice(at + 2)]
        for (const wrong of [
          `${before}${two}${after}`,
          `${before}${one}${one}${two}${after}`,
          `${before}${two}${one}${after}`
        ]) {
          if (!Object.hasOwn(settings, wrong)) assert.deepEqual(unknownSettings({ [wrong]: 'x' }), [wrong], name)
        }
      }
    }
  })

  it('report no other variables of the environment', () => {
    const names = `PATH HOME HOSTNAME HOSTTYPE LOGNAME USER SHELL TERM LANG LC_ALL PWD OLDPWD SHLVL TZ EDITOR PAGER DISPLAY
      MAIL TMPDIR DEBUG CI COLORTERM NO_COLOR NODE_ENV NODE_OPTIONS NODE_VERSION NODE_PATH NODE_EXTRA_CA_CERTS
      NODE_TLS_REJECT_UNAUTHORIZED YARN_VERSION INIT_CWD npm_config_loglevel npm_lifecycle_event npm_package_name
      HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy no_proxy SSL_CERT_FILE SSL_CERT_DIR PGHOST PGPORT PGUSER PGPASSWORD
      PGDATABASE POSTGRES_PASSWORD POSTGRES_USER DATABASE_HOST DATABASE_USER DATABASE_NAME DATABASE_PASSWORD REDIS_URL
      NATS_URL SSH_AUTH_SOCK SSH_CLIENT XDG_DATA_HOME XDG_RUNTIME_DIR INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET
      KUBERNETES_PORT KUBERNETES_SERVICE_HOST OCPP_SERVICE_HOST OCPP_SERVICE_PORT OCPP_PORT_3000_TCP_ADDR
      GITHUB_TOKEN RUNNER_TEMP CI_JOB_TOKEN API_TOKEN API_KEY API_URL WEBHOOK_URL METRICS_PORT LOG_FILE LOG_DIR CACHE_DIR
      DATA_HOME OTEL_SERVICE_NAME AWS_REGION`
    const env = Object.fromEntries(names.split(/\s+/).map((name) => [name, 'x']))
    assert.deepEqual(unknownSettings({ ...env, OCPP_PORT: 'tcp://10.0.0.1:3000', ...EVERY_SETTING }), [])
  })

  it('report names that look like settings but are unknown', () => {
    const misspelt = { OCPP_OPEN_REGISTRATON: 'false', TLS_CERTS: 'a.pem', TRUSTED_PROXY: '::1' }
    assert.deepEqual(unknownSettings({ ...misspelt, OCPP_PATH: '/x', PATH: '/bin' }), Object.keys(misspelt))
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

  it('changes nothing when all its lines are uncommented', () => {
    const env = Object.fromEntries(commented(EXAMPLE).map(([name, value]) => [name, value]))
    assert.deepEqual(readConfig(env), readConfig({}))
  })
})
