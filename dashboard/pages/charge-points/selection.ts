import { useEffect, useMemo, useState } from 'preact/hooks'
import type { ChargePoint, Page } from '../../api/records.js'
import type { Selection } from '../../ui/table.js'

/** Which charge points a bulk call goes to, as `POST /calls` wants it. */
export type Targets =
  | { identities: readonly string[] }
  | { filter: Readonly<Record<string, string | boolean>> }
  | { all: true }

export interface ChargePointSelection {
  /** Of the rows of the page. */
  rows: Selection
  /** Charge points that are selected. */
  number: number
  targets: Targets
  /** Versions of OCPP of the selected rows that are known here. */
  protocols: readonly string[]
  /** Selects all that match the filter; `undefined`: they are selected, or it cannot be said which they are. */
  selectAll: (() => void) | undefined
  clear: () => void
}

/** Parameters of the list that a bulk call can be filtered by, too. */
const SHARED = ['q', 'connected', 'neverConnected', 'state', 'site', 'protocol', 'vendor', 'model', 'firmwareVersion']
/** Those of them that are true or false in a bulk call. */
const BOOLEANS = ['connected', 'neverConnected']
/** The largest bulk call. */
const MOST = 10_000

/** The selection in the list. It outlives the pages of the list, but not its filter. */
export function useSelection(page: Page<ChargePoint> | undefined, filter: Readonly<Record<string, string>>) {
  const { cursor: _cursor, sort: _sort, ...which } = filter
  const key = JSON.stringify(which)
  const [chosen, setChosen] = useState<ReadonlyMap<string, string | undefined>>(new Map())
  const [isAll, setAll] = useState(false)
  const clear = () => {
    setChosen(new Map())
    setAll(false)
  }
  useEffect(clear, [key])
  return useMemo((): ChargePointSelection => {
    const { items = [], total = 0 } = page ?? {}
    const isPage = items.length > 0 && items.every(({ identity }) => isAll || chosen.has(identity))
    const canSelectAll = !isAll && isPage && total > chosen.size && total <= MOST && isShared(which)
    return {
      number: isAll ? total : chosen.size,
      targets: isAll ? targetsOf(which) : { identities: [...chosen.keys()] },
      protocols: isAll ? protocolsOf(items) : [...new Set(chosen.values())].flatMap((version) => version ?? []),
      selectAll: canSelectAll ? () => setAll(true) : undefined,
      clear,
      rows: {
        has: (identity) => isAll || chosen.has(String(identity)),
        isAll: isPage,
        toggle: (identity) => {
          const next = new Map(isAll ? entriesOf(items) : chosen)
          if (!next.delete(String(identity))) next.set(String(identity), protocolOf(items, String(identity)))
          setAll(false)
          setChosen(next)
        },
        toggleAll: () => (isPage ? clear() : setChosen(new Map([...chosen, ...entriesOf(items)])))
      }
    }
  }, [page, key, chosen, isAll])
}

function entriesOf(items: readonly ChargePoint[]): [string, string | undefined][] {
  return items.map(({ identity }) => [identity, protocolOf(items, identity)])
}

function protocolOf(items: readonly ChargePoint[], identity: string): string | undefined {
  const row = items.find((item) => item.identity === identity)
  return row?.protocol ?? row?.boot?.protocol
}

function protocolsOf(items: readonly ChargePoint[]): string[] {
  return [...new Set(items.map(({ identity }) => protocolOf(items, identity)))].flatMap((version) => version ?? [])
}

function isShared(which: Readonly<Record<string, string>>): boolean {
  return Object.keys(which).every((name) => SHARED.includes(name))
}

function targetsOf(which: Readonly<Record<string, string>>): Targets {
  const entries = Object.entries(which)
  if (entries.length === 0) return { all: true }
  return {
    filter: Object.fromEntries(
      entries.map(([name, value]) => [name, BOOLEANS.includes(name) ? value === 'true' : value])
    )
  }
}
