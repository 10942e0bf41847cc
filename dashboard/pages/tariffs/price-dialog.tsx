import { useState } from 'preact/hooks'
import type { Cost, Tariff } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import type { Schema } from '../../form/tree.js'
import { strings } from '../../strings/en/tariffs.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { CostTables } from '../transactions/cost-tables.js'

const number = (title: string, maximum: number) => ({ type: 'number', minimum: 0, maximum, title })
/** A typical charge in the units of people. */
const SCHEMA: Schema = {
  type: 'object',
  required: ['energy', 'charging'],
  properties: {
    energy: number(strings.energyKwh, 100_000),
    charging: number(strings.chargingMinutes, 525_600),
    idle: number(strings.idleMinutes, 525_600),
    at: { type: 'string', format: 'date-time', title: strings.at },
    evseKind: { type: 'string', enum: ['AC', 'DC'], title: strings.evseKind }
  }
}
/** 20 kWh in an hour, and ten minutes beside it. */
const TYPICAL = { energy: 20, charging: 60, idle: 10 }

interface Entered {
  energy: number
  charging: number
  idle?: number
  at?: string
  evseKind?: 'AC' | 'DC'
}

/** The cost of a charge by a tariff, calculated as for every transaction. */
export function PriceDialog({ tariff, onClose }: { tariff: Tariff; onClose: () => void }) {
  const { api } = useApp()
  const [cost, setCost] = useState<Cost>()
  return (
    <Dialog title={strings.priceTitle(tariff.id)} onClose={onClose} isWide>
      <p class="muted">{strings.priceHelp}</p>
      <SchemaForm
        schema={SCHEMA}
        value={TYPICAL}
        submit={strings.price}
        onCancel={onClose}
        onSubmit={async (value) => {
          const { energy, charging, idle, at, evseKind } = value as Entered
          const { data } = await api.send<Cost>('POST', '/tariffs/price', {
            tariffId: tariff.id,
            energyWh: Number(energy) * 1_000,
            chargingSeconds: Math.round(Number(charging) * 60),
            ...(idle !== undefined && { idleSeconds: Math.round(Number(idle) * 60) }),
            ...(at !== undefined && { at }),
            ...(evseKind !== undefined && { evseKind }),
            timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone
          })
          setCost(data)
        }}
      />
      {cost !== undefined && (
        <section role="status" aria-label={strings.price}>
          <CostTables cost={cost} />
        </section>
      )}
    </Dialog>
  )
}
