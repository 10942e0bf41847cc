import { type Static, Type } from '@sinclair/typebox'
import { versionInfo } from 'fastify-ocpp'
import { keyOf, type VariableName, variableOf } from '../charge-points/configuration-names.js'
import { attributeKey, type Component, isSecret, sameVariable, type Variable } from '../charge-points/device-model.js'
import { oneOf } from '../http/records.js'
import { ask2, ask16, type Exchange, invalidRequest, notSupported, type Step } from './exchange.js'
import { configurationValue, readonlyVariables, variableValue } from './facts.js'
import { type Lookup, operation } from './operation.js'
import { type ItemOutcome, type ItemStatus, readLimit, sendParts, split, summary } from './parts.js'

const name = (description: string) => Type.String({ minLength: 1, maxLength: 50, description })

export const COMPONENT = Type.Object(
  {
    name: name('Of the component'),
    instance: Type.Optional(name('Of the component')),
    evse: Type.Optional(
      Type.Object(
        { id: Type.Integer({ minimum: 0 }), connectorId: Type.Optional(Type.Integer({ minimum: 0 })) },
        { additionalProperties: false }
      )
    )
  },
  { additionalProperties: false }
)
export const VARIABLE = Type.Object(
  { name: name('Of the variable'), instance: Type.Optional(name('Of the variable')) },
  { additionalProperties: false }
)
const ATTRIBUTES = ['Actual', 'Target', 'MinSet', 'MaxSet'] as const
type Attribute = (typeof ATTRIBUTES)[number]

/**
 * Identifies a setting: a key of OCPP 1.6, or a component and variable of 2.x. Many settings can be named in either way
 * in any version.
 */
const SETTING = {
  key: Type.Optional(
    name('Key of OCPP 1.6. For OCPP 2.x the variable with the same meaning is used, when there is one')
  ),
  component: Type.Optional(COMPONENT),
  variable: Type.Optional(VARIABLE),
  attribute: Type.Optional(oneOf(ATTRIBUTES, 'Attribute of a variable, OCPP 2.x only. Default: Actual'))
}
const Setting = Type.Object(SETTING, { additionalProperties: false })
type Setting = Static<typeof Setting>

const ITEM_STATUSES = [
  'accepted',
  'reboot-required',
  'rejected',
  'not-found',
  'not-supported',
  'failed',
  'not-sent'
] as const satisfies readonly ItemStatus[]

const ITEM_ANSWER = {
  ...SETTING,
  status: oneOf(
    ITEM_STATUSES,
    'failed: a CALLERROR or no answer, see `reason`; not-sent: the charge point did not answer an earlier request'
  ),
  reason: Type.Optional(Type.String({ description: "The charge point's own status" }))
}

/** A setting, and its name in the version of the charge point. */
interface Named16 {
  asked: Setting
  key: string
  value: string
}

interface Named2 extends VariableName {
  asked: Setting
  attribute: Attribute
  value: string
}

function checkNames({ key, component, variable }: Setting): void {
  const isVariable = component !== undefined && variable !== undefined
  if ((key === undefined) === isVariable && (component === undefined) === (variable === undefined)) return
  throw invalidRequest('name a setting by key, or by component and variable')
}

function named16(asked: Setting, value = ''): Named16 {
  checkNames(asked)
  const { component, variable, attribute = 'Actual' } = asked
  const key = component === undefined || variable === undefined ? asked.key : keyOf({ component, variable })
  if (key !== undefined && attribute === 'Actual') return { asked, key, value }
  throw notSupported(`OCPP 1.6 has no ${component?.name}.${variable?.name} (${attribute})`)
}

function named2(asked: Setting, value = ''): Named2 {
  checkNames(asked)
  const { key = '', component, variable, attribute = 'Actual' } = asked
  const found = component === undefined || variable === undefined ? variableOf(key) : { component, variable }
  if (found === undefined) throw notSupported(`OCPP 2.x has no key ${key}: name component and variable`)
  return { asked, ...found, attribute, value }
}

/** The status of an item, by the status in OCPP 1.6 or 2.x. */
const STATUSES: Readonly<Record<string, ItemStatus>> = {
  Accepted: 'accepted',
  RebootRequired: 'reboot-required',
  UnknownComponent: 'not-found',
  UnknownVariable: 'not-found',
  NotSupportedAttributeType: 'not-supported'
}
const TOLD = new Set(['Accepted', 'RebootRequired', 'Rejected'])

function itemOutcome(status: string): ItemOutcome {
  return { status: STATUSES[status] ?? 'rejected', ...(!TOLD.has(status) && { reason: status }) }
}

/** The setting as it was requested, and its name in the version. */
function shown16({ asked, key }: Named16, outcome: ItemOutcome) {
  return { ...asked, key, ...outcome }
}

function shown2({ asked, component, variable }: Named2, outcome: ItemOutcome) {
  return { ...asked, component, variable, ...outcome }
}

// --- reading -----------------------------------------------------------------------------------------------------

const GetBody = Type.Object(
  {
    items: Type.Optional(
      Type.Array(Setting, {
        minItems: 1,
        maxItems: 10_000,
        description: 'Default in OCPP 1.6: all settings. In OCPP 2.x use a report for that'
      })
    )
  },
  {
    additionalProperties: false,
    examples: [
      {
        items: [
          { key: 'HeartbeatInterval' },
          { component: { name: 'TxCtrlr' }, variable: { name: 'EVConnectionTimeOut' } }
        ]
      }
    ]
  }
)
type GetBody = Static<typeof GetBody>

interface ReadFacts {
  /** Maximum number of settings in one GetConfiguration or GetVariables. */
  maxItems: number | undefined
  maxBytes: number | undefined
  /** Values by attribute. */
  isReadonly: ReadonlyMap<string, boolean>
}

function limitsOf({ db, chargePoint }: Lookup, instance: 'GetVariables' | 'SetVariables') {
  const find = (variable: string) =>
    variableValue(db, chargePoint.id, { component: 'DeviceDataCtrlr', variable, instance })
  return Promise.all([find('ItemsPerMessage'), find('BytesPerMessage')])
}

async function readFacts(lookup: Lookup, { items = [] }: GetBody): Promise<ReadFacts> {
  const { db, chargePoint, protocol } = lookup
  if (!versionInfo(protocol).hasDeviceModel) {
    const maxItems = readLimit(await configurationValue(db, chargePoint.id, MAX_KEYS))
    return { maxItems, maxBytes: undefined, isReadonly: new Map() }
  }
  const [maxItems, maxBytes] = await limitsOf(lookup, 'GetVariables')
  const components = items.map((item) => item.component?.name ?? variableOf(item.key ?? '')?.component.name ?? '')
  const isReadonly = await readonlyVariables(db, chargePoint.id, components)
  return { maxItems: readLimit(maxItems), maxBytes: readLimit(maxBytes), isReadonly }
}

/** The key with the maximum number of keys in one GetConfiguration. [1.6 §9.1.8] */
const MAX_KEYS = 'GetConfigurationMaxKeys'
/** Used if the charge point does not report its maximum: small enough for any charge point. */
const FEW = 10

interface Read extends ItemOutcome, Setting {
  value?: string
  readonly?: boolean
}

function* get16({ items }: GetBody, { maxItems }: ReadFacts): Exchange {
  if (items === undefined) {
    const { configurationKey = [] } = yield* ask16('GetConfiguration', {})
    return { status: 'accepted', items: configurationKey.map(shownKey) }
  }
  const names = items.map((item) => named16(item))
  const most = maxItems ?? (names.length > 1 ? yield* askMaxKeys() : 1)
  const results = yield* sendParts(split(names, { items: most }), read16, shown16)
  return { status: summary(results), items: results }
}

/** Secrets are never shown. [A01.FR.09] */
function shownValue(name: string, value: string | undefined): { value?: string } {
  return value === undefined || isSecret(name) ? {} : { value }
}

function shownKey({ key, readonly, value }: { key: string; readonly: boolean; value?: string }) {
  return { key, status: 'accepted', readonly, ...shownValue(key, value) }
}

function* askMaxKeys(): Generator<Step, number, unknown> {
  const { configurationKey = [] } = yield* ask16('GetConfiguration', { key: [MAX_KEYS] })
  return readLimit(configurationKey[0]?.value) ?? FEW
}

function* read16(part: readonly Named16[]): Generator<Step, Read[], unknown> {
  const { configurationKey = [] } = yield* ask16('GetConfiguration', { key: part.map(({ key }) => key) })
  return part.map((one): Read => {
    const found = configurationKey.find(({ key }) => key.toLowerCase() === one.key.toLowerCase())
    if (found === undefined) return shown16(one, { status: 'not-found' })
    const { readonly, value } = found
    return { ...shown16(one, { status: 'accepted' }), readonly, ...shownValue(one.key, value) }
  })
}

function* get2({ items }: GetBody, { maxItems, maxBytes, isReadonly }: ReadFacts): Exchange {
  if (items === undefined) {
    throw notSupported('OCPP 2.x shows all settings in a report only: POST …/reports {"type":"full-inventory"}')
  }
  const names = items.map((item) => named2(item))
  const most = maxItems ?? (names.length > 1 ? yield* askItemsPerMessage('GetVariables') : 1)
  const results = yield* sendParts(split(names, { items: most, bytes: maxBytes }, wanted), read2, shown2)
  return { status: summary(results), items: results.map((item) => withMutability(item, isReadonly)) }
}

function* askItemsPerMessage(instance: 'GetVariables' | 'SetVariables'): Generator<Step, number, unknown> {
  const limit = { component: { name: 'DeviceDataCtrlr' }, variable: { name: 'ItemsPerMessage', instance } }
  const { getVariableResult } = yield* ask2('GetVariables', { getVariableData: [limit] })
  return readLimit(getVariableResult[0]?.attributeValue) ?? FEW
}

function wanted({ component, variable, attribute }: Named2) {
  return { component, variable, ...(attribute !== 'Actual' && { attributeType: attribute }) }
}

function* read2(part: readonly Named2[]): Generator<Step, Read[], unknown> {
  const { getVariableResult } = yield* ask2('GetVariables', { getVariableData: part.map(wanted) })
  return part.map((one, index): Read => {
    const found = resultOf(one, index, getVariableResult)
    if (found === undefined) return shown2(one, { status: 'failed', reason: 'not in the answer' })
    const { attributeStatus, attributeValue } = found
    return { ...shown2(one, itemOutcome(attributeStatus)), ...shownValue(one.variable.name, attributeValue) }
  })
}

interface Result {
  component: Component
  variable: Variable
  attributeType?: string
}

/** Results may come in another order than the request. [2.x B05, B06] */
function resultOf<R extends Result>(named: Named2, index: number, results: readonly R[]): R | undefined {
  const isOf = (result: R | undefined) =>
    result !== undefined && sameVariable({ ...result, attribute: result.attributeType }, named)
  return isOf(results[index]) ? results[index] : results.find(isOf)
}

function withMutability(item: Read, isReadonly: ReadFacts['isReadonly']): Read {
  const { component, variable, attribute } = item
  if (component === undefined || variable === undefined) return item
  const readonly = isReadonly.get(attributeKey({ component, variable, attribute }))
  return readonly === undefined ? item : { ...item, readonly }
}

export const getConfiguration = operation({
  summary: 'Read settings',
  description:
    'Reads as many settings with each call as the charge point accepts, and joins the answers. `partial` when some could not be read: each item has its own status.',
  body: GetBody,
  details: {
    items: Type.Array(
      Type.Object({
        ...ITEM_ANSWER,
        value: Type.Optional(Type.String({ description: 'Absent when the value cannot be read' })),
        readonly: Type.Optional(Type.Boolean({ description: 'OCPP 2.x: present when a report has shown it' }))
      })
    )
  },
  facts: readFacts,
  rows: { v16: get16, v2: get2 }
})

// --- setting -----------------------------------------------------------------------------------------------------

const SetBody = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        { ...SETTING, value: Type.String({ maxLength: 2500, description: 'At most 500 characters in OCPP 1.6' }) },
        { additionalProperties: false }
      ),
      { minItems: 1, maxItems: 10_000 }
    )
  },
  { additionalProperties: false, examples: [{ items: [{ key: 'HeartbeatInterval', value: '600' }] }] }
)
type SetBody = Static<typeof SetBody>

interface SetFacts {
  maxItems: number | undefined
  maxBytes: number | undefined
}

async function setFacts(lookup: Lookup): Promise<SetFacts> {
  if (!versionInfo(lookup.protocol).hasDeviceModel) return { maxItems: 1, maxBytes: undefined }
  const [maxItems, maxBytes] = await limitsOf(lookup, 'SetVariables')
  return { maxItems: readLimit(maxItems), maxBytes: readLimit(maxBytes) }
}

/** The log must not contain the value, because some are secrets. */
function naming({ value: _value, ...setting }: SetBody['items'][number]): Setting {
  return setting
}

function* set16({ items }: SetBody): Exchange {
  const names = items.map((item) => named16(naming(item), item.value))
  const results = yield* sendParts(split(names, { items: 1 }), write16, shown16)
  return { status: summary(results), items: results }
}

function* write16(part: readonly Named16[]) {
  const results: ReturnType<typeof shown16>[] = []
  for (const one of part) {
    const { status } = yield* ask16('ChangeConfiguration', { key: one.key, value: one.value })
    // The charge point does not have this key. [1.6 §7.22]
    results.push(shown16(one, status === 'NotSupported' ? { status: 'not-found' } : itemOutcome(status)))
  }
  return results
}

function* set2({ items }: SetBody, { maxItems, maxBytes }: SetFacts): Exchange {
  const names = items.map((item) => named2(naming(item), item.value))
  const most = maxItems ?? (names.length > 1 ? yield* askItemsPerMessage('SetVariables') : 1)
  const results = yield* sendParts(split(names, { items: most, bytes: maxBytes }, change), write2, shown2)
  return { status: summary(results), items: results }
}

function change(one: Named2) {
  return { ...wanted(one), attributeValue: one.value }
}

function* write2(part: readonly Named2[]) {
  const { setVariableResult } = yield* ask2('SetVariables', { setVariableData: part.map(change) })
  return part.map((one, index) => {
    const found = resultOf(one, index, setVariableResult)
    return shown2(one, found === undefined ? MISSING : itemOutcome(found.attributeStatus))
  })
}

const MISSING: ItemOutcome = { status: 'failed', reason: 'not in the answer' }

export const setConfiguration = operation({
  summary: 'Change settings',
  description:
    'Sends as many settings with each call as the charge point accepts. Each item has its own status. `partial` when only some were set; `reboot-required` when all were set and some take effect after the next reboot.',
  body: SetBody,
  details: { items: Type.Array(Type.Object(ITEM_ANSWER)) },
  isExclusive: true,
  // Several settings may need several calls, of which each depends on the answer to the one before.
  isQueueable: ({ items }) => items.length === 1,
  facts: setFacts,
  rows: { v16: set16, v2: set2 }
})
