import { useState } from 'preact/hooks'
import { Problem } from '../../api/problem.js'
import { SchemaForm } from '../../form/form.js'
import { siteSchema } from '../../generated/schemas.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/sites.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import type { Site } from './site-record.js'

/** Creates a site, and opens its page. */
export function AddSite({ onClose }: { onClose: () => void }) {
  const { api, router } = useApp()
  const [id, setId] = useState('')

  async function create(value: unknown): Promise<void> {
    // PUT replaces a site, and an existing one must not be lost by mistake.
    const isTaken = await api.get(pathOf(id)).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Problem && error.status === 404) return false
        throw error
      }
    )
    if (isTaken) throw new Problem(409, { detail: strings.idIsTaken })
    await api.send('PUT', pathOf(id), value)
    router.go(linkTo('site', { id }))
  }

  return (
    <Dialog title={strings.add} onClose={onClose}>
      <label class="field">
        <span>{strings.id}</span>
        <input
          value={id}
          autocomplete="off"
          maxLength={64}
          onInput={({ currentTarget }) => setId(currentTarget.value)}
        />
        <small class="muted">{strings.idHint}</small>
      </label>
      <SchemaForm
        schema={siteSchema}
        submit={strings.create}
        onSubmit={create}
        onCancel={onClose}
        disabledReason={id === '' ? strings.idHint : undefined}
      />
    </Dialog>
  )
}

/** Changes the data of a site. */
export function EditSite({ site, onClose }: { site: Site; onClose: (isChanged: boolean) => void }) {
  const { api } = useApp()
  const { id, createdAt: _createdAt, updatedAt: _updatedAt, counts: _counts, withheld: _withheld, ...body } = site
  return (
    <Dialog title={strings.edit} onClose={() => onClose(false)}>
      <SchemaForm
        schema={siteSchema}
        value={body}
        submit={common.save}
        onSubmit={async (value) => {
          await api.send('PUT', pathOf(id), value)
          onClose(true)
        }}
        onCancel={() => onClose(false)}
      />
    </Dialog>
  )
}

export function pathOf(id: string): string {
  return `/sites/${encodeURIComponent(id)}`
}
