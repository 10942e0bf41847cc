import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { startProcess } from '../app/process.js'
import { BEARER } from '../app/support.js'
import { inLong } from '../support/long.js'
import { until } from '../support/wait.js'
import { freshClone, runLines, shellLines } from './terminal.js'

const URL_OF_THE_PAGE = 'http://127.0.0.1:3000'
const PATIENCE_MS = 60_000
const PAGE = 'docs/api.md'
const STEPS = 16

interface Answer {
  [member: string]: unknown
}

/** The JSON texts between the marks that separate the steps: indented, or in one line. */
function answersOf(output: string): Answer[][] {
  return output
    .split(/^-- \d+\n/m)
    .map((part) => Array.from(part.matchAll(/^\{(?:.*|[\s\S]*?^)\}$/gm), ([text]) => JSON.parse(text) as Answer))
}

it('the day of an operator in docs/api.md works as described', inLong, async () => {
  const clone = await freshClone()
  const backend = await startProcess({}, clone)
  const url = await backend.url()
  const simulate = 'npm run simulate -- --count 3 --ramp 1s --sessions off'
  assert.ok(readFileSync(join(clone, PAGE), 'utf8').includes(simulate))
  runLines(`${simulate} --url ${url.replace('http', 'ws')}/ocpp`, clone)
  const token = readFileSync(join(clone, 'data/operator-token'), 'utf8').trim()
  const headers = { ...BEARER, authorization: `Bearer ${token}` }
  for (const identity of ['SIM-1', 'SIM-2', 'SIM-3']) {
    let isReady = false
    const look = async () => {
      const response = await fetch(`${url}/api/v1/charge-points/${identity}/state`, { headers })
      const state = (await response.json()) as { bootStatus?: string; connectors?: unknown[] }
      isReady = state.bootStatus === 'Accepted' && (state.connectors?.length ?? 0) > 0
      if (!isReady) setTimeout(look, 50)
    }
    void look()
    await until(`${identity} is ready`, () => isReady, PATIENCE_MS)
  }

  const steps = Array.from(
    { length: STEPS },
    (_, index) => `echo; echo "-- ${index + 1}"\n${shellLines(`day: ${index + 1}`, PAGE)}`
  )
  const lines = [...steps, `echo; echo "-- ${STEPS + 1}"\n${shellLines('day: refused', PAGE)}`].join('\n')
  const day = runLines(`set -e\n${lines.replaceAll(URL_OF_THE_PAGE, url)}`, clone)
  assert.equal(await day.exited(), 0, day.output())
  const answers = answersOf(day.output())
  const [first, second] = [(step: number) => answers[step]?.[0] ?? {}, (step: number) => answers[step]?.[1] ?? {}]
  const items = (answer: Answer) => answer.items as Answer[]

  assert.equal(first(2).name, 'anna')
  assert.deepEqual(
    items(first(3)).map(({ identity }) => identity),
    ['SIM-1', 'SIM-2', 'SIM-3']
  )
  assert.match(String(first(4).password), /^[0-9a-f]{40}$/)
  assert.equal(second(4).groupId, 'FLEET-7')
  for (const answer of [first(5), second(5), answers[5]?.[3]]) assert.equal(answer?.status, 'accepted', day.output())
  const [transaction] = items(answers[5]?.[2] ?? {})
  assert.deepEqual([transaction?.chargePoint, transaction?.idToken], ['SIM-3', '04E91C5A2B3C'])
  const [actions, action, ...calls] = answers[6] ?? []
  assert.ok(Array.isArray(actions?.calls))
  assert.equal(action?.title, 'Read configuration keys')
  assert.deepEqual(
    calls.map((call) => call.action),
    ['GetConfiguration', 'GetVariables']
  )
  assert.deepEqual(first(7), second(7))
  assert.equal(first(8).status, 'answered')
  assert.ok(Array.isArray(first(9).items))
  assert.match(readFileSync(join(clone, 'messages.ndjson'), 'utf8'), /"action":"BootNotification"/)
  assert.match(day.output(), /^retry: \d+$/m)
  assert.equal(items(first(10)).length, 1)
  assert.deepEqual(first(11).identities, ['GARAGE-7', 'SIM-1', 'SIM-2', 'SIM-3'])
  assert.equal((second(11).items as Answer[]).length, 3)
  const report = JSON.parse(readFileSync(join(clone, 'report.json'), 'utf8'))
  assert.ok(report.items.length > 10)
  assert.match(readFileSync(join(clone, 'webhook.json'), 'utf8'), /"secret": "whsec_/)
  assert.match(day.output(), /^id,chargePoint,transactionId/m)
  assert.equal(items(first(14))[0]?.protocol, 'ocpp1.6')
  assert.equal(items(second(14))[0]?.chargePoint, 'SIM-3')
  assert.ok(items(first(16)).length > 1)
  assert.equal(items(second(16)).length, 3)
  assert.deepEqual((first(STEPS + 1).errors as Answer[])[0]?.pointer, '/type')
})
