import type { ChargePoint } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/charge-point.js'
import { Foreign } from '../../ui/text.js'
import { Time } from '../../ui/time.js'

/** The data of the last boot, and the notes of operators. */
export function DetailList({ chargePoint }: { chargePoint: ChargePoint }) {
  const { boot, remoteAddress, lastBootAt, site, notes, registration } = chargePoint
  const { facts } = strings
  const all = [
    [facts.model, boot && <Foreign text={`${boot.vendor} ${boot.model}`} limit={120} />],
    [facts.serialNumber, boot?.serialNumber && <Foreign text={boot.serialNumber} />],
    [facts.firmware, boot?.firmwareVersion && <Foreign text={boot.firmwareVersion} />],
    [facts.address, remoteAddress],
    [facts.lastBoot, lastBootAt && <Time at={lastBootAt} />],
    [facts.registration, registration],
    [facts.site, site && <a href={linkTo('site', { id: site })}>{site}</a>],
    [facts.notes, notes && <Foreign text={notes} />]
  ] as const
  return (
    <section class="section">
      <h2>{strings.details}</h2>
      <dl class="facts">
        {all
          .filter(([, value]) => value !== undefined && value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  )
}
