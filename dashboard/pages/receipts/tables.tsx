import type { Receipt } from '../../api/records.js'
import { strings } from '../../strings/en/receipts.js'
import { formatElapsed, formatEnergy } from '../../ui/format.js'
import { Table } from '../../ui/table.js'
import { formatMinor } from './amount.js'

interface TableProps {
  receipt: Receipt
}

type Line = Pick<Receipt['lines'][number], 'component' | 'prices' | 'netMinor' | 'taxMinor' | 'totalMinor'>

/** The lines of a receipt, and their sum. */
export function LineTable({ receipt }: TableProps) {
  const { lines } = strings
  const { netMinor, taxMinor, totalMinor, currency } = receipt
  const sum: Line = { component: strings.sum, prices: [], netMinor, taxMinor, totalMinor }
  return (
    <Table
      caption={strings.linesCaption}
      rows={[...receipt.lines, sum]}
      keyOf={({ component }) => component}
      rowProps={(line) => ({ 'data-sum': line === sum })}
      columns={[
        {
          id: 'component',
          title: lines.component,
          isHead: true,
          cell: ({ component }) => strings.component(component)
        },
        {
          id: 'price',
          title: lines.price,
          cell: ({ prices }) => prices.map((price) => priceInWords(price, currency)).join('; ')
        },
        { id: 'net', title: lines.net, isNumeric: true, cell: (line) => formatMinor(line.netMinor, receipt) },
        { id: 'tax', title: lines.tax, isNumeric: true, cell: (line) => formatMinor(line.taxMinor, receipt) },
        { id: 'total', title: lines.total, isNumeric: true, cell: (line) => formatMinor(line.totalMinor, receipt) }
      ]}
    />
  )
}

function priceInWords(
  { priceInclTax, per, quantity, unit }: Receipt['lines'][number]['prices'][number],
  currency: string
): string {
  const used = unit === 'Wh' ? formatEnergy(quantity) : unit === 's' ? formatElapsed(quantity) : ''
  return strings.price(priceInclTax, { currency, per, quantity: used })
}

export function TaxTable({ receipt }: TableProps) {
  const { taxes } = strings
  if (receipt.taxes.length === 0) return null
  return (
    <Table
      caption={strings.taxesCaption}
      rows={receipt.taxes}
      keyOf={({ type, tax, stack }) => `${type} ${tax} ${stack}`}
      columns={[
        { id: 'name', title: taxes.name, isHead: true, cell: ({ type, tax }) => `${type} ${tax} %` },
        { id: 'of', title: taxes.of, isNumeric: true, cell: ({ netMinor }) => formatMinor(netMinor, receipt) },
        { id: 'amount', title: taxes.amount, isNumeric: true, cell: ({ taxMinor }) => formatMinor(taxMinor, receipt) }
      ]}
    />
  )
}
