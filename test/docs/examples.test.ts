import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { type Charger, connectCharger, refusedCharger } from '../support/charger.js'
import { inLong } from '../support/long.js'
import { ROOT } from '../support/root.js'
import { within } from '../support/wait.js'

interface Example {
  /** `127.0.0.1:port` */
  host: string
  process: ChildProcess
}

/** Starts an example as its first lines say, on a free port; it is stopped when the calling test is over. */
async function start(name: string): Promise<Example> {
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', `examples/${name}.ts`], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  after(() => child.kill('SIGKILL'))
  return { host: await within(`examples/${name}.ts to listen`, hostOf(child), 30_000), process: child }
}

async function hostOf(child: ChildProcess): Promise<string> {
  assert.ok(child.stdout)
  const lines = createInterface({ input: child.stdout })
  return new Promise((resolve, reject) => {
    // Further lines are read, too, or the example would wait for somebody to do so.
    lines.on('line', (line) => {
      const host = /Server listening at http:\/\/(127\.0\.0\.1:\d+)/.exec(line)?.[1]
      if (host !== undefined) resolve(host)
    })
    lines.on('close', () => reject(new Error('it ended before it listened')))
  })
}

async function getJson(url: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(`http://${url}`, { ...init, signal: AbortSignal.timeout(5000) })
  return response.json()
}

function post(url: string): Promise<unknown> {
  return getJson(url, { method: 'POST' })
}

async function payloadOf(charger: Charger, action: string, payload: unknown): Promise<Record<string, unknown>> {
  const answer = await charger.call(action, payload)
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return answer.type === 3 ? answer.payload : {}
}

const limits = { timeout: 60_000 }
const limitsInLong = { ...limits, ...inLong }

test(
  'plain: a charger boots, charges once however often it says so, is reset, and told when the app goes down',
  limits,
  async () => {
    const { host, process: child } = await start('plain')
    const charger = await connectCharger(`ws://${host}`, 'CP-1', { boot: true })
    const [, id, action, payload] = await charger.nextFrame()
    assert.deepEqual([action, payload], ['TriggerMessage', { requestedMessage: 'StatusNotification' }])
    charger.send(3, id, { status: 'Accepted' })
    await payloadOf(charger, 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' })

    const begin = { connectorId: 1, idTag: 'TAG', meterStart: 100, timestamp: '2026-01-01T00:00:00Z' }
    const { transactionId } = await payloadOf(charger, 'StartTransaction', begin)
    assert.equal((await payloadOf(charger, 'StartTransaction', begin)).transactionId, transactionId)
    await payloadOf(charger, 'StopTransaction', { transactionId, meterStop: 900, timestamp: '2026-01-01T01:00:00Z' })
    assert.deepEqual(await getJson(`${host}/transactions`), [
      { id: transactionId, identity: 'CP-1', idTag: 'TAG', meterStart: 100, meterStop: 900 }
    ])

    charger.onCall((called, payload) => ({ status: called === 'Reset' && isSoft(payload) ? 'Accepted' : 'Rejected' }))
    assert.deepEqual(await post(`${host}/charge-points/CP-1/reset`), { status: 'Accepted' })
    assert.equal((await fetch(`http://${host}/charge-points/CP-2/reset`, { method: 'POST' })).status, 409)

    child.kill('SIGTERM')
    assert.equal((await within('the close', charger.closed)).code, 1012)
    const [exitCode] = await within('the end of the example', once(child, 'exit'))
    assert.equal(exitCode, 0)
  }
)

function isSoft(payload: unknown): boolean {
  return (payload as { type: string }).type === 'Soft'
}

test('tenants: the same identity is a charger of each, with the password of its own', limitsInLong, async () => {
  const { host } = await start('tenants')
  const north = { path: '/north/ocpp', password: 'northern-lights' }
  const south = { path: '/south/ocpp', password: 'southern-cross', protocol: 'ocpp2.0.1' }
  const inNorth = await connectCharger(`ws://${host}`, 'CP-1', north)
  const inSouth = await connectCharger(`ws://${host}`, 'CP-1', south)
  const boot = { chargePointVendor: 'Acme', chargePointModel: 'One' }
  assert.equal((await payloadOf(inNorth, 'BootNotification', boot)).interval, 300)
  const boot2 = { reason: 'PowerUp', chargingStation: { vendorName: 'Acme', model: 'One' } }
  assert.equal((await payloadOf(inSouth, 'BootNotification', boot2)).interval, 900)

  assert.equal((await refusedCharger(`ws://${host}`, 'CP-1', { ...south, password: 'northern-lights' })).status, 401)
  assert.equal((await refusedCharger(`ws://${host}`, 'CP-9', north)).status, 404)

  assert.deepEqual(await getJson(`${host}/north/charge-points`), [{ identity: 'CP-1', protocol: 'ocpp1.6' }])
  assert.deepEqual(await getJson(`${host}/south/charge-points`), [{ identity: 'CP-1', protocol: 'ocpp2.0.1' }])
})

test('vendor-data: a quote is asked and answered in both versions, and nonsense is refused', limitsInLong, async () => {
  const { host } = await start('vendor-data')
  const old = await connectCharger(`ws://${host}`, 'CP-1')
  const quote = { vendorId: 'com.example', messageId: 'Quote', data: '{"energy":2000,"tariff":"night"}' }
  assert.deepEqual(await payloadOf(old, 'DataTransfer', quote), { status: 'Accepted', data: '{"cents":50}' })
  const wrong = await old.call('DataTransfer', { ...quote, data: '{"energy":0,"tariff":"night"}' })
  assert.equal(wrong.type === 4 && wrong.code, 'PropertyConstraintViolation')
  assert.deepEqual(await payloadOf(old, 'DataTransfer', { vendorId: 'org.other' }), { status: 'UnknownVendorId' })

  const recent = await connectCharger(`ws://${host}`, 'CP-2', { protocol: 'ocpp2.0.1' })
  const data = { energy: 500, tariff: 'day' }
  assert.deepEqual(await payloadOf(recent, 'DataTransfer', { ...quote, data }), {
    status: 'Accepted',
    data: { cents: 20 }
  })

  old.onCall((_action, payload) => ({ status: 'Accepted', data: (payload as { data: string }).data }))
  assert.deepEqual(await post(`${host}/charge-points/CP-1/greeting`), {
    status: 'Accepted',
    data: '{"text":"Welcome"}'
  })
})

test('metrics: connections, frames, calls and violations are counted', limitsInLong, async () => {
  const { host } = await start('metrics')
  const charger = await connectCharger(`ws://${host}`, 'CP-1', { boot: true })
  charger.onCall(() => ({ status: 'Accepted' }))
  await post(`${host}/charge-points/CP-1/clear-cache`)
  await charger.call('Heartbeat', { now: true })

  const metrics = await (await fetch(`http://${host}/metrics`)).text()
  const lines = metrics.split('\n')
  for (const line of [
    'ocpp_connected 1',
    'ocpp_connects_total{protocol="ocpp1.6"} 1',
    'ocpp_frames_total{direction="inbound"} 3',
    'ocpp_frames_total{direction="outbound"} 3',
    'ocpp_calls_total{action="ClearCache",outcome="result"} 1',
    'ocpp_violations_total{action="Heartbeat",direction="inbound"} 1'
  ]) {
    assert.ok(lines.includes(line), `${line} in\n${metrics}`)
  }
})

test('cluster: a charger of one process is called through the other', { ...limitsInLong }, async () => {
  const [one, two] = await Promise.all([start('cluster'), start('cluster')])
  const charger = await connectCharger(`ws://${one.host}`, 'CLUSTER-1', { boot: true })
  charger.onCall((action) => (action === 'Reset' ? { status: 'Accepted' } : {}))
  assert.deepEqual(await post(`${two.host}/charge-points/CLUSTER-1/reset`), { status: 'Accepted' })
  const nodes = (await getJson(`${two.host}/nodes`)) as unknown[]
  assert.ok(nodes.length >= 2)
})
