import { linkTo } from '../../router/links.js'
import { strings as bulk } from '../../strings/en/bulk-calls.js'
import { strings } from '../../strings/en/charge-point-tabs.js'
import { PageHead } from '../../ui/page.js'
import { CallList } from './call-list.js'

/** The calls to charge points, with their operators and outcomes. */
export default function Calls() {
  return (
    <>
      <PageHead
        title={strings.calls.title}
        actions={
          <a class="button" href={linkTo('bulkCalls', {})}>
            {bulk.title}
          </a>
        }
      />
      <CallList />
    </>
  )
}
