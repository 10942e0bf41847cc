import type { ComponentChildren } from 'preact'
import type { ChargePoint } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import type { PageName } from '../../router/pages.js'
import type { Query } from '../../store/query.js'
import { strings } from '../../strings/en/charge-point.js'
import { useApp } from '../../ui/app-context.js'
import { Copy } from '../../ui/copy.js'
import { formatMoment } from '../../ui/format.js'
import { NotFound, similarTo } from '../../ui/not-found.js'
import { PageHead } from '../../ui/page.js'
import { Foreign, Id } from '../../ui/text.js'
import { Age } from '../../ui/time.js'
import { LOADERS } from '../table.js'
import { isUnknown } from './use-charge-point.js'

const TABS = [
  'chargePoint',
  'messages',
  'chargePointCalls',
  'variables',
  'connections',
  'chargePointCertificates',
  'state'
] as const satisfies readonly PageName[]

interface HeadProps {
  identity: string
  query: Query<ChargePoint>
  tab: (typeof TABS)[number]
  actions?: ComponentChildren
}

/** The head of all pages of a charge point: its identity, its connection, and the tabs. */
export function ChargePointHead({ identity, query, tab, actions }: HeadProps) {
  const chargePoint = query.data.value
  const name = chargePoint?.name ?? identity
  return (
    <>
      <PageHead
        title={tab === 'chargePoint' ? name : `${strings.tabs[tab]}: ${name}`}
        heading={
          <>
            <Foreign text={name} />{' '}
            <span class="sub">
              {name !== identity && <Id text={identity} />}
              <Copy text={identity} />
            </span>
          </>
        }
        note={chargePoint?.connected && <Connection chargePoint={chargePoint} />}
        actions={isUnknown(query) ? undefined : actions}
      />
      <nav class="tabs" aria-label={strings.tabs.label}>
        {TABS.filter((each) => LOADERS[each] !== undefined).map((each) => (
          <a key={each} href={linkTo(each, { identity })} aria-current={each === tab ? 'page' : undefined}>
            {strings.tabs[each]}
          </a>
        ))}
        {LOADERS.transactions !== undefined && (
          <a href={linkTo('transactions', {}, { chargePoint: identity })}>{strings.tabs.history}</a>
        )}
      </nav>
      {isUnknown(query) && (
        <NotFound
          title={strings.unknown(identity)}
          list="/charge-points"
          filters={similarTo(identity)}
          linkOf={(similar: ChargePoint) => ({
            text: similar.identity,
            href: linkTo(tab, { identity: similar.identity })
          })}
          onRetry={query.reload}
        />
      )}
      {chargePoint !== undefined && !chargePoint.connected && <AwayBanner chargePoint={chargePoint} />}
    </>
  )
}

function Connection({ chargePoint: { protocol, connectedAt, highestSecurityProfile } }: { chargePoint: ChargePoint }) {
  return (
    <>
      {protocol?.replace('ocpp', 'OCPP ')},{' '}
      {highestSecurityProfile > 0 ? strings.profile(highestSecurityProfile) : strings.unencrypted},{' '}
      <Age since={connectedAt} />
    </>
  )
}

function AwayBanner({ chargePoint: { identity, lastSeenAt, lastDisconnectedAt } }: { chargePoint: ChargePoint }) {
  const { preferences } = useApp()
  const at = lastSeenAt ?? lastDisconnectedAt
  if (at === undefined) return null
  return (
    <p class="banner" role="status">
      {strings.away(identity, formatMoment(Date.parse(at), preferences.zone.value))}
    </p>
  )
}
