import type * as v21 from '../../v21/index.js'
import type { Charger } from '../charger.js'
import { powerChanged } from '../metering.js'
import { endTransaction, reset } from '../sessions/transactions.js'
import { type Answers, call, sendParts } from './calls.js'
import { findVariable, matchesComponent, reportData, type Variable, variables } from './device-model.js'

/** Maximum number of variables in one NotifyReport. */
const REPORT_SIZE = 25

/** The variables of each base report. [2.x B07] */
const BASES: Readonly<Record<v21.ReportBaseEnumType, (row: Variable) => boolean>> = {
  FullInventory: () => true,
  ConfigurationInventory: ({ mutability }) => mutability !== 'ReadOnly',
  SummaryInventory: ({ variable }) => ['AvailabilityState', 'Available', 'Problem'].includes(variable.name)
}

/** The variable that decides whether a criterion holds for its component. [2.x B08] */
const CRITERIA: Readonly<Record<v21.ComponentCriterionEnumType, string>> = {
  Active: 'Active',
  Available: 'Available',
  Enabled: 'Enabled',
  Problem: 'Problem'
}

export const provisioning: Answers<
  'GetVariables' | 'SetVariables' | 'GetBaseReport' | 'GetReport' | 'Reset' | 'SetNetworkProfile'
> = {
  GetVariables: (charger, { getVariableData }) => ({
    getVariableResult: getVariableData.map((wanted) => getVariable(charger, wanted))
  }),
  SetVariables: (charger, { setVariableData }) => ({
    setVariableResult: setVariableData.map((change) => setVariable(charger, change))
  }),
  GetBaseReport: (charger, { requestId, reportBase }) => {
    charger.afterwards(() => report(charger, requestId, variables(charger).filter(BASES[reportBase])))
    return { status: 'Accepted' }
  },
  GetReport: (charger, request) => {
    const rows = selected(charger, request)
    if (rows.length === 0) return { status: 'EmptyResultSet' }
    charger.afterwards(() => report(charger, request.requestId, rows))
    return { status: 'Accepted' }
  },
  Reset: resetStation,
  SetNetworkProfile: (charger, { configurationSlot, connectionData }) => {
    if (configurationSlot < 0 || configurationSlot > 3) return { status: 'Rejected' }
    charger.memory.networkProfiles.set(configurationSlot, connectionData)
    return { status: 'Accepted' }
  }
}

function getVariable(charger: Charger, wanted: v21.GetVariableDataType): v21.GetVariableResultType {
  const { component, variable, attributeType = 'Actual' } = wanted
  const named = { component, variable, attributeType }
  const found = findVariable(charger, component, variable)
  if (typeof found === 'string') return { ...named, attributeStatus: found }
  if (attributeType !== 'Actual') return { ...named, attributeStatus: 'NotSupportedAttributeType' }
  if (found.value === undefined) return { ...named, attributeStatus: 'Rejected' }
  return { ...named, attributeStatus: 'Accepted', attributeValue: found.value }
}

function setVariable(charger: Charger, change: v21.SetVariableDataType): v21.SetVariableResultType {
  const { component, variable, attributeType = 'Actual', attributeValue } = change
  const named = { component, variable, attributeType }
  const found = findVariable(charger, component, variable)
  if (typeof found === 'string') return { ...named, attributeStatus: found }
  if (attributeType !== 'Actual') return { ...named, attributeStatus: 'NotSupportedAttributeType' }
  if (found.setting === undefined) return { ...named, attributeStatus: 'Rejected' }
  const result = charger.settings.set(found.setting.name, attributeValue)
  if (result === 'Accepted') {
    if (found.setting.name === 'SecurityCtrlr.BasicAuthPassword') charger.changePassword(attributeValue)
    charger.afterwards(() => charger.settingsChanged())
  }
  return { ...named, attributeStatus: result === 'Unknown' ? 'UnknownVariable' : result }
}

function selected(charger: Charger, { componentVariable, componentCriteria }: v21.GetReportRequest): Variable[] {
  const all = variables(charger)
  const named =
    componentVariable === undefined ? all : all.filter((row) => componentVariable.some((one) => isNamed(row, one)))
  if (componentCriteria === undefined) return named
  return named.filter((row) => componentCriteria.some((criterion) => holds(all, row, criterion)))
}

function isNamed(row: Variable, { component, variable }: v21.ComponentVariableType): boolean {
  if (!matchesComponent(row, component, false)) return false
  if (variable === undefined) return true
  const { name, instance } = variable
  const isName = row.variable.name.toLowerCase() === name.toLowerCase()
  return isName && (instance === undefined || row.variable.instance?.toLowerCase() === instance.toLowerCase())
}

// A component without the variable counts as available and enabled. [2.x B08.FR.09]
function holds(all: readonly Variable[], row: Variable, criterion: v21.ComponentCriterionEnumType): boolean {
  const state = all.find(
    (other) => other.variable.name === CRITERIA[criterion] && matchesComponent(other, row.component, true)
  )
  return state === undefined ? criterion !== 'Problem' : state.value === 'true'
}

function report(charger: Charger, requestId: number, rows: readonly Variable[]): Promise<void> {
  const generatedAt = charger.timestamp()
  return sendParts(rows.map(reportData), REPORT_SIZE, (reportDataPart, seqNo, tbc) =>
    call(charger, 'NotifyReport', {
      requestId,
      generatedAt,
      seqNo,
      tbc,
      ...(reportDataPart.length > 0 && { reportData: reportDataPart })
    })
  )
}

// [2.x B11, B12]
function resetStation(charger: Charger, { type, evseId }: v21.ResetRequest): v21.ResetResponse {
  if (charger.isRebooting) return { status: 'Rejected' }
  if (evseId !== undefined && evseId !== 0) return resetEvse(charger, evseId)
  const isBusy = charger.station.evses.some(({ transaction }) => transaction !== undefined)
  if (type === 'OnIdle' && isBusy) {
    charger.resetOnIdle = true
    return { status: 'Scheduled' }
  }
  charger.afterwards(() => {
    if (type === 'ImmediateAndResume') return charger.reboot('RemoteReset')
    return reset(charger, type === 'OnIdle' ? 'SoftReset' : 'HardReset')
  })
  return { status: 'Accepted' }
}

function resetEvse(charger: Charger, evseId: number): v21.ResetResponse {
  const evse = charger.station.evses.find(({ id }) => id === evseId)
  if (evse === undefined) return { status: 'Rejected' }
  charger.afterwards(() => {
    if (evse.transaction !== undefined) charger.background(endTransaction(charger, evse, 'HardReset'))
    powerChanged(charger)
  })
  return { status: 'Accepted' }
}
