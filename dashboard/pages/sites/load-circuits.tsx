import { useState } from 'preact/hooks'
import type { CircuitLimit, LoadState } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import { circuitLimitSchema } from '../../generated/schemas.js'
import { load as strings } from '../../strings/en/load.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { UNKNOWN } from '../../ui/format.js'
import { ProblemNote } from '../../ui/problem.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign, Id } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useCommand } from '../../ui/use-command.js'
import { useQuery } from '../../ui/use-query.js'
import { pathOf } from './edit.js'
import type { Site } from './site-record.js'

type LoadRow = LoadState['loads'][number]

/** Seconds that the server waits until all EVSEs have accepted less. */
const WAIT = 15

interface CircuitsProps {
  site: Site
  mode: LoadState['mode']
  loads: readonly LoadRow[]
  onChange: () => void
}

/** Limit and load of each phase of each circuit. */
export function Circuits({ site, mode, loads, onChange }: CircuitsProps) {
  const { session } = useApp()
  const [chosen, setChosen] = useState<string>()
  const [told, setTold] = useState<string>()
  const reason = session.may('limits:write') ? undefined : common.noScope('limits:write')
  const isFirst = (row: LoadRow) => loads.find(({ circuit }) => circuit === row.circuit) === row
  const columns: Column<LoadRow>[] = [
    {
      id: 'circuit',
      title: strings.circuit,
      isHead: true,
      cell: ({ circuit, phase }) => (
        <>
          <Id text={circuit} /> {phase}
        </>
      )
    },
    ...FIGURES,
    {
      id: 'set',
      title: strings.setLimit,
      cell: (row) =>
        isFirst(row) && (
          <Action reason={reason} onClick={() => setChosen(row.circuit)}>
            {strings.setLimit}
          </Action>
        )
    }
  ]
  return (
    <>
      <h3 class="section">{strings.circuits}</h3>
      {told !== undefined && <p role="status">{told}</p>}
      <Table
        caption={strings.circuitsCaption}
        rows={loads}
        keyOf={({ circuit, phase }) => `${circuit} ${phase}`}
        columns={columns}
        rowProps={({ headroom }) => ({ 'data-severity': headroom < 0 ? 'critical' : undefined })}
      />
      {chosen !== undefined && (
        <LimitCircuit
          site={site}
          circuit={chosen}
          isControlled={mode === 'control'}
          onClose={() => setChosen(undefined)}
          onSet={(text) => {
            setTold(text)
            onChange()
          }}
        />
      )}
    </>
  )
}

function figure(
  id: 'limit' | 'reserved' | 'allocated' | 'measured' | 'other' | 'margin' | 'headroom'
): Column<LoadRow> {
  return {
    id,
    title: strings[id],
    isNumeric: true,
    cell: ({ phase, [id]: value }) => {
      if (value === undefined) return UNKNOWN
      return phase === 'W' ? strings.watts(value) : strings.amperes(value)
    }
  }
}

const FIGURES: readonly Column<LoadRow>[] = [
  figure('limit'),
  { id: 'from', title: strings.from, cell: ({ origin }) => strings.origins[origin] },
  figure('reserved'),
  figure('allocated'),
  figure('measured'),
  figure('other'),
  figure('margin'),
  figure('headroom')
]

interface LimitCircuitProps {
  site: Site
  circuit: string
  isControlled: boolean
  onClose: () => void
  onSet: (text: string | undefined) => void
}

/** Sets a limit for some time, or takes back the present one. */
function LimitCircuit({ site, circuit, isControlled, onClose, onSet }: LimitCircuitProps) {
  const { api, session } = useApp()
  const path = `${pathOf(site.id)}/load-management/circuits/${encodeURIComponent(circuit)}/limit`
  const present = useQuery<CircuitLimit>(path)
  const command = useCommand()
  const done = (text?: string) => {
    onClose()
    onSet(text)
  }
  return (
    <Dialog title={strings.setLimitTitle(circuit)} onClose={onClose}>
      <p class="muted">{strings.setLimitHelp}</p>
      {present.data.value !== undefined && (
        <p>
          <Foreign text={strings.present(textOf(present.data.value.limit), present.data.value.source)} limit={200} />{' '}
          <Time at={present.data.value.expiresAt} />{' '}
          <button
            type="button"
            onClick={() =>
              command.run(async () => {
                await api.send('DELETE', path)
                done()
              })
            }
          >
            {strings.takeBack}
          </button>
        </p>
      )}
      {command.problem !== undefined && <ProblemNote problem={command.problem} />}
      <SchemaForm
        schema={SCHEMA}
        value={{ source: session.operator.value?.name }}
        submit={strings.setLimit}
        onCancel={onClose}
        onSubmit={async (value) => {
          const { data } = await api.send<CircuitLimit>(
            'PUT',
            path,
            value,
            isControlled ? { query: { wait: WAIT } } : {}
          )
          done(data.lowered === undefined ? strings.isSet : data.lowered ? strings.lowered : strings.notLowered)
        }}
      />
    </Dialog>
  )
}

const members = circuitLimitSchema.properties as Readonly<Record<string, object>>
const SCHEMA = {
  ...circuitLimitSchema,
  properties: {
    ...members,
    ttl: { ...members.ttl, title: strings.seconds }
  }
}

function textOf(limit: CircuitLimit['limit']): string {
  return Object.entries(limit)
    .map(([name, value]) => {
      if (name === 'W') return strings.watts(value)
      return name === 'A' ? strings.amperes(value) : `${name} ${strings.amperes(value)}`
    })
    .join(', ')
}
