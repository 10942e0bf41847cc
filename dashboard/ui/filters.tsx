import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { queryText } from '../api/client.js'
import { withQuery } from '../router/location.js'
import { strings } from '../strings/en.js'
import { useApp } from './app-context.js'
import { Dialog } from './dialog.js'

/** The filters of a list. A phone shows them in a dialog. */
export function Filters({ label, children }: { label: string; children: ComponentChildren }) {
  const { router } = useApp()
  const [isOpen, setOpen] = useState(false)
  const { path, query } = router.place.value
  const number = [...query.keys()].filter((name) => name !== 'cursor' && name !== 'sort').length
  return (
    <>
      <button type="button" class="phone-only" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {label}
        {number > 0 && ` (${number})`}
      </button>
      {isOpen ? (
        <Dialog title={label} onClose={() => setOpen(false)}>
          <div class="filters in-dialog">{children}</div>
        </Dialog>
      ) : (
        <div class="filters">
          {children}
          {number > 0 && (
            <a href={path + queryText({ sort: query.get('sort') ?? undefined })}>{strings.clearFilters}</a>
          )}
        </div>
      )}
    </>
  )
}

/** A filter that is on or off: a link, so that its list can be opened beside this one. */
export function Chip({ name, value, children }: { name: string; value: string; children: ComponentChildren }) {
  const { router } = useApp()
  const place = router.place.value
  const isOn = place.query.getAll(name).includes(value)
  return (
    <a
      class="chip"
      aria-current={isOn ? 'true' : undefined}
      href={withQuery(place, { [name]: isOn ? undefined : value })}
    >
      {children}
      {isOn && <span aria-hidden="true"> ✕</span>}
    </a>
  )
}

const TYPING_MS = 250

/** A filter with a text, which becomes part of the URL when typing pauses. */
export function TextFilter({ name, label }: { name: string; label: string }) {
  const { router } = useApp()
  const given = router.place.value.query.get(name) ?? ''
  const [text, setText] = useState(given)
  useEffect(() => setText(given), [given])
  useEffect(() => {
    if (text === given) return undefined
    const timer = setTimeout(() => router.setQuery({ [name]: text || undefined }, { replace: true }), TYPING_MS)
    return () => clearTimeout(timer)
  }, [router, name, text, given])
  return (
    <label class="filter-text">
      <span class="hidden-text">{label}</span>
      <input
        type="text"
        placeholder={label}
        value={text}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
    </label>
  )
}

/** A filter with a time in the zone of the browser. */
export function TimeFilter({ name, label }: { name: string; label: string }) {
  const { router } = useApp()
  const given = Date.parse(router.place.value.query.get(name) ?? '')
  const shown = Number.isNaN(given)
    ? ''
    : new Date(given - new Date(given).getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
  return (
    <label class="filter-time">
      <span>{label}</span>
      <input
        type="datetime-local"
        step={1}
        value={shown}
        onChange={({ currentTarget: { value } }) => {
          router.setQuery({ [name]: value === '' ? undefined : new Date(value).toISOString() })
        }}
      />
    </label>
  )
}

interface SelectFilterProps {
  name: string
  label: string
  options: readonly { value: string; label: string }[]
}

export function SelectFilter({ name, label, options }: SelectFilterProps) {
  const { router } = useApp()
  return (
    <label class="filter-select">
      <span class="hidden-text">{label}</span>
      <select
        value={router.place.value.query.get(name) ?? ''}
        onChange={({ currentTarget }) => router.setQuery({ [name]: currentTarget.value || undefined })}
      >
        <option value="">{label}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  )
}
