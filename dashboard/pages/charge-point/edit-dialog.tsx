import type { ChargePoint, Page, SiteRecord } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import { withRemoved } from '../../form/removed.js'
import { chargePointSchema } from '../../generated/schemas.js'
import { strings } from '../../strings/en/charge-point.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { useQuery } from '../../ui/use-query.js'
import { pathOf } from './use-charge-point.js'

interface EditDialogProps {
  chargePoint: ChargePoint
  onChange: () => void
  onClose: () => void
}

/** Members that `null` removes. */
const NULLABLE = ['name', 'site', 'notes']

/** Edits the decisions of operators about a charge point, never the data that it reported. */
export function EditDialog({ chargePoint, onChange, onClose }: EditDialogProps) {
  const { api, session } = useApp()
  const sites = useQuery<Page<SiteRecord>>(session.may('sites:read') ? '/sites' : undefined, { limit: 1_000 })
  const { identity, name, site, notes, enabled } = chargePoint
  const before = {
    ...(name !== undefined && { name }),
    ...(site !== undefined && { site }),
    ...(notes !== undefined && { notes }),
    enabled
  }
  return (
    <Dialog title={strings.edit} onClose={onClose}>
      <SchemaForm
        schema={chargePointSchema}
        value={before}
        submit={common.save}
        onCancel={onClose}
        suggestions={{ site: (sites.data.value?.items ?? []).map((each) => ({ value: each.id, label: each.name })) }}
        onSubmit={async (value) => {
          await api.send('PUT', pathOf(identity), withRemoved(before, value, NULLABLE))
          onChange()
          onClose()
        }}
      />
    </Dialog>
  )
}
