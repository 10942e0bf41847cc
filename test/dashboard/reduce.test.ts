import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ChargePoint, PresentConnector, ProblemItem } from '../../dashboard/api/records.js'
import type { LiveEvent } from '../../dashboard/api/stream.js'
import { figuresOf, reduceChargePoint } from '../../dashboard/store/charge-points.js'
import { reduceProblems } from '../../dashboard/store/problems.js'

const AT = '2026-11-29T14:03:22.000Z'

function event(type: string, data: object): LiveEvent {
  return { id: '1', type, chargePoint: 'CP-1', at: AT, data }
}

function chargePoint(connector: Partial<PresentConnector>, protocol = 'ocpp2.1'): ChargePoint {
  return {
    identity: 'CP-1',
    registration: 'Accepted',
    enabled: true,
    provisioned: false,
    hasPassword: false,
    highestSecurityProfile: 0,
    connected: true,
    protocol,
    connectors: [{ evseId: 1, connectorId: 1, state: 'Available', status: 'Available', ...connector }]
  }
}

const started = { id: 7, transactionId: 'T', eventType: 'Started', timestamp: AT, evseId: 1, connectorId: 1 }

describe('reduceChargePoint', () => {
  it('shows a transaction with its charging state, twice as once', () => {
    const told = event('transaction', { ...started, chargingState: 'Charging' })
    const before = chargePoint({ status: 'Occupied', state: 'Preparing' })
    const once = reduceChargePoint(before, told)
    assert.equal(once.connectors?.[0]?.state, 'Charging')
    assert.deepEqual(once.connectors?.[0]?.transaction, { id: 7, startedAt: AT })
    assert.deepEqual(reduceChargePoint(once, told), once)
  })

  it('removes the transaction when it has ended, and no other', () => {
    const before = chargePoint({ status: 'Occupied', state: 'Charging', transaction: { id: 7 } })
    const other = reduceChargePoint(before, event('transaction', { ...started, id: 8, eventType: 'Ended' }))
    assert.equal(other.connectors?.[0]?.transaction?.id, 7)
    const ended = reduceChargePoint(before, event('transaction', { ...started, eventType: 'Ended' }))
    assert.equal(ended.connectors?.[0]?.transaction, undefined)
    assert.equal(ended.connectors?.[0]?.state, 'Preparing')
  })

  it('finds the connector of OCPP 1.6 by its number', () => {
    const before = chargePoint({}, 'ocpp1.6')
    const data = { evseId: 0, connectorId: 1, status: 'Faulted', errorCode: 'GroundFailure', timestamp: AT }
    const [connector] = reduceChargePoint(before, event('status', data)).connectors ?? []
    assert.deepEqual([connector?.state, connector?.errorCode, connector?.since], ['Faulted', 'GroundFailure', AT])
    const repaired = reduceChargePoint(
      { ...before, connectors: connector ? [connector] : [] },
      event('status', { ...data, status: 'Available', errorCode: 'NoError' })
    )
    assert.equal(repaired.connectors?.[0]?.errorCode, undefined)
  })

  it('keeps the last states of a charge point that has left', () => {
    const left = reduceChargePoint(
      chargePoint({ state: 'Charging' }),
      event('disconnect', { reason: 'closed', code: 1006 })
    )
    assert.equal(left.connected, false)
    assert.equal(left.connectors?.[0]?.state, 'Charging')
  })

  it('takes power and state of charge from readings of the transaction', () => {
    const before = chargePoint({ state: 'Charging', transaction: { id: 7 } })
    const readings = [
      { measurand: 'Power.Active.Import', value: 11, unit: 'kW', timestamp: AT },
      { measurand: 'Power.Active.Import', value: 3.6, unit: 'kW', phase: 'L1', timestamp: AT },
      { measurand: 'SoC', value: 62, unit: 'Percent', timestamp: AT }
    ]
    const after = reduceChargePoint(before, event('meter-values', { id: 7, readings }))
    assert.deepEqual(after.connectors?.[0]?.transaction, { id: 7, powerW: 11_000, soc: 62, at: AT })
    assert.deepEqual(
      reduceChargePoint(before, event('meter-values', { id: 8, readings })).connectors,
      before.connectors
    )
  })
})

it('figuresOf leaves out what was not measured', () => {
  assert.deepEqual(figuresOf([{ measurand: 'Voltage', value: 230, timestamp: AT }]), {})
})

it('reduceProblems sorts critical ones first, then the oldest, and forgets what is cleared', () => {
  const problem = (id: string, severity: string, since: string) => ({
    id,
    severity,
    since,
    kind: 'refused-messages',
    detail: id
  })
  const items = [problem('b', 'warning', '2026-01-01T00:00:00Z')] as ProblemItem[]
  const raised = reduceProblems(items, event('problem', { change: 'raised', ...problem('a', 'critical', AT) }))
  assert.deepEqual(
    raised.map(({ id }) => id),
    ['a', 'b']
  )
  const cleared = reduceProblems(raised, event('problem', { change: 'cleared', ...problem('a', 'critical', AT) }))
  assert.deepEqual(
    cleared.map(({ id }) => id),
    ['b']
  )
})
