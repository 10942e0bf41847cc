import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { ActionList, ChargePoint, Page } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { PAGES, type PageName } from '../../router/pages.js'
import type { App } from '../../store/app.js'
import { strings } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { visibleText } from '../../ui/format.js'
import { LOADERS } from '../table.js'

interface Hit {
  group: keyof typeof strings.search.groups
  label: string
  note?: string
  url: string
}

const WAIT_MS = 150
const PER_GROUP = 5

/** Finds charge points, cards, transactions, pages, and operations of the charge point that is open. `/` and Ctrl-K go there. */
export function Search() {
  const app = useApp()
  const [text, setText] = useState('')
  const [hits, setHits] = useState<readonly Hit[]>()
  const [active, setActive] = useState(0)
  const field = useRef<HTMLInputElement>(null)
  const id = useId()

  useEffect(() => {
    function press(event: KeyboardEvent): void {
      const isSlash = event.key === '/' && app.preferences.hasShortcuts.value && !isField(event.target)
      const isK = event.key === 'k' && (event.ctrlKey || event.metaKey)
      if (!isSlash && !isK) return
      event.preventDefault()
      field.current?.focus()
      field.current?.select()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [app])

  useEffect(() => {
    setHits(undefined)
    setActive(0)
    if (text.trim() === '') return undefined
    const stop = new AbortController()
    const timer = setTimeout(() => {
      find(app, text.trim(), stop.signal).then(setHits, () => setHits(pagesNamed(text.trim())))
    }, WAIT_MS)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [app, text])

  function open(hit: Hit | undefined): void {
    if (hit === undefined) return
    setText('')
    field.current?.blur()
    app.router.go(hit.url)
  }

  function press(event: KeyboardEvent): void {
    const number = hits?.length ?? 0
    if (event.key === 'Escape') setText('')
    else if (event.key === 'Enter') open(hits?.[active])
    else if (event.key === 'ArrowDown' && number > 0) setActive((active + 1) % number)
    else if (event.key === 'ArrowUp' && number > 0) setActive((active + number - 1) % number)
    else return
    event.preventDefault()
  }

  const isOpen = hits !== undefined && text.trim() !== ''
  return (
    <search class="search">
      <input
        ref={field}
        type="text"
        {...comboboxOf({ list: id, isOpen, active: hits?.length ? active : undefined })}
        aria-label={strings.search.label}
        placeholder={strings.search.placeholder}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={press}
      />
      {isOpen && <Hits hits={hits} text={text} id={id} active={active} onOpen={open} />}
    </search>
  )
}

interface HitsProps {
  hits: readonly Hit[]
  text: string
  id: string
  active: number
  onOpen: (hit: Hit) => void
}

function Hits({ hits, text, id, active, onOpen }: HitsProps) {
  if (hits.length === 0) {
    return (
      <p class="hits muted" role="status">
        {strings.search.none(text.trim())}
      </p>
    )
  }
  return (
    <div class="hits" id={id} role="listbox" aria-label={strings.search.label}>
      {hits.map((hit, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus
        <div
          key={hit.url}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onOpen(hit)}
        >
          <bdi>{hit.label}</bdi>
          <span class="muted">{hit.note ?? strings.search.groups[hit.group]}</span>
        </div>
      ))}
    </div>
  )
}

/** The attributes of a field whose list is one of our own, not a `<datalist>`. [ARIA APG, combobox] */
function comboboxOf({ list, isOpen, active }: { list: string; isOpen: boolean; active: number | undefined }) {
  return {
    role: 'combobox',
    list: undefined,
    'aria-autocomplete': 'list',
    'aria-controls': list,
    'aria-expanded': isOpen,
    'aria-activedescendant': isOpen && active !== undefined ? `${list}-${active}` : undefined
  } as const
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select') !== null
}

async function find(app: App, text: string, signal: AbortSignal): Promise<Hit[]> {
  const groups = await Promise.all([
    chargePointsLike(app, text, signal),
    transactionsLike(app, text, signal),
    idTokensLike(app, text, signal),
    operationsLike(app, text, signal)
  ])
  return [...groups.flat(), ...pagesNamed(text)]
}

async function chargePointsLike({ api, session }: App, q: string, signal: AbortSignal): Promise<Hit[]> {
  if (!session.may('charge-points:read') || LOADERS.chargePoint === undefined) return []
  const { items } = await api.get<Page<ChargePoint>>('/charge-points', { query: { q, limit: PER_GROUP }, signal })
  return items.map(({ identity, name }) => ({
    group: 'chargePoints',
    label: visibleText(name ?? identity),
    ...(name !== undefined && { note: identity }),
    url: linkTo('chargePoint', { identity })
  }))
}

async function transactionsLike({ api, session }: App, text: string, signal: AbortSignal): Promise<Hit[]> {
  if (!session.may('transactions:read') || LOADERS.transaction === undefined || !/^\d{1,15}$/.test(text)) return []
  const found = await api.get<{ id: number }>(`/transactions/${text}`, { signal }).catch(() => undefined)
  if (found === undefined) return []
  return [{ group: 'transactions', label: String(found.id), url: linkTo('transaction', { id: found.id }) }]
}

async function idTokensLike({ api, session }: App, text: string, signal: AbortSignal): Promise<Hit[]> {
  if (!session.may('id-tokens:read') || LOADERS.idToken === undefined) return []
  const { items } = await api.get<Page<{ idToken: string }>>('/id-tokens', {
    query: { q: text, limit: PER_GROUP },
    signal
  })
  return items.map(({ idToken }) => ({
    group: 'idTokens',
    label: visibleText(idToken),
    url: linkTo('idToken', { idToken })
  }))
}

/** The operations of the charge point whose page is open. */
async function operationsLike({ api, router, session }: App, text: string, signal: AbortSignal): Promise<Hit[]> {
  const identity = router.match.value?.params.identity
  if (identity === undefined || !session.may('calls:write')) return []
  const path = `/charge-points/${encodeURIComponent(identity)}/actions`
  const { operations } = await api.get<ActionList>(path, { signal }).catch(() => ({ operations: [] }))
  const wanted = text.toLowerCase()
  return operations
    .filter(({ name, title, supported }) => supported && `${name} ${title}`.toLowerCase().includes(wanted))
    .slice(0, PER_GROUP)
    .map(({ name, title }) => ({
      group: 'operations',
      label: title,
      note: visibleText(identity),
      url: `${linkTo('chargePoint', { identity })}#${name}`
    }))
}

function pagesNamed(text: string): Hit[] {
  const wanted = text.toLowerCase()
  return Object.entries(strings.nav).flatMap(([page, label]) => {
    if (page === 'label' || LOADERS[page as PageName] === undefined) return []
    if (!label.toLowerCase().includes(wanted)) return []
    return [{ group: 'pages' as const, label, url: PAGES[page as PageName] }]
  })
}
