import { useState } from 'preact/hooks'
import { linkTo } from '../../router/links.js'
import { PAGES, type PageName } from '../../router/pages.js'
import { strings } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { LOADERS } from '../table.js'

type NavPage = Exclude<keyof typeof strings.nav, 'label'>

/** The pages of the navigation with the scope that each needs. */
const ENTRIES: readonly { page: NavPage; scope: string; icon: string }[] = [
  { page: 'overview', scope: 'charge-points:read', icon: 'M3 7 8 2.5 13 7v6.5H9.5V10h-3v3.5H3z' },
  {
    page: 'chargePoints',
    scope: 'charge-points:read',
    icon: 'M3 13.5v-11h6v11M2 13.5h8M9 7h2v4.5a1 1 0 0 0 2 0V6L11 4M6.5 4.5 5 7.5h2l-1 3'
  },
  { page: 'transactions', scope: 'transactions:read', icon: 'M2 4h12M2 8h12M2 12h8' },
  {
    page: 'receipts',
    scope: 'billing:read',
    icon: 'M4 1.5v13l2-1.500 2 1.500 2-1.500 2 1.500v-13zM6.500 5h3M6.500 8h3'
  },
  { page: 'idTokens', scope: 'id-tokens:read', icon: 'M2 3.5h12v9H2zM4.5 9.5h3M10 6.5a1.5 1.5 0 1 0 .1 0' },
  { page: 'calls', scope: 'charge-points:read', icon: 'M2 8h9M8 5l3 3-3 3M13.5 3v10' },
  { page: 'transactionStatistics', scope: 'transactions:read', icon: 'M2 13.5h12M4 13V9M8 13V4M12 13V7' },
  { page: 'availability', scope: 'charge-points:read', icon: 'M8 2a6 6 0 1 0 .1 0M8 4.500V8l2.500 2' },
  {
    page: 'sites',
    scope: 'sites:read',
    icon: 'M8 14S3.5 9.5 3.5 6.2a4.5 4.5 0 0 1 9 0C12.5 9.5 8 14 8 14zM8 4.8a1.4 1.4 0 1 0 .1 0'
  },
  { page: 'tariffs', scope: 'transactions:read', icon: 'M13 5a5 5 0 1 0 0 6M2 7h7M2 9h6' },
  { page: 'certificates', scope: 'charge-points:read', icon: 'M3 2.5h10v8H3zM6 5.5h4M6 7.5h3M8 10.5v3l1.5-1 1.5 1v-3' },
  { page: 'operatorTokens', scope: 'admin', icon: 'M8 8a2.5 2.5 0 1 0-.1 0zM3 13.5c.5-3 2-4 5-4s4.500 1 5 4' },
  { page: 'signIns', scope: 'admin', icon: 'M6 2.5h7v11H6M2 8h7M6.500 5.5 9 8l-2.500 2.5' },
  { page: 'audit', scope: 'admin', icon: 'M4 2.500h8v11H4zM6 5.500h4M6 8h4M6 10.500h2' },
  {
    page: 'webhooks',
    scope: 'admin',
    icon: 'M5 5a2.500 2.500 0 1 1 4 2l-1.500 3M11.500 13a2.500 2.500 0 1 0-2-4M4.500 13A2.500 2.500 0 1 1 6 9.500l3 .2'
  },
  { page: 'about', scope: '', icon: 'M8 2a6 6 0 1 0 .1 0M8 7v4.500M8 4.500v1' }
]

function useEntries() {
  const { session } = useApp()
  return ENTRIES.filter(({ page, scope }) => LOADERS[page] !== undefined && (scope === '' || session.may(scope)))
}

export function Navigation() {
  return (
    <nav class="nav" aria-label={strings.nav.label}>
      <ul>
        {useEntries().map(({ page, icon }) => (
          <Entry key={page} page={page} icon={icon} />
        ))}
      </ul>
    </nav>
  )
}

interface EntryProps {
  page: NavPage
  icon: string
  onClick?: () => void
}

function Entry({ page, icon, onClick }: EntryProps) {
  const { router, title } = useApp()
  const path = PAGES[page as PageName]
  const here = router.place.value.path
  const isHere = here === path || (path !== '/' && here.startsWith(`${path}/`))
  const critical = page === 'overview' ? (title.critical.value ?? 0) : 0
  return (
    <li>
      <a href={linkTo(page, {} as never)} aria-current={isHere ? 'page' : undefined} {...(onClick && { onClick })}>
        <svg viewBox="0 0 16 16" class="icon" aria-hidden="true">
          <path d={icon} />
        </svg>
        <span>{strings.nav[page]}</span>
        {critical > 0 && <span class="badge">{critical}</span>}
      </a>
    </li>
  )
}

const ON_PHONE: readonly NavPage[] = ['overview', 'chargePoints', 'transactions']

/** The navigation of a phone: three pages, and the rest behind More. */
export function BottomBar() {
  const [isOpen, setOpen] = useState(false)
  const entries = useEntries()
  const close = () => setOpen(false)
  return (
    <nav class="bottom" aria-label={strings.nav.label}>
      <ul>
        {entries
          .filter(({ page }) => ON_PHONE.includes(page))
          .map(({ page, icon }) => (
            <Entry key={page} page={page} icon={icon} />
          ))}
        <li>
          <button type="button" onClick={() => setOpen(true)} aria-haspopup="dialog">
            <svg viewBox="0 0 16 16" class="icon" aria-hidden="true">
              <path d="M3 8h.1M8 8h.1M13 8h.1" />
            </svg>
            <span>{strings.more}</span>
          </button>
        </li>
      </ul>
      {isOpen && (
        <Dialog title={strings.nav.label} onClose={close}>
          <ul class="nav-list">
            {entries
              .filter(({ page }) => !ON_PHONE.includes(page))
              .map(({ page, icon }) => (
                <Entry key={page} page={page} icon={icon} onClick={close} />
              ))}
          </ul>
        </Dialog>
      )}
    </nav>
  )
}
