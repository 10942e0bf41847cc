import { useState } from 'preact/hooks'
import { API } from '../../api/client.js'
import type { Receipt } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import { creditSchema } from '../../generated/schemas.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/receipts.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Copy } from '../../ui/copy.js'
import { Dialog } from '../../ui/dialog.js'
import { Facts } from '../../ui/facts.js'
import { formatEnergy } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { Foreign } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'
import type { PageProps } from '../table.js'
import { DriverLink } from './driver-link.js'
import { ReceiptNote } from './list.js'
import { LineTable, TaxTable } from './tables.js'

/** A receipt or a credit note, which never changes. */
export default function ReceiptPage({ params: { number = '' } }: PageProps) {
  const { session } = useApp()
  const [isCrediting, setCrediting] = useState(false)
  const one = useQuery<Receipt>(`/receipts/${encodeURIComponent(number)}`, {}, { live: { types: ['receipt'] } })
  const receipt = one.data.value
  const mayCredit = receipt?.kind === 'receipt' && receipt.creditedBy === undefined
  return (
    <>
      <PageHead
        title={receipt === undefined ? number : strings.one(receipt.kind, number)}
        heading={
          <>
            {receipt === undefined ? number : strings.one(receipt.kind, number)} <Copy text={number} />
          </>
        }
        actions={
          <>
            {mayCredit && (
              <Action
                reason={session.may('billing:write') ? undefined : common.noScope('billing:write')}
                onClick={() => setCrediting(true)}
              >
                {strings.credit}
              </Action>
            )}
            <a class="button" target="_blank" rel="noreferrer" href={`${API}/receipts/${encodeURIComponent(number)}`}>
              {strings.print}
            </a>
          </>
        }
      />
      <Loaded query={one}>{(data) => <Document receipt={data} />}</Loaded>
      {isCrediting && <CreditDialog number={number} onClose={() => setCrediting(false)} />}
    </>
  )
}

function Document({ receipt }: { receipt: Receipt }) {
  const { session, outdatedSince } = receipt
  return (
    <>
      <p>
        <ReceiptNote receipt={receipt} />
        {outdatedSince !== undefined && (
          <>
            . <a href={linkTo('transaction', { id: session.id })}>{strings.outdatedHelp}</a>
          </>
        )}
      </p>
      <section class="panel">
        <LineTable receipt={receipt} />
        <TaxTable receipt={receipt} />
      </section>
      <section class="panel">
        <DocumentFacts receipt={receipt} />
      </section>
      <DriverLink key={receipt.number} number={receipt.number} />
    </>
  )
}

function DocumentFacts({ receipt }: { receipt: Receipt }) {
  const { facts } = strings
  const { seller, session, issuedAt, issuedBy, reason, calculatedBy, tariffs, signedValues = [] } = receipt
  const { id, chargePoint, site, startedAt, endedAt, meterStart, meterStop, energyWh, idToken } = session
  const meter = [meterStart, meterStop].map((value) => formatEnergy(value)).join(' → ')
  return (
    <Facts
      facts={[
        [facts.issued, <Time key="issued" at={issuedAt} exact />],
        [facts.by, strings.by(issuedBy)],
        [facts.reason, reason && <Foreign text={reason} />],
        [
          strings.transaction,
          <a key="id" href={linkTo('transaction', { id })}>
            {id}
          </a>
        ],
        [
          strings.chargePoint,
          <a key="place" href={linkTo('chargePoint', { identity: chargePoint })}>
            <Foreign text={chargePoint} />
          </a>
        ],
        [facts.site, site && <a href={linkTo('site', { id: site.id })}>{site.name}</a>],
        [facts.started, <Time key="started" at={startedAt} exact />],
        [facts.ended, endedAt && <Time at={endedAt} exact />],
        [facts.meter, meterStart !== undefined || meterStop !== undefined ? meter : undefined],
        [facts.energy, formatEnergy(energyWh)],
        [facts.idToken, idToken],
        [facts.calculated, strings.calculated[calculatedBy] ?? calculatedBy],
        [facts.tariff, tariffs.map(({ text }) => text).join('; ')],
        [facts.seller, [seller.name, seller.address].join(', ')],
        [facts.taxId, seller.taxId],
        [
          facts.signed,
          signedValues.length > 0 ? (
            <a href={`${API}/transactions/${id}/signed-values`} target="_blank" rel="noreferrer">
              {strings.downloadSigned}
            </a>
          ) : undefined
        ]
      ]}
    />
  )
}

function CreditDialog({ number, onClose }: { number: string; onClose: () => void }) {
  const { api, router } = useApp()
  return (
    <Dialog title={strings.creditTitle(number)} onClose={onClose}>
      <p class="dialog-body">{strings.creditBody}</p>
      <SchemaForm
        schema={creditSchema}
        submit={strings.creditAction}
        onCancel={onClose}
        onSubmit={async (value) => {
          const { data } = await api.send<Receipt>('POST', `/receipts/${encodeURIComponent(number)}/credit`, value)
          onClose()
          router.go(linkTo('receipt', { number: data.number }))
        }}
      />
    </Dialog>
  )
}
