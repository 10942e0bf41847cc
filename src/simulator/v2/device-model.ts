import type * as v21 from '../../v21/index.js'
import type { Charger } from '../charger.js'
import type { Setting, SettingType } from '../model/settings.js'
import { type Evse, isOperative, plugged, statusOf } from '../model/station.js'

/** A variable of the device model with its present value. */
export interface Variable {
  readonly component: v21.ComponentType
  readonly variable: v21.VariableType
  readonly dataType: v21.DataEnumType
  /** `undefined` when the variable cannot be read. */
  readonly value: string | undefined
  readonly mutability: v21.MutabilityEnumType
  /** The setting behind the variable; without one, the variable cannot be set. */
  readonly setting?: Setting
  readonly unit?: string
  readonly max?: number
  readonly values?: string
  readonly canBeMonitored?: true
}

const DATA_TYPES: Readonly<Record<SettingType, v21.DataEnumType>> = {
  integer: 'integer',
  decimal: 'decimal',
  boolean: 'boolean',
  string: 'string',
  list: 'MemberList'
}

const MUTABILITY = { readonly: 'ReadOnly', writeonly: 'WriteOnly', readwrite: 'ReadWrite' } as const

/** Values that are calculated when they are read. */
const LIVE: Readonly<Record<string, (charger: Charger) => string>> = {
  'ClockCtrlr.DateTime': (charger) => charger.timestamp(),
  'LocalAuthListCtrlr.Entries': ({ tokens }) => String(tokens.listSize),
  'SecurityCtrlr.CertificateEntries': ({ memory }) => String(memory.certificates.size)
}

/** All variables: of the controllers, the charging station, its EVSEs and connectors. */
export function variables(charger: Charger): Variable[] {
  const settings = [...charger.settings.table.values()].map((setting) => fromSetting(charger, setting))
  return [
    ...settings,
    ...stationVariables(charger),
    ...charger.station.evses.flatMap((evse) => evseVariables(charger, evse))
  ]
}

function fromSetting(charger: Charger, setting: Setting): Variable {
  const { name, type, access = 'readwrite', unit, max, values } = setting
  const [path = '', instance] = name.split(':')
  const [component = '', variable = ''] = path.split('.')
  const value = LIVE[name]?.(charger) ?? charger.settings.get(name)
  return {
    component: { name: component },
    variable: { name: variable, ...(instance !== undefined && { instance }) },
    dataType: DATA_TYPES[type],
    value: access === 'writeonly' ? undefined : value,
    mutability: MUTABILITY[access],
    setting,
    ...(unit !== undefined && { unit }),
    ...(max !== undefined && { max }),
    ...(values !== undefined && { values: values.join(',') })
  }
}

function fact(
  component: v21.ComponentType,
  name: string,
  dataType: v21.DataEnumType,
  value: string | number | boolean
): Variable {
  return { component, variable: { name }, dataType, value: String(value), mutability: 'ReadOnly' }
}

function monitored(variable: Variable, unit?: string): Variable {
  return { ...variable, canBeMonitored: true, ...(unit !== undefined && { unit }) }
}

function stationVariables(charger: Charger): Variable[] {
  const component = { name: 'ChargingStation' }
  const { station } = charger
  const availability =
    station.evses.some(({ operative }) => operative) && station.operative ? 'Available' : 'Unavailable'
  return [
    fact(component, 'Model', 'string', `Simulator ${station.kind}`),
    fact(component, 'VendorName', 'string', 'fastify-ocpp'),
    fact(component, 'SerialNumber', 'string', charger.serialNumber),
    fact(component, 'FirmwareVersion', 'string', charger.firmware),
    fact(component, 'SupplyPhases', 'integer', station.phases),
    monitored(fact(component, 'AvailabilityState', 'OptionList', availability)),
    monitored(fact(component, 'Available', 'boolean', true)),
    monitored(fact(component, 'Problem', 'boolean', station.evses.some(hasFault)))
  ]
}

function evseVariables(charger: Charger, evse: Evse): Variable[] {
  const { station } = charger
  const component = { name: 'EVSE', evse: { id: evse.id } }
  const state = plugged(evse) === undefined ? statusOf2(charger, evse, 0) : 'Occupied'
  return [
    monitored(fact(component, 'AvailabilityState', 'OptionList', state)),
    monitored(fact(component, 'Available', 'boolean', station.operative && evse.operative)),
    monitored(fact(component, 'Power', 'decimal', Math.round(evse.power)), 'W'),
    fact(component, 'SupplyPhases', 'integer', station.phases),
    fact(component, 'EvseId', 'string', `DE*SIM*E${charger.identity}*${evse.id}`.slice(0, 2500)),
    monitored(fact(component, 'Problem', 'boolean', hasFault(evse))),
    ...evse.connectors.flatMap((connector, index) => {
      const place = { name: 'Connector', evse: { id: evse.id, connectorId: connector.id } }
      return [
        monitored(fact(place, 'AvailabilityState', 'OptionList', statusOf2(charger, evse, index))),
        monitored(fact(place, 'Available', 'boolean', isOperative(station, evse, connector))),
        fact(place, 'ConnectorType', 'string', station.kind === 'AC' ? 'cType2' : 'cCCS2'),
        fact(place, 'SupplyPhases', 'integer', station.phases)
      ]
    })
  ]
}

function hasFault({ connectors }: Evse): boolean {
  return connectors.some(({ fault }) => fault !== undefined)
}

function statusOf2(charger: Charger, evse: Evse, index: number): string {
  const connector = evse.connectors[index]
  return connector === undefined
    ? 'Unavailable'
    : charger.dialect.statusText(statusOf(charger.station, evse, connector))
}

/** Finds a variable; names are case-insensitive. [2.x Part 2 "identifierString"] */
export function findVariable(
  charger: Charger,
  component: v21.ComponentType,
  variable: v21.VariableType
): Variable | 'UnknownComponent' | 'UnknownVariable' {
  const ofComponent = variables(charger).filter((row) => matchesComponent(row, component, true))
  if (ofComponent.length === 0) return 'UnknownComponent'
  const isMeant = (row: Variable) =>
    same(row.variable.name, variable.name) && same(row.variable.instance, variable.instance)
  return ofComponent.find(isMeant) ?? 'UnknownVariable'
}

/** @param isExact `true`: a component without EVSE matches only components without EVSE; `false`: any EVSE */
export function matchesComponent(
  row: Variable,
  { name, instance, evse }: v21.ComponentType,
  isExact: boolean
): boolean {
  if (!same(row.component.name, name) || !same(row.component.instance, instance)) return false
  if (evse === undefined) return !isExact || row.component.evse === undefined
  const isConnector = evse.connectorId === undefined ? !isExact || row.component.evse?.connectorId === undefined : true
  if (!isConnector || row.component.evse?.id !== evse.id) return false
  return evse.connectorId === undefined || row.component.evse.connectorId === evse.connectorId
}

function same(a: string | undefined, b: string | undefined): boolean {
  return a?.toLowerCase() === b?.toLowerCase()
}

/** The variable in the form of a report. */
export function reportData(row: Variable): v21.ReportDataType {
  const { component, variable, value, mutability, dataType, unit, max, values, canBeMonitored = false } = row
  return {
    component,
    variable,
    variableAttribute: [{ type: 'Actual', mutability, ...(value !== undefined && { value }) }],
    variableCharacteristics: {
      dataType,
      supportsMonitoring: canBeMonitored,
      ...(unit !== undefined && { unit }),
      ...(max !== undefined && { maxLimit: max }),
      ...(values !== undefined && { valuesList: values })
    }
  }
}
