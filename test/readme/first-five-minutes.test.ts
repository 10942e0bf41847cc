import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startProcess } from '../app/process.js'
import { until } from '../support/wait.js'
import { freshClone, runLines, shellLines } from './terminal.js'

const README_URL = 'http://127.0.0.1:3000'
/** Chargers are started through npm and tsx. */
const PATIENCE_MS = 60_000

interface ChargePointPage {
  items: { identity: string; protocol: string; connected: boolean }[]
}

interface OperationAnswer {
  status: string
  calls: { action: string; result: { status: string } }[]
}

interface TransactionPage {
  items: { chargePoint: string; transactionId: string; status: string; idToken: string }[]
}

interface Told {
  type: string
  chargePoint: string
  data: Record<string, unknown>
}

function callsOf({ calls }: OperationAnswer): string[][] {
  return calls.map(({ action, result }) => [action, result.status])
}

/** The JSON texts that the commands printed, one after the other. */
function answersIn(output: string): unknown[] {
  return output.split(/(?<=\})\s*(?=\{)/).map((text) => JSON.parse(text))
}

function eventsIn(output: string): Told[] {
  return [...output.matchAll(/^data: (.*)$/gm)].map(([, json = '']) => JSON.parse(json))
}

function isSubset(wanted: object, data: Record<string, unknown>): boolean {
  return Object.entries(wanted).every(([name, value]) => data[name] === value)
}

describe('the first five minutes of README.md', () => {
  it('start chargers, list them, start and stop a session, and watch all of it', async () => {
    const clone = await freshClone()
    const backend = await startProcess({}, clone)
    const url = await backend.url()
    const here = (lines: string) => lines.replaceAll(README_URL, url)

    const watch = runLines(here(shellLines('five-minutes: 4')), clone)
    const told = () => eventsIn(watch.output())
    const isTold = (type: string, chargePoint: string, data: object) =>
      told().some((event) => event.type === type && event.chargePoint === chargePoint && isSubset(data, event.data))
    await until('it is watched', () => watch.output().includes('retry:'))

    // The port is not the one that it takes by itself.
    const simulate = shellLines('five-minutes: 2').trim()
    const chargers = runLines(`${simulate} --url ${url.replace('http', 'ws')}/ocpp`, clone)
    const identities = ['SIM-1', 'SIM-2', 'SIM-3']
    await until(
      `all are ready: ${chargers.output()}`,
      () => identities.every((identity) => isTold('status', identity, { connectorId: 1, status: 'Available' })),
      PATIENCE_MS
    )
    for (const identity of identities) assert.ok(isTold('boot', identity, { status: 'Accepted' }))

    const operator = runLines(here(shellLines('five-minutes: 3')), clone)
    assert.equal(await operator.exited(), 0, operator.output())
    const [list, start, transactions, stop] = answersIn(operator.output()) as [
      ChargePointPage,
      OperationAnswer,
      TransactionPage,
      OperationAnswer
    ]
    assert.deepEqual(
      list.items.map(({ identity, protocol, connected }) => [identity, protocol, connected]),
      [
        ['SIM-1', 'ocpp2.1', true],
        ['SIM-2', 'ocpp2.0.1', true],
        ['SIM-3', 'ocpp1.6', true]
      ]
    )
    assert.ok(operator.output().includes('\n  "items": [\n    {\n'), 'the JSON is indented')
    assert.equal(start.status, 'accepted')
    assert.deepEqual(callsOf(start), [['RemoteStartTransaction', 'Accepted']])
    const [transaction] = transactions.items
    assert.ok(transaction !== undefined)
    assert.equal(transaction.chargePoint, 'SIM-3')
    assert.equal(transaction.idToken, 'ANNA')
    assert.equal(transaction.status, 'open')
    assert.equal(stop.status, 'accepted')
    assert.deepEqual(callsOf(stop), [['RemoteStopTransaction', 'Accepted']])

    const { transactionId } = transaction
    const happened: [string, object][] = [
      ['connect', { protocol: 'ocpp1.6' }],
      ['call', { action: 'RemoteStartTransaction', outcome: 'result' }],
      ['transaction', { eventType: 'Started', transactionId, connectorId: 1 }],
      ['status', { connectorId: 1, status: 'Charging' }],
      ['call', { action: 'RemoteStopTransaction', outcome: 'result' }],
      ['transaction', { eventType: 'Ended', transactionId }]
    ]
    for (const [type, data] of happened) {
      await until(`${type} ${JSON.stringify(data)} is told`, () => isTold(type, 'SIM-3', data))
    }
    assert.ok(watch.output().includes('ANNA'), 'who has every scope sees whole id tokens')
  })
})
