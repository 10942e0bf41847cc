import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { About } from '../../api/records.js'
import { strings } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { useQuery } from '../../ui/use-query.js'
import { CallDrawer } from './call-drawer.js'
import { EndWarning } from './end-warning.js'
import { BottomBar, Navigation } from './navigation.js'
import { OperatorMenu } from './operator-menu.js'
import { ConnectionPill } from './pill.js'
import { Search } from './search.js'
import { Shortcuts } from './shortcuts.js'

/** The frame around every page. */
export function Frame({ children, isUpdated }: { children: ComponentChildren; isUpdated: boolean }) {
  const { calls } = useApp()
  const isNewer = useNewVersion()
  return (
    <div class="frame" data-drawer={calls.isOpen.value}>
      <a class="skip" href="#content">
        {strings.skip}
      </a>
      <header class="top">
        <a class="brand" href="/">
          CSMS
        </a>
        <Search />
        <ConnectionPill />
        <DrawerButton />
        <OperatorMenu />
      </header>
      <Navigation />
      <main id="content">
        {(isUpdated || isNewer) && <Updated />}
        <EndWarning />
        {children}
      </main>
      <CallDrawer />
      <BottomBar />
      <Shortcuts />
      <CriticalCount />
    </div>
  )
}

/** Milliseconds between two looks at the version of the server. */
const VERSION_MS = 300_000
/** A restart of the server loses events, after which the version is read again. */
const RESTARTS = { types: ['problem'] }

/** Whether the server has another version than when the page was opened. */
function useNewVersion(): boolean {
  const { session } = useApp()
  const about = useQuery<About>(
    '/about',
    {},
    {
      every: VERSION_MS,
      ...(session.may('charge-points:read') && { live: RESTARTS }),
      reduce: (data) => data
    }
  )
  const first = useRef<string | undefined>(undefined)
  const version = about.data.value?.version
  first.current ??= version
  return version !== first.current
}

function Updated() {
  return (
    <p class="banner" role="status">
      {strings.updated}{' '}
      <button type="button" onClick={() => location.reload()}>
        {strings.reload}
      </button>
    </p>
  )
}

function DrawerButton() {
  const { calls } = useApp()
  const number = calls.cards.value.length
  if (number === 0) return null
  return (
    <button type="button" aria-expanded={calls.isOpen.value} onClick={() => calls.toggle(!calls.isOpen.value)}>
      {strings.calls.open(number)}
    </button>
  )
}

const CRITICAL_MS = 15_000

/** Keeps the number of critical problems in the title of the tab. */
function CriticalCount() {
  const { title, session } = useApp()
  // Cheaper than the summary, which counts all charge points.
  const problems = useQuery<{ items: unknown[] }>(
    session.may('charge-points:read') ? '/problems' : undefined,
    { severity: 'critical' },
    {
      every: CRITICAL_MS,
      live: { types: ['problem'] },
      interval: 1_000
    }
  )
  const critical = problems.data.value?.items.length
  useEffect(() => {
    title.critical.value = critical
  }, [title, critical])
  return null
}
