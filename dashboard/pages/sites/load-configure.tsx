import type { ChargePoint, LoadManagement, Page } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import { loadManagementSchema } from '../../generated/schemas.js'
import { load as strings } from '../../strings/en/load.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { Loaded } from '../../ui/loaded.js'
import { useQuery } from '../../ui/use-query.js'
import { pathOf } from './edit.js'
import type { Site } from './site-record.js'

/** The most charge points whose EVSEs a first configuration lists. */
const CHARGE_POINTS = 100

interface ConfigureProps {
  site: Site
  isNew: boolean
  onClose: () => void
  onSaved: () => void
}

/** Enters or changes the circuits and EVSEs of a site. The mode has buttons of its own, which name the consequence. */
export function ConfigureLoad(props: ConfigureProps) {
  return (
    <Dialog title={`${strings.title}: ${props.site.name}`} onClose={props.onClose} isWide>
      {props.isNew ? <First {...props} /> : <Change {...props} />}
    </Dialog>
  )
}

/** A first configuration names one circuit and the EVSEs of the site; what they carry is for people to say. */
function First(props: ConfigureProps) {
  const found = useQuery<Page<ChargePoint>>('/charge-points', {
    site: props.site.id,
    include: 'connectors',
    limit: CHARGE_POINTS
  })
  return <Loaded query={found}>{({ items }) => <Form {...props} value={firstOf(items)} />}</Loaded>
}

function Change(props: ConfigureProps) {
  const present = useQuery<LoadManagement>(`${pathOf(props.site.id)}/load-management`)
  return (
    <Loaded query={present}>
      {({ createdAt: _created, updatedAt: _updated, mode: _mode, ...value }) => <Form {...props} value={value} />}
    </Loaded>
  )
}

function firstOf(chargePoints: readonly ChargePoint[]) {
  return {
    circuits: [{ id: 'main', limit: {} }],
    evses: chargePoints.flatMap(({ identity, connectors = [] }) => {
      const ids = new Set(connectors.flatMap(({ evseId = 0 }) => (evseId > 0 ? [evseId] : [])))
      return [...ids].map((evseId) => ({ identity, evseId, circuit: 'main' }))
    })
  }
}

function Form({ site, isNew, value, onClose, onSaved }: ConfigureProps & { value: object }) {
  const { api } = useApp()
  const path = `${pathOf(site.id)}/load-management`
  return (
    <SchemaForm
      schema={WITHOUT_MODE}
      value={value}
      submit={common.save}
      onCancel={onClose}
      onSubmit={async (entered) => {
        const mode = isNew ? 'observe' : (await api.get<LoadManagement>(path)).mode
        await api.send('PUT', path, { ...(entered as object), mode })
        onClose()
        onSaved()
      }}
    />
  )
}

const { mode: _mode, ...properties } = loadManagementSchema.properties as Readonly<Record<string, object>>
const WITHOUT_MODE = {
  ...loadManagementSchema,
  properties,
  required: (loadManagementSchema.required as readonly string[]).filter((name) => name !== 'mode')
}
