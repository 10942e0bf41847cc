import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import type * as v16 from 'fastify-ocpp/v16'
import fp from 'fastify-plugin'
import { deleteConfiguration, saveConfiguration } from '../../lib/charge-points/configuration.js'
import { defined } from '../../lib/charge-points/defined.js'
import {
  type Attribute,
  type ReportedAttribute,
  reportItem,
  sameVariable,
  saveReport,
  saveValues
} from '../../lib/charge-points/device-model.js'
import { PROTOCOLS_2, type Request2, type Response2, Version2 } from '../../lib/charge-points/versions.js'
import { type Change, together } from '../../lib/events/scope.js'
import { saveReportPart } from '../../lib/reports/rows.js'

type ReportRequest = Request2<'NotifyReport'>

function attributesOf({ reportData = [] }: ReportRequest): ReportedAttribute[] {
  return reportData.flatMap(({ component, variable, variableAttribute, variableCharacteristics }) =>
    variableAttribute.map(({ type, value, mutability, persistent, constant }) => ({
      component,
      variable,
      ...defined({ attribute: type, value, mutability, persistent, constant }),
      ...defined({ characteristics: variableCharacteristics })
    }))
  )
}

/** Stores the values of a GetVariables response. [2.x B06] */
function valuesRead(_request: unknown, response: Response2<'GetVariables'>): Change {
  return saveValues(
    response.getVariableResult
      .filter(({ attributeStatus }) => attributeStatus === 'Accepted')
      .map(({ component, variable, attributeType, attributeValue }) => ({
        component,
        variable,
        ...defined({ attribute: attributeType, value: attributeValue })
      }))
  )
}

type SetRequest = Request2<'SetVariables'>
type SetResponse = Response2<'SetVariables'>
type SetData = SetRequest['setVariableData'][number]
type SetResult = SetResponse['setVariableResult'][number]

/** The result for one variable; results need not come in the order of the request. [2.x B05] */
function resultOf(data: SetData, index: number, results: readonly SetResult[]): SetResult | undefined {
  const isSame = (result: SetResult | undefined) =>
    result !== undefined &&
    sameVariable({ ...result, attribute: result.attributeType }, { ...data, attribute: data.attributeType })
  return isSame(results[index]) ? results[index] : results.find(isSame)
}

/** Stores the accepted values of SetVariables. A value that needs a reboot is read again after it. [2.x B05] */
function valuesSet({ setVariableData }: SetRequest, { setVariableResult }: SetResponse): Change {
  const values: Attribute[] = setVariableData
    .filter((data, index) => resultOf(data, index, setVariableResult)?.attributeStatus === 'Accepted')
    .map(({ component, variable, attributeType, attributeValue }) => ({
      component,
      variable,
      value: attributeValue,
      ...defined({ attribute: attributeType })
    }))
  return saveValues(values)
}

function configurationRead(
  _request: unknown,
  { configurationKey = [], unknownKey = [] }: v16.GetConfigurationResponse
): Change {
  return together(saveConfiguration(configurationKey), deleteConfiguration(unknownKey))
}

function configurationSet(
  { key, value }: v16.ChangeConfigurationRequest,
  { status }: v16.ChangeConfigurationResponse
): Change | undefined {
  return status === 'Accepted' ? saveConfiguration([{ key, value }]) : undefined
}

/** Configuration keys and the device model, as last reported. [1.6 §5.3, §5.8; 2.x B05-B08] */
async function deviceModel({ ocpp, store, calls }: FastifyInstance): Promise<void> {
  async function answerReport(request: ReportRequest, { chargePoint }: HandlerContext) {
    const { requestId, seqNo, tbc = false } = request
    const attributes = attributesOf(request)
    const items = attributes.map(reportItem)
    const part = saveReportPart({ action: 'NotifyReport', requestId, seqNo, isLast: !tbc, items })
    await store.commit(chargePoint.identity, together(saveReport(attributes), part))
    return {}
  }

  new Version2(ocpp).on('NotifyReport', answerReport)

  calls
    .after('ocpp1.6', 'GetConfiguration', configurationRead)
    .after('ocpp1.6', 'ChangeConfiguration', configurationSet)
    .after(PROTOCOLS_2, 'GetVariables', valuesRead)
    .after(PROTOCOLS_2, 'SetVariables', valuesSet)
}

export default fp(deviceModel, {
  fastify: '5.x',
  name: 'csms-device-model',
  dependencies: ['ocpp', 'store', 'calls']
})
