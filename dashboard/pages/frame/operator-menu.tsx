import { useState } from 'preact/hooks'
import type { Theme } from '../../store/preferences.js'
import { strings } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'

const THEMES: readonly Theme[] = ['auto', 'light', 'dark']

/** The operator's name, the preferences of this browser, and signing out. */
export function OperatorMenu() {
  const { session } = useApp()
  const [isOpen, setOpen] = useState(false)
  const name = session.operator.value?.name ?? ''
  return (
    <>
      <button
        type="button"
        class="operator quiet"
        aria-label={strings.operatorMenu(name)}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <svg viewBox="0 0 16 16" class="icon" aria-hidden="true">
          <path d="M8 8a2.500 2.500 0 1 0-.1 0zM3 13.500c.500-3 2-4 5-4s4.500 1 5 4" />
        </svg>
        <bdi>{name}</bdi>
      </button>
      {isOpen && (
        <Dialog title={name} onClose={() => setOpen(false)}>
          <Settings />
        </Dialog>
      )}
    </>
  )
}

function Settings() {
  const { preferences, session } = useApp()
  const { theme, isCompact, hasShortcuts, zone } = preferences
  return (
    <div class="dialog-body settings">
      <fieldset>
        <legend>{strings.theme.label}</legend>
        {THEMES.map((each) => (
          <label key={each} class="check">
            <input
              type="radio"
              name="theme"
              checked={theme.value === each}
              onChange={() => {
                theme.value = each
              }}
            />
            {strings.theme[each]}
          </label>
        ))}
      </fieldset>
      <Check
        label={strings.rows.label}
        isOn={isCompact.value}
        onChange={(isOn) => {
          isCompact.value = isOn
        }}
      />
      <Check
        label={strings.shortcuts.label}
        isOn={hasShortcuts.value}
        onChange={(isOn) => {
          hasShortcuts.value = isOn
        }}
      />
      <Check
        label={strings.zone.label}
        isOn={zone.value === 'UTC'}
        onChange={(isOn) => {
          zone.value = isOn ? 'UTC' : 'browser'
        }}
      />
      <button
        type="button"
        onClick={() => {
          session.signOut().catch((error: unknown) => reportError(error))
        }}
      >
        {strings.signOut}
      </button>
    </div>
  )
}

function Check({ label, isOn, onChange }: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={isOn} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      {label}
    </label>
  )
}
