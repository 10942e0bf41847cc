import type { About } from '../../api/records.js'
import { strings } from '../../strings/en/charge-points.js'
import { Copy } from '../../ui/copy.js'
import { Empty } from '../../ui/empty.js'
import { useQuery } from '../../ui/use-query.js'

const SIMULATE = 'npm run simulate -- --count 3 --ramp 1s --sessions off'

/** Three steps to the first charge point. */
export function FirstSteps() {
  const about = useQuery<About>('/about')
  const urls = about.data.value?.chargePointUrls ?? []
  return (
    <Empty title={strings.none}>
      <p>{strings.howToBegin}</p>
      <ol class="steps">
        <li>
          {strings.steps.give}
          {urls.map((url) => (
            <p key={url} class="code-line">
              <code>{url}</code> <Copy text={url} />
            </p>
          ))}
        </li>
        <li>
          {strings.steps.simulate}
          <p class="code-line">
            <code>{SIMULATE}</code> <Copy text={SIMULATE} />
          </p>
        </li>
        <li>{strings.steps.see}</li>
      </ol>
    </Empty>
  )
}
