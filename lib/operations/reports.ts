import { type Static, Type } from '@sinclair/typebox'
import type { Protocol, RequestOf } from 'fastify-ocpp'
import { keyOf, variableOf } from '../charge-points/configuration-names.js'
import { oneOf } from '../http/records.js'
import { findIdToken, type IdTokenRow } from '../id-tokens/rows.js'
import type { ReportAction, ReportType } from '../reports/rows.js'
import { REPORT_TYPES } from '../reports/rows.js'
import { ID_TOKEN, idToken2, outcomeOf } from './common.js'
import { COMPONENT, VARIABLE } from './configuration.js'
import { ask2, ask16, type Exchange, invalidRequest, notSupported } from './exchange.js'
import { LOG_MEMBERS, uploadLog } from './files.js'
import type { Lookup, OperationRow } from './operation.js'

const name = (description: string) => Type.String({ minLength: 1, maxLength: 50, description })

const CERTIFICATE = Type.Object(
  {
    hashAlgorithm: oneOf(['SHA256', 'SHA384', 'SHA512'], 'Of the hashes'),
    issuerNameHash: Type.String({ maxLength: 128 }),
    issuerKeyHash: Type.String({ maxLength: 128 }),
    serialNumber: Type.String({ maxLength: 40 })
  },
  { additionalProperties: false }
)

/** The request for a report. Members of other types of reports are rejected. */
export const ReportBody = Type.Object(
  {
    type: oneOf(
      REPORT_TYPES,
      'full-inventory, configuration-inventory, custom: the device model, in OCPP 1.6 the configuration keys; log: requests the upload of a log and waits for its end; the others: OCPP 2.x only'
    ),
    variables: Type.Optional(
      Type.Array(
        Type.Object(
          {
            key: Type.Optional(name('Key of OCPP 1.6, in place of component and variable')),
            component: Type.Optional(COMPONENT),
            variable: Type.Optional(VARIABLE)
          },
          { additionalProperties: false }
        ),
        { minItems: 1, maxItems: 1_000, description: 'custom, monitoring: only these variables' }
      )
    ),
    componentCriteria: Type.Optional(
      Type.Array(oneOf(['Active', 'Available', 'Enabled', 'Problem'], 'Of the component'), {
        minItems: 1,
        maxItems: 4,
        description: 'custom: only components that match; OCPP 2.x only'
      })
    ),
    monitoringCriteria: Type.Optional(
      Type.Array(oneOf(['ThresholdMonitoring', 'DeltaMonitoring', 'PeriodicMonitoring'], 'Of the monitor'), {
        minItems: 1,
        maxItems: 3,
        description: 'monitoring: only monitors that match'
      })
    ),
    idToken: Type.Optional({ ...ID_TOKEN, description: 'customer-information: the customer by id token' }),
    customerIdentifier: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'customer-information: the customer by another identifier'
      })
    ),
    customerCertificate: Type.Optional({
      ...CERTIFICATE,
      description: 'customer-information: the customer by certificate'
    }),
    clear: Type.Optional(
      Type.Boolean({ description: 'customer-information: whether the charge point also erases it. Default: false' })
    ),
    ...LOG_MEMBERS,
    location: Type.Optional({ ...LOG_MEMBERS.location, description: `log: ${LOG_MEMBERS.location.description}` })
  },
  {
    additionalProperties: false,
    examples: [
      { type: 'full-inventory' },
      { type: 'custom', variables: [{ component: { name: 'TxCtrlr' }, variable: { name: 'EVConnectionTimeOut' } }] },
      { type: 'log', log: 'diagnostics', location: 'https://files.example.com/logs/' },
      { type: 'customer-information', idToken: { idToken: '04E91C5A2B3C' } }
    ]
  }
)
export type ReportBody = Static<typeof ReportBody>

const LOG_NAMES = Object.keys(LOG_MEMBERS)

/** The members that each type has besides `type`. */
const MEMBERS: Readonly<Record<ReportType, readonly string[]>> = {
  'full-inventory': [],
  'configuration-inventory': [],
  'summary-inventory': [],
  custom: ['variables', 'componentCriteria'],
  monitoring: ['variables', 'monitoringCriteria'],
  'customer-information': ['idToken', 'customerIdentifier', 'customerCertificate', 'clear'],
  log: LOG_NAMES
}

/** @throws `INVALID_OPERATION` */
export function checkMembers({ type, ...rest }: ReportBody): void {
  const wrong = Object.keys(rest).filter((member) => !MEMBERS[type].includes(member))
  if (wrong.length > 0) throw invalidRequest(`${wrong.join(', ')} is not allowed with the type ${type}`)
  const { idToken, customerIdentifier, customerCertificate, location } = rest
  const customers = [idToken, customerIdentifier, customerCertificate].filter((one) => one !== undefined)
  // [2.x N09.FR.09]
  if (type === 'customer-information' && customers.length !== 1) {
    throw invalidRequest('give exactly one of idToken, customerIdentifier and customerCertificate')
  }
  if (type === 'log' && location === undefined) throw invalidRequest('the type log needs location')
}

/** The messages that contain the parts of each type. */
export const REPORT_ACTIONS: Readonly<Record<ReportType, ReportAction>> = {
  'full-inventory': 'NotifyReport',
  'configuration-inventory': 'NotifyReport',
  'summary-inventory': 'NotifyReport',
  custom: 'NotifyReport',
  monitoring: 'NotifyMonitoringReport',
  'customer-information': 'NotifyCustomerInformation',
  log: 'LogStatusNotification'
}

export interface ReportFacts {
  requestId: number
  known: IdTokenRow | undefined
  /** Only for uploads. */
  log: unknown
}

export async function reportFacts(lookup: Lookup, requestId: number, request: ReportBody): Promise<ReportFacts> {
  const { type: _type, idToken, ...rest } = request
  const log = request.type === 'log' ? await uploadLog.facts({ ...lookup, nextId: () => requestId }, rest) : undefined
  return { requestId, known: idToken && (await findIdToken(lookup.db, idToken.idToken)), log }
}

/** `Empty`: there is nothing to report. Items: the answer contains the whole report. */
function* accepted(exchange: Exchange): Exchange {
  const outcome = yield* exchange
  return outcome.reason === 'EmptyResultSet' ? { status: 'accepted', items: [] } : outcome
}

// --- 1.6 ---------------------------------------------------------------------------------------------------------

/** Without keys: all settings. [1.6 §5.8] */
function* configuration(keys: readonly string[]): Exchange {
  const answer = yield* ask16('GetConfiguration', keys.length === 0 ? {} : { key: [...keys] })
  return { status: 'accepted', items: answer.configurationKey ?? [] }
}

function* report16({ type, variables = [], componentCriteria, ...rest }: ReportBody, facts: ReportFacts): Exchange {
  switch (type) {
    case 'full-inventory':
      return yield* configuration([])
    case 'configuration-inventory': {
      const { items, ...outcome } = yield* configuration([])
      return { ...outcome, items: (items as { readonly: boolean }[]).filter((item) => !item.readonly) }
    }
    case 'custom':
      if (componentCriteria !== undefined) throw notSupported('OCPP 1.6 has no components: leave out componentCriteria')
      return yield* configuration(variables.map(keyFor))
    case 'log':
      return yield* uploadLog.rows['ocpp1.6'](rest, facts.log)
    default:
      throw notSupported(`OCPP 1.6 has no report of type ${type}`)
  }
}

type Wanted = NonNullable<ReportBody['variables']>[number]

function keyFor({ key, component, variable }: Wanted): string {
  const found = component === undefined || variable === undefined ? key : keyOf({ component, variable })
  if (found === undefined) throw notSupported(`OCPP 1.6 has no ${component?.name}.${variable?.name ?? '*'}`)
  return found
}

// --- 2.x ---------------------------------------------------------------------------------------------------------

const BASES = {
  'full-inventory': 'FullInventory',
  'configuration-inventory': 'ConfigurationInventory',
  'summary-inventory': 'SummaryInventory'
} as const

function* report2(request: ReportBody, facts: ReportFacts): Exchange {
  const { requestId, log } = facts
  switch (request.type) {
    case 'custom': {
      const { componentCriteria } = request
      const criteria = componentCriteria === undefined ? {} : { componentCriteria: [...componentCriteria] }
      return outcomeOf(yield* ask2('GetReport', { requestId, ...wanted(request), ...criteria }))
    }
    case 'monitoring': {
      const { monitoringCriteria } = request
      const criteria = monitoringCriteria === undefined ? {} : { monitoringCriteria: [...monitoringCriteria] }
      return outcomeOf(yield* ask2('GetMonitoringReport', { requestId, ...wanted(request), ...criteria }))
    }
    case 'customer-information':
      return outcomeOf(yield* ask2('CustomerInformation', customerOf(request, facts)))
    case 'log': {
      const { type: _type, ...rest } = request
      return yield* uploadLog.rows['ocpp2.1'](rest, log)
    }
    default:
      return outcomeOf(yield* ask2('GetBaseReport', { requestId, reportBase: BASES[request.type] }))
  }
}

function wanted({ variables }: ReportBody) {
  return variables === undefined ? {} : { componentVariable: variables.map(componentVariable) }
}

function componentVariable({ key, component, variable }: Wanted) {
  const found = component === undefined ? variableOf(key ?? '') : { component, variable }
  if (found === undefined) throw notSupported(`OCPP 2.x has no key ${key ?? ''}: name component and variable`)
  return { component: found.component, ...(found.variable !== undefined && { variable: found.variable }) }
}

function customerOf(
  request: ReportBody,
  { requestId, known }: ReportFacts
): RequestOf<'ocpp2.1', 'CustomerInformation'> {
  const { idToken, customerIdentifier, customerCertificate, clear = false } = request
  return {
    requestId,
    report: true,
    clear,
    ...(idToken !== undefined && { idToken: idToken2(idToken, known) }),
    ...(customerIdentifier !== undefined && { customerIdentifier }),
    ...(customerCertificate !== undefined && { customerCertificate })
  }
}

/** The call that requests each report, in each version. */
export const REPORT_ROWS: Readonly<Record<Protocol, OperationRow<ReportBody, ReportFacts>>> = {
  'ocpp1.6': report16,
  'ocpp2.0.1': (request, facts) => accepted(report2(request, facts)),
  'ocpp2.1': (request, facts) => accepted(report2(request, facts))
}
