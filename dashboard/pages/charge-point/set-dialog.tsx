import { useMemo } from 'preact/hooks'
import type { Setting } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import type { Schema } from '../../form/tree.js'
import { strings } from '../../strings/en/variables.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { Facts } from '../../ui/facts.js'
import { formatNumber } from '../../ui/format.js'
import { Foreign } from '../../ui/text.js'
import { pathOf } from './use-charge-point.js'

/** A setting in the words of its version. */
export function nameOf({ key, component, variable, attribute }: Setting): string {
  if (key !== undefined) return key
  const place = component?.evse === undefined ? '' : `[${component.evse.id}]`
  const parts = [
    `${component?.name ?? ''}${suffix(component?.instance)}${place}`,
    `${variable?.name ?? ''}${suffix(variable?.instance)}`
  ]
  return parts.join('.') + (attribute === undefined ? '' : ` (${attribute})`)
}

function suffix(instance: string | undefined): string {
  return instance === undefined ? '' : `(${instance})`
}

interface SetDialogProps {
  identity: string
  setting: Setting
  onClose: () => void
  onAnswered: () => void
}

/** Sets one setting; its present value stands beside the new one. */
export function SetDialog({ identity, setting, onClose, onAnswered }: SetDialogProps) {
  const { calls } = useApp()
  const { key, component, variable, attribute, value: present } = setting
  const schema = useMemo(() => schemaOf(setting), [setting])

  async function submit(entered: unknown): Promise<void> {
    const { value } = entered as { value: unknown }
    const name = key === undefined ? { component, variable, ...(attribute !== undefined && { attribute }) } : { key }
    onClose()
    await calls.send({
      title: strings.setTitle(nameOf(setting)),
      chargePoint: identity,
      path: pathOf(identity, '/operations/set-configuration'),
      body: { items: [{ ...name, value: String(value) }] }
    })
    onAnswered()
  }

  return (
    <Dialog title={strings.setTitle(nameOf(setting))} onClose={onClose}>
      <Facts
        facts={[
          [strings.present, present === undefined ? strings.unknown : <Foreign text={present} />],
          [strings.columns.type, rulesOf(setting)]
        ]}
      />
      <SchemaForm
        schema={schema}
        value={present === undefined ? {} : { value: present }}
        submit={strings.send}
        onCancel={onClose}
        onSubmit={submit}
      />
    </Dialog>
  )
}

function rulesOf({ type, unit, values, limits }: Setting): string {
  const range = limits === undefined ? undefined : strings.range(formatNumber(limits.min), formatNumber(limits.max))
  return [type, unit, values && strings.one(values.join(', ')), range].filter((part) => part !== undefined).join(', ')
}

/** A list is written as text: its values stand between commas. */
function schemaOf({ type, values }: Setting): Schema {
  const isChoice = values !== undefined && type !== 'MemberList' && type !== 'SequenceList'
  const one = isChoice ? { type: 'string', enum: values } : { type: 'string', maxLength: 255 }
  const boolean = { type: 'string', enum: ['true', 'false'] }
  return {
    type: 'object',
    required: ['value'],
    properties: { value: { ...(type === 'boolean' ? boolean : one), title: strings.next } }
  }
}
