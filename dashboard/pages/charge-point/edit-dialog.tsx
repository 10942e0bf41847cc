import { useState } from 'preact/hooks'
import { Problem } from '../../api/problem.js'
import type { ChargePoint, Page, SiteRecord } from '../../api/records.js'
import { strings } from '../../strings/en/charge-point.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { ProblemNote } from '../../ui/problem.js'
import { useQuery } from '../../ui/use-query.js'
import { pathOf } from './use-charge-point.js'

interface EditDialogProps {
  chargePoint: ChargePoint
  onChange: () => void
  onClose: () => void
}

/** Edits the decisions of operators about a charge point, never the data that it reported. */
export function EditDialog({ chargePoint, onChange, onClose }: EditDialogProps) {
  const { api, session } = useApp()
  const [problem, setProblem] = useState<Problem>()
  const sites = useQuery<Page<SiteRecord>>(session.may('sites:read') ? '/sites' : undefined, { limit: 1_000 })
  const { identity, name, site, notes, enabled } = chargePoint

  async function submit(form: HTMLFormElement): Promise<void> {
    const data = new FormData(form)
    const text = (key: string) => String(data.get(key) ?? '').trim() || null
    const body = {
      name: text('name'),
      ...(sites.data.value !== undefined && { site: text('site') }),
      notes: text('notes'),
      enabled: data.has('enabled')
    }
    try {
      await api.send('PUT', pathOf(identity), body)
      onChange()
      onClose()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      setProblem(error)
    }
  }

  return (
    <Dialog title={strings.edit} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit(event.currentTarget).catch((error: unknown) => reportError(error))
        }}
      >
        {problem !== undefined && <ProblemNote problem={problem} />}
        <label class="field">
          <span>{strings.fields.name}</span>
          <input name="name" defaultValue={name ?? ''} maxLength={100} />
        </label>
        {sites.data.value !== undefined && (
          <label class="field">
            <span>{strings.fields.site}</span>
            <select name="site" defaultValue={site ?? ''}>
              <option value="">{strings.noSite}</option>
              {sites.data.value.items.map((each) => (
                <option key={each.id} value={each.id} selected={each.id === site}>
                  {each.name}
                </option>
              ))}
            </select>
          </label>
        )}
        <label class="field">
          <span>{strings.fields.notes}</span>
          <textarea name="notes" rows={4} defaultValue={notes ?? ''} maxLength={10_000} />
        </label>
        <label class="check">
          <input type="checkbox" name="enabled" defaultChecked={enabled} />
          {strings.fields.enabled}
        </label>
        <footer class="dialog-foot">
          <button type="button" onClick={onClose}>
            {common.cancel}
          </button>
          <button type="submit" class="primary">
            {common.save}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
