import type * as v21 from '../../v21/index.js'
import type { Charger } from '../charger.js'
import { type Answers, call } from './calls.js'

type Setting = Exclude<keyof v21.SetDERControlRequest, 'customData' | 'isDefault' | 'controlId' | 'controlType'>
type Reports = Pick<v21.ReportDERControlRequest, Setting>

/** The member of SetDERControl that carries a control; all other controls are in `curve`. [2.1 R04] */
const MEMBERS: Partial<Record<v21.DERControlEnumType, Setting>> = {
  EnterService: 'enterService',
  FixedPFAbsorb: 'fixedPFAbsorb',
  FixedPFInject: 'fixedPFInject',
  FixedVar: 'fixedVar',
  FreqDroop: 'freqDroop',
  Gradients: 'gradient',
  LimitMaxDischarge: 'limitMaxDischarge'
}

const PRIORITY_TYPES = new Set<v21.DERControlEnumType>(['EnterService', 'Gradients'])

function memberOf(controlType: v21.DERControlEnumType): Setting {
  return MEMBERS[controlType] ?? 'curve'
}

export const derControl: Answers<'SetDERControl' | 'GetDERControl' | 'ClearDERControl'> = {
  SetDERControl: (charger, request) => {
    const { controlId, controlType, isDefault } = request
    if (request[memberOf(controlType)] === undefined) {
      return { status: 'Rejected', statusInfo: { reasonCode: 'MissingParam' } }
    }
    const { derControls } = charger.memory
    const superseded = [...derControls.values()]
      .filter(
        (other) => other.controlType === controlType && other.isDefault === isDefault && other.controlId !== controlId
      )
      .map((other) => other.controlId)
    for (const id of superseded) derControls.delete(id)
    derControls.set(controlId, request)
    return { status: 'Accepted', ...(superseded.length > 0 && { supersededIds: superseded.slice(0, 24) }) }
  },
  GetDERControl: (charger, request) => {
    const found = controls(charger, request)
    if (found.length === 0) return { status: 'NotFound' }
    charger.afterwards(() => report(charger, request.requestId, found))
    return { status: 'Accepted' }
  },
  ClearDERControl: (charger, request) => {
    const found = controls(charger, request)
    for (const { controlId } of found) charger.memory.derControls.delete(controlId)
    return { status: found.length === 0 ? 'NotFound' : 'Accepted' }
  }
}

function controls(
  charger: Charger,
  { isDefault, controlType, controlId }: Pick<v21.GetDERControlRequest, 'isDefault' | 'controlType' | 'controlId'>
): v21.SetDERControlRequest[] {
  return [...charger.memory.derControls.values()].filter(
    (control) =>
      (controlId === undefined || control.controlId === controlId) &&
      (controlId !== undefined || isDefault === undefined || control.isDefault === isDefault) &&
      (controlType === undefined || control.controlType === controlType)
  )
}

/** Sends one report for each control. */
async function report(charger: Charger, requestId: number, found: readonly v21.SetDERControlRequest[]): Promise<void> {
  for (const [index, control] of found.entries()) {
    await call(charger, 'ReportDERControl', { requestId, tbc: index < found.length - 1, ...reported(control) })
  }
}

function reported(control: v21.SetDERControlRequest): Reports {
  const { controlId: id, controlType, isDefault } = control
  const member = memberOf(controlType)
  const state = PRIORITY_TYPES.has(controlType) ? {} : { isDefault, isSuperseded: false }
  const kind = member === 'curve' ? { curveType: controlType } : {}
  return { [member]: [{ id, ...state, ...kind, [member]: control[member] }] } as Reports
}
