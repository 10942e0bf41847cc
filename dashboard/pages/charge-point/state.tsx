import { strings as all } from '../../strings/en/charge-point-tabs.js'
import { Copy } from '../../ui/copy.js'
import { visibleJson } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { useQuery } from '../../ui/use-query.js'
import type { PageProps } from '../table.js'
import { ChargePointHead } from './head.js'
import { pathOf, useChargePoint } from './use-charge-point.js'

const strings = all.state

/** Everything that is stored about a charge point, block by block. */
export default function State({ params: { identity = '' } }: PageProps) {
  const chargePoint = useChargePoint(identity)
  const state = useQuery<Record<string, unknown>>(pathOf(identity, '/state'))
  return (
    <>
      <ChargePointHead identity={identity} query={chargePoint} tab="state" />
      <p class="muted">{strings.blocks}</p>
      <Loaded query={state} missing={null}>
        {(blocks) =>
          Object.entries(blocks)
            .filter(([, value]) => typeof value === 'object' && value !== null)
            .map(([name, value]) => <Block key={name} name={name} value={value} />)
        }
      </Loaded>
    </>
  )
}

function Block({ name, value }: { name: string; value: unknown }) {
  const json = JSON.stringify(value, null, 2)
  const number = Array.isArray(value) ? ` (${value.length})` : ''
  return (
    <details class="section">
      <summary>
        <h2>
          {name}
          {number}
        </h2>
      </summary>
      <div class="pair">
        <pre>{visibleJson(value)}</pre>
      </div>
      <Copy text={json} />
    </details>
  )
}
