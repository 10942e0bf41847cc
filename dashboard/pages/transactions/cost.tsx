import type { Transaction } from '../../api/records.js'
import { strings } from '../../strings/en/transactions.js'
import { formatMoney, formatNumber } from '../../ui/format.js'
import { Table } from '../../ui/table.js'

/** The cost as it is stored: of an earlier release, or without a tariff. */
export function CostDetails({ transaction }: { transaction: Transaction }) {
  const { costDetails, costUnknown, currency, tariff } = transaction
  const money = (amount: number | undefined) => formatMoney(amount, currency)
  return (
    <>
      {costUnknown !== undefined && <p>{strings.costUnknown(costUnknown)}</p>}
      {costDetails === undefined && costUnknown === undefined && tariff === undefined && <p>{strings.noCost}</p>}
      {tariff !== undefined && (
        <p class="muted">
          {tariff.id} {tariff.description}
        </p>
      )}
      {costDetails !== undefined && (
        <>
          <p class="muted">{costDetails.calculatedBy === 'csms' ? strings.byUs : strings.byChargePoint}</p>
          <Table
            caption={strings.costCaption}
            rows={costDetails.components ?? []}
            keyOf={({ component }) => component}
            columns={[
              {
                id: 'component',
                title: strings.components.component,
                isHead: true,
                cell: ({ component }) => component
              },
              {
                id: 'quantity',
                title: strings.components.quantity,
                isNumeric: true,
                cell: ({ quantity, unit = '' }) =>
                  quantity === undefined ? '' : `${formatNumber(quantity, { maximumFractionDigits: 0 })} ${unit}`
              },
              {
                id: 'unitPrice',
                title: strings.components.unitPrice,
                isNumeric: true,
                cell: ({ unitPrice, per = '' }) => (unitPrice === undefined ? '' : `${money(unitPrice)} / ${per}`)
              },
              {
                id: 'net',
                title: strings.components.net,
                isNumeric: true,
                cell: ({ net, total }) => money(net ?? total)
              }
            ]}
          />
          <dl class="figures">
            <Sum name={strings.net} value={money(costDetails.net)} />
            <Sum name={strings.tax} value={money(costDetails.tax)} />
            <Sum name={strings.total} value={money(costDetails.total ?? transaction.cost)} />
          </dl>
        </>
      )}
    </>
  )
}

function Sum({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
