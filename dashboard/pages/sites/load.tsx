import { useEffect, useState } from 'preact/hooks'
import type { LoadManagement, LoadState, Page } from '../../api/records.js'
import { load as strings } from '../../strings/en/load.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Confirm } from '../../ui/dialog.js'
import { Empty } from '../../ui/empty.js'
import { Loaded } from '../../ui/loaded.js'
import { ProblemNote } from '../../ui/problem.js'
import { Age } from '../../ui/time.js'
import { useCommand } from '../../ui/use-command.js'
import { useQuery } from '../../ui/use-query.js'
import { pathOf } from './edit.js'
import { Circuits } from './load-circuits.js'
import { ConfigureLoad } from './load-configure.js'
import { EvseShares } from './load-evses.js'
import { LoadHistory } from './load-history.js'
import type { Site } from './site-record.js'

/** The control runs every few seconds, and no event tells its result. Milliseconds. */
const STATE_MS = 5_000

/** How the site shares its power: limits, loads, what each EVSE gets, and what was sent. */
export function Load({ site }: { site: Site }) {
  const path = pathOf(site.id)
  const configuration = useQuery<LoadManagement>(`${path}/load-management`)
  const mode = configuration.data.value?.mode
  const state = useQuery<LoadState>(mode && `${path}/load-management/state`, {}, { every: STATE_MS })
  // Somebody else has switched it.
  const told = state.data.value?.mode
  useEffect(() => {
    if (told !== undefined && told !== mode) configuration.reload()
  }, [told])
  const reload = () => {
    configuration.reload()
    state.reload()
  }
  const isMissing = [configuration, state].some(({ problem }) => problem.value?.code === 'NO_LOAD_MANAGEMENT')
  return (
    <section class="section" aria-labelledby="load">
      <h2 id="load">{strings.title}</h2>
      {isMissing ? (
        <None site={site} onChange={reload} />
      ) : (
        <Loaded query={configuration}>
          {(present) => (
            <>
              <Mode site={site} configuration={present} onChange={reload} />
              <Loaded query={state}>{(data) => <Shares site={site} state={data} onChange={reload} />}</Loaded>
            </>
          )}
        </Loaded>
      )}
    </section>
  )
}

interface Props {
  site: Site
  onChange: () => void
}

function None({ site, onChange }: Props) {
  const { session } = useApp()
  const [isOpen, setOpen] = useState(false)
  const reason = session.may('sites:write') ? undefined : common.noScope('sites:write')
  return (
    <Empty title={strings.none}>
      <p>{strings.noneHelp}</p>
      <Action reason={reason} onClick={() => setOpen(true)}>
        {strings.configure}
      </Action>
      {isOpen && <ConfigureLoad site={site} isNew onClose={() => setOpen(false)} onSaved={onChange} />}
    </Empty>
  )
}

type Mode = LoadManagement['mode']
const MODES: readonly Mode[] = ['off', 'observe', 'control']

function Mode({ site, configuration, onChange }: Props & { configuration: LoadManagement }) {
  const { api, session } = useApp()
  const command = useCommand()
  const [open, setOpen] = useState<Mode | 'change' | 'remove'>()
  const { mode, evses } = configuration
  const path = `${pathOf(site.id)}/load-management`
  const reason = session.may('sites:write') ? undefined : common.noScope('sites:write')
  const close = () => setOpen(undefined)
  const change = (act: () => Promise<unknown>) =>
    command.run(async () => {
      await act()
      onChange()
    })
  const switchTo = async (next: Mode) => {
    // Nobody else's change is to be lost: the configuration is read again before it is replaced.
    const { createdAt: _created, updatedAt: _updated, ...present } = await api.get<LoadManagement>(path)
    // Who switches has been told what it means for the transactions.
    await api.send('PUT', `${path}?force=true`, { ...present, mode: next })
  }
  return (
    <>
      <p>
        <strong>{strings.modes[mode]}</strong>
      </p>
      <div class="actions">
        {MODES.filter((each) => each !== mode).map((each) => (
          <Action key={each} reason={reason} onClick={() => setOpen(each)}>
            {strings.switchTo[each]}
          </Action>
        ))}
        <Action reason={reason} onClick={() => setOpen('change')}>
          {strings.change}
        </Action>
        <Action
          kind="danger"
          reason={reason ?? (mode === 'control' ? strings.setOffFirst : undefined)}
          onClick={() => setOpen('remove')}
        >
          {strings.remove}
        </Action>
      </div>
      {command.problem !== undefined && <ProblemNote problem={command.problem} />}
      {open === 'change' && <ConfigureLoad site={site} isNew={false} onClose={close} onSaved={onChange} />}
      {open === 'remove' && (
        <Confirm
          title={strings.removeTitle(site.name)}
          action={strings.remove}
          typed={site.id}
          onClose={close}
          onConfirm={() => change(() => api.send('DELETE', path))}
        >
          <p>{strings.removeBody}</p>
        </Confirm>
      )}
      {(open === 'off' || open === 'observe' || open === 'control') && (
        <Confirm
          title={strings.modes[open]}
          action={strings.switchTo[open]}
          onClose={close}
          onConfirm={() => change(() => switchTo(open))}
        >
          <Consequence site={site} text={strings.consequence[open](evses.length)} />
        </Confirm>
      )}
    </>
  )
}

/** The effect of the other mode, with the number of transactions that it may concern. */
function Consequence({ site, text }: { site: Site; text: string }) {
  const { session } = useApp()
  const open = useQuery<Page<unknown>>(session.may('transactions:read') ? '/transactions' : undefined, {
    site: site.id,
    status: 'open',
    count: true,
    limit: 1
  })
  const total = open.data.value?.total
  return (
    <p>
      {text} {total !== undefined && strings.openNow(total)}
    </p>
  )
}

function Shares({ site, state, onChange }: Props & { state: LoadState }) {
  const { mode, at, loads, evses, overloads } = state
  if (mode === 'off') return <LoadHistory site={site} />
  return (
    <>
      {overloads.map(({ circuit, phase, by }) => (
        <p class="banner" key={`${circuit} ${phase}`}>
          {strings.over(circuit, phase, phase === 'W' ? strings.watts(by) : strings.amperes(by))}
        </p>
      ))}
      <p class="muted">
        {at === undefined ? (
          strings.notCalculated
        ) : (
          <>
            {strings.calculated} <Age since={at} ago />
          </>
        )}
      </p>
      <Circuits site={site} mode={mode} loads={loads} onChange={onChange} />
      <EvseShares evses={evses} />
      <LoadHistory site={site} />
    </>
  )
}
