import type * as v21 from '../../v21/index.js'
import type { Charger } from '../charger.js'
import type { Monitor } from '../memory.js'
import { type Answers, call, send, sendParts } from './calls.js'
import { findVariable } from './device-model.js'

const SECOND = 1000
/** Maximum number of monitors in one NotifyMonitoringReport. */
const REPORT_SIZE = 20
/** Longest period of a monitor, in seconds; a longer one never reports. */
const MAX_PERIOD = 366 * 86_400

const NUMBERS = new Set<v21.DataEnumType>(['integer', 'decimal'])
const PERIODIC = new Set<v21.MonitorEnumType>(['Periodic', 'PeriodicClockAligned'])
const THRESHOLDS = new Set<v21.MonitorEnumType>(['UpperThreshold', 'LowerThreshold'])

/** The monitors that a criterion selects, by type. [2.x N02] */
const CRITERIA: Readonly<Record<v21.MonitoringCriterionEnumType, (type: v21.MonitorEnumType) => boolean>> = {
  ThresholdMonitoring: (type) => THRESHOLDS.has(type),
  DeltaMonitoring: (type) => !THRESHOLDS.has(type) && !PERIODIC.has(type),
  PeriodicMonitoring: (type) => PERIODIC.has(type)
}

export const monitoring: Answers<
  | 'SetVariableMonitoring'
  | 'ClearVariableMonitoring'
  | 'GetMonitoringReport'
  | 'SetMonitoringBase'
  | 'SetMonitoringLevel'
  | 'AdjustPeriodicEventStream'
  | 'GetPeriodicEventStream'
> = {
  SetVariableMonitoring: (charger, { setMonitoringData }) => ({
    setMonitoringResult: setMonitoringData.map((data) => setMonitor(charger, data))
  }),
  ClearVariableMonitoring: (charger, { id }) => ({
    clearMonitoringResult: id.map((one) => ({ id: one, status: clearMonitor(charger, one) ? 'Accepted' : 'NotFound' }))
  }),
  GetMonitoringReport: (charger, request) => {
    const found = [...charger.memory.monitors.values()].filter((monitor) => isMeant(monitor, request))
    if (found.length === 0) return { status: 'EmptyResultSet' }
    charger.afterwards(() => report(charger, request.requestId, found))
    return { status: 'Accepted' }
  },
  // The charger has no hard-wired or factory-default monitors, so only those of the CSMS are removed. [2.x N03]
  SetMonitoringBase: (charger, { monitoringBase }) => {
    if (monitoringBase !== 'All') for (const id of charger.memory.monitors.keys()) clearMonitor(charger, id)
    return { status: 'Accepted' }
  },
  SetMonitoringLevel: (charger, { severity }) => {
    if (severity > 9) return { status: 'Rejected' }
    charger.settings.force('MonitoringCtrlr.ActiveMonitoringLevel', String(severity))
    return { status: 'Accepted' }
  },
  AdjustPeriodicEventStream: (charger, { id, params }) => {
    const monitor = charger.memory.monitors.get(id)
    if (monitor?.stream === undefined) return { status: 'Rejected' }
    monitor.stream.params = params
    schedule(charger, monitor)
    return { status: 'Accepted' }
  },
  GetPeriodicEventStream: (charger) => {
    const streams = [...charger.memory.monitors.values()].flatMap(({ id, stream }) =>
      stream === undefined ? [] : [{ id, params: stream.params, variableMonitoringId: id }]
    )
    return streams.length === 0 ? {} : { constantStreamData: streams }
  }
}

function setMonitor(charger: Charger, data: v21.SetMonitoringDataType): v21.SetMonitoringResultType {
  const { component, variable, type, severity, periodicEventStream } = data
  const named = { component, variable, type, severity }
  const found = findVariable(charger, component, variable)
  if (typeof found === 'string') return { ...named, status: found }
  if (severity > 9) return { ...named, status: 'Rejected' }
  if (found.canBeMonitored !== true || !fits(type, found.dataType))
    return { ...named, status: 'UnsupportedMonitorType' }
  const { monitors } = charger.memory
  if (data.id !== undefined && !monitors.has(data.id)) return { ...named, status: 'Rejected' }
  const id = data.id ?? Math.max(0, ...monitors.keys()) + 1
  clearMonitor(charger, id)
  const stream = periodicEventStream && { params: periodicEventStream, opened: false }
  const monitor: Monitor = { id, data, task: undefined, stream }
  monitors.set(id, monitor)
  if (stream !== undefined) charger.afterwards(() => openStream(charger, monitor, stream.params))
  else schedule(charger, monitor)
  return { ...named, id, status: 'Accepted' }
}

function fits(type: v21.MonitorEnumType, dataType: v21.DataEnumType): boolean {
  return THRESHOLDS.has(type) ? NUMBERS.has(dataType) : true
}

function clearMonitor(charger: Charger, id: number): boolean {
  const monitor = charger.memory.monitors.get(id)
  if (monitor === undefined) return false
  charger.time.cancel(monitor.task)
  charger.memory.monitors.delete(id)
  if (monitor.stream?.opened === true) charger.afterwards(() => call(charger, 'ClosePeriodicEventStream', { id }))
  return true
}

async function openStream(
  charger: Charger,
  monitor: Monitor,
  params: v21.PeriodicEventStreamParamsType
): Promise<void> {
  const constantStreamData = { id: monitor.id, params, variableMonitoringId: monitor.id }
  const { status } = await call(charger, 'OpenPeriodicEventStream', { constantStreamData })
  if (status !== 'Accepted' || monitor.stream === undefined) return
  monitor.stream.opened = true
  schedule(charger, monitor)
}

/** Schedules the reports of a periodic monitor or a stream. */
function schedule(charger: Charger, monitor: Monitor): void {
  charger.time.cancel(monitor.task)
  const seconds = monitor.stream?.params.interval ?? (PERIODIC.has(monitor.data.type) ? monitor.data.value : 0)
  if (seconds <= 0 || seconds > MAX_PERIOD) return
  monitor.task = charger.time.after(Math.max(1, seconds) * SECOND, () => {
    if (charger.memory.monitors.get(monitor.id) !== monitor) return
    if (charger.isOnline) charger.background(notify(charger, monitor))
    schedule(charger, monitor)
  })
}

async function notify(charger: Charger, monitor: Monitor): Promise<void> {
  const { component, variable } = monitor.data
  const found = findVariable(charger, component, variable)
  const actualValue = typeof found === 'string' ? '' : (found.value ?? '')
  const now = charger.timestamp()
  if (monitor.stream !== undefined) {
    send(charger, 'NotifyPeriodicEventStream', {
      id: monitor.id,
      pending: 0,
      basetime: now,
      data: [{ t: 0, v: actualValue }]
    })
    return
  }
  await call(charger, 'NotifyEvent', {
    generatedAt: now,
    seqNo: 0,
    eventData: [
      {
        eventId: Math.floor(charger.time.now() / SECOND) % 2 ** 31,
        timestamp: now,
        trigger: 'Periodic',
        actualValue,
        component,
        variable,
        variableMonitoringId: monitor.id,
        eventNotificationType: 'CustomMonitor'
      }
    ]
  })
}

function isMeant(
  { data }: Monitor,
  { componentVariable, monitoringCriteria }: v21.GetMonitoringReportRequest
): boolean {
  const isOfType = monitoringCriteria?.some((criterion) => CRITERIA[criterion](data.type)) ?? true
  const isNamed =
    componentVariable?.some(({ component, variable }) => {
      const isName = component.name === data.component.name
      return isName && (variable === undefined || variable.name === data.variable.name)
    }) ?? true
  return isOfType && isNamed
}

function report(charger: Charger, requestId: number, monitors: readonly Monitor[]): Promise<void> {
  const generatedAt = charger.timestamp()
  return sendParts(monitors.map(monitoringData), REPORT_SIZE, (monitor, seqNo, tbc) =>
    call(charger, 'NotifyMonitoringReport', { requestId, generatedAt, seqNo, tbc, monitor })
  )
}

function monitoringData({ id, data }: Monitor): v21.MonitoringDataType {
  const { component, variable, type, value, severity, transaction = false } = data
  return {
    component,
    variable,
    variableMonitoring: [{ id, transaction, value, type, severity, eventNotificationType: 'CustomMonitor' }]
  }
}
