import type { About } from '../../api/records.js'
import { strings as all } from '../../strings/en/administration.js'
import { Copy } from '../../ui/copy.js'
import { Facts } from '../../ui/facts.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'

const { about: strings } = all

export default function AboutPage() {
  const about = useQuery<About>('/about')
  return (
    <>
      <PageHead title={strings.title} />
      <Loaded query={about}>
        {(data) => (
          <section class="panel">
            <Facts
              facts={[
                [strings.version, data.version],
                [strings.started, <Time key="started" at={data.startedAt} exact />],
                [strings.protocols, data.protocols.map((protocol) => protocol.replace('ocpp', '')).join(', ')],
                [strings.urls, data.chargePointUrls.map((url) => <Url key={url} url={url} />)],
                [strings.timeZone, data.timeZone],
                [strings.open, data.openRegistration ? strings.on : strings.off],
                [strings.log, data.messageLog ? strings.on : strings.off],
                [
                  strings.retention,
                  Object.entries(data.retentionDays)
                    .map(([name, days]) => `${name}: ${strings.days(days)}`)
                    .join(', ')
                ],
                [
                  strings.api,
                  <a key="api" href="/docs" rel="noreferrer">
                    {strings.docs}
                  </a>
                ]
              ]}
            />
          </section>
        )}
      </Loaded>
    </>
  )
}

function Url({ url }: { url: string }) {
  return (
    <span class="code-line">
      <code>{url}</code> <Copy text={url} />
    </span>
  )
}
