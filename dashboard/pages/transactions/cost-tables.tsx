import type { Cost } from '../../api/records.js'
import { cost as strings } from '../../strings/en/cost.js'
import { Figures } from '../../ui/facts.js'
import { formatElapsed, formatEnergy, formatMoney, formatNumber } from '../../ui/format.js'
import { type Column, Table } from '../../ui/table.js'
import { Time } from '../../ui/time.js'

type Charge = Cost['periods'][number]['charges'][number]

/** A cost: its parts, what is not known of it, and each price with its reason. */
export function CostTables({ cost }: { cost: Cost }) {
  const { currency, lines, net, tax, total, atLeast, unknown, isWaived, typeOfCost } = cost
  const money = (amount: number | undefined) => formatMoney(amount, currency)
  const columns: Column<Cost['lines'][number]>[] = [
    {
      id: 'component',
      title: strings.columns.component,
      isHead: true,
      cell: ({ component }) => strings.component(component)
    },
    { id: 'net', title: strings.columns.net, isNumeric: true, cell: (line) => money(line.net) },
    { id: 'tax', title: strings.columns.tax, isNumeric: true, cell: (line) => money(line.tax) },
    { id: 'total', title: strings.columns.total, isNumeric: true, cell: (line) => money(line.total) }
  ]
  return (
    <>
      {lines.length > 0 && (
        <Table caption={strings.linesCaption} rows={lines} keyOf={({ component }) => component} columns={columns} />
      )}
      {unknown.map(({ component, reason }) => (
        <p class="banner" key={`${component} ${reason}`}>
          {strings.unknown}: {strings.component(component)}, {strings.reasons[reason] ?? reason}
        </p>
      ))}
      {isWaived && <p>{strings.waived}</p>}
      {strings.limited[typeOfCost] !== undefined && <p>{strings.limited[typeOfCost]}</p>}
      <Figures
        facts={
          total === undefined
            ? [[strings.atLeast, money(atLeast)]]
            : [
                [strings.net, money(net)],
                [strings.tax, money(tax)],
                [strings.total, money(total)]
              ]
        }
      />
      <Periods cost={cost} />
    </>
  )
}

interface Row extends Charge {
  key: string
  start: string
  end: string
  state: string | undefined
}

/** Each price in each period. */
function Periods({ cost: { periods, currency } }: { cost: Cost }) {
  const rows = periods.flatMap(({ start, end, state, charges }, index) =>
    charges.map((charge, at): Row => ({ ...charge, key: `${index} ${at}`, start, end, state }))
  )
  const columns: Column<Row>[] = [
    {
      id: 'period',
      title: strings.columns.period,
      isHead: true,
      cell: ({ start, end, state }) => (
        <>
          <Time at={start} />
          {end !== start && (
            <>
              {' – '}
              <Time at={end} />
            </>
          )}
          {state !== undefined && <small class="sub">{strings.state(state)}</small>}
        </>
      )
    },
    { id: 'part', title: strings.columns.component, cell: ({ component }) => strings.component(component) },
    { id: 'quantity', title: strings.columns.quantity, isNumeric: true, cell: quantityOf },
    {
      id: 'price',
      title: strings.columns.price,
      isNumeric: true,
      cell: ({ price, per }) => `${exact(price, currency)}${per === 'once' ? '' : ` / ${per}`}`
    },
    {
      id: 'because',
      title: strings.columns.because,
      cell: ({ because }) => (because === 'always' ? strings.always : because)
    },
    { id: 'net', title: strings.columns.net, isNumeric: true, cell: ({ net }) => exact(net, currency) }
  ]
  if (rows.length === 0) return null
  return (
    <details>
      <summary>{strings.periods(rows.length)}</summary>
      <Table caption={strings.periodsCaption} rows={rows} keyOf={({ key }) => key} columns={columns} />
    </details>
  )
}

function quantityOf({ quantity, unit }: Charge): string {
  if (unit === 'Wh') return formatEnergy(quantity)
  return unit === 's' ? formatElapsed(quantity) : ''
}

/** Prices and unrounded amounts have more decimals than the currency. */
function exact(amount: number, currency: string): string {
  return formatNumber(amount, { style: 'currency', currency, maximumFractionDigits: 6 })
}
